package datasets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/transforms"
)

// The names that a list's columns may have, in lower case.
var (
	pictureColumns = []string{"file", "filename", "path", "image"}
	labelColumns   = []string{"label", "class"}
	splitColumns   = []string{"split"}
)

func parseList(data []byte, isCSV bool) (rows []listRow, err error) {
	if data, err = toUTF8(data); err != nil {
		return nil, err
	}
	comment := '#'
	if isCSV {
		comment = 0 // there a file's name may begin with it
	}
	header, first := headerOf(data, comment)
	separator, isTable := separatorOf(header)
	switch {
	case isTable:
		rows, err = parseTable(tableReader(unixLines(data, true), separator, comment))
	case isCSV && header == "":
		err = errors.New("it has no header line; the first line must name the columns file and label")
	case isCSV:
		err = fmt.Errorf("the header is %s; it needs a column file (or filename, path, image) and a column label (or class), with commas between", printable.Quoted(header))
	default:
		rows, err = parseText(unixLines(data, false), first)
	}
	if err == nil && len(rows) == 0 {
		err = errNoPictures
	}
	return rows, err
}

// toUTF8 removes a byte order mark, which spreadsheets write, and decodes UTF-16, which they call "Unicode text".
func toUTF8(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// unixLines turns CR LF and CR (of old Macs) into LF, but for a CR between double quotes where these enclose cells.
func unixLines(data []byte, quotes bool) []byte {
	out := make([]byte, 0, len(data))
	quoted := false
	for i, c := range data {
		switch {
		case quotes && c == '"':
			quoted = !quoted
		case c == '\r' && i+1 < len(data) && data[i+1] == '\n':
			continue
		case c == '\r' && !quoted:
			c = '\n'
		}
		out = append(out, c)
	}
	return out
}

// headerOf returns the first line that is neither empty nor a comment, and its number from 0. Comments begin with
// comment; 0: there are none.
func headerOf(data []byte, comment rune) (line string, number int) {
	for line := range strings.SplitSeq(string(unixLines(data, false)), "\n") {
		if line = strings.TrimSpace(line); line != "" && (comment == 0 || !strings.HasPrefix(line, string(comment))) {
			return line, number
		}
		number++
	}
	return "", 0
}

// separatorOf returns what separates the cells of a line that names both columns, if it does.
func separatorOf(header string) (separator rune, ok bool) {
	for _, separator := range []rune{',', '\t', ';'} {
		cells, err := tableReader([]byte(header), separator, 0).Read()
		if err == nil && column(cells, pictureColumns) >= 0 && column(cells, labelColumns) >= 0 {
			return separator, true
		}
	}
	return 0, false
}

func tableReader(data []byte, separator, comment rune) *csv.Reader {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma, reader.Comment = separator, comment
	reader.LazyQuotes = separator == '\t' // quotes are rare there, and names with one are not quoted
	return reader
}

func parseTable(reader *csv.Reader) (rows []listRow, err error) {
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	at := columns{picture: column(header, pictureColumns), label: column(header, labelColumns), split: column(header, splitColumns)}
	if at.picture < 0 || at.label < 0 { // the first line holds white space alone, or a quoted line feed
		return nil, errors.New("reading the header: the first line must name the columns file and label")
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err // names the line
		}
		line, _ := reader.FieldPos(0)
		row, err := at.row(record, line)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
}

// columns are the places of a table's columns; split is -1 where there is none.
type columns struct{ picture, label, split int }

func (c columns) row(record []string, line int) (listRow, error) {
	row := listRow{name: strings.TrimSpace(record[c.picture]), class: strings.TrimSpace(record[c.label]), line: line}
	if row.name == "" || row.class == "" {
		return listRow{}, fmt.Errorf("line %d: no picture or no label", line)
	}
	if c.split >= 0 {
		if row.split = strings.TrimSpace(record[c.split]); !slices.Contains(partNames, row.split) {
			return listRow{}, fmt.Errorf("line %d: split %s is none of train, val, test", line, printable.Quoted(row.split))
		}
	}
	return row, nil
}

// column returns the index of the first header cell with one of names, in any case, or -1.
func column(header, names []string) int {
	return slices.IndexFunc(header, func(cell string) bool {
		return slices.Contains(names, strings.ToLower(strings.TrimSpace(cell)))
	})
}

// parseText reads lines of a path and a label. first is the number of the first line, from 0, that is no comment.
func parseText(data []byte, first int) (rows []listRow, err error) {
	number := 0
	for text := range strings.SplitSeq(string(data), "\n") {
		number++
		if text = strings.TrimSpace(text); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		i := strings.LastIndexAny(text, " \t")
		if i < 0 {
			return nil, fmt.Errorf("line %d: %s has no label", number, printable.Quoted(text))
		}
		row := listRow{name: strings.TrimSpace(text[:i]), class: text[i+1:], line: number}
		if number == first+1 && isHeader(row) {
			if column([]string{row.name}, pictureColumns) == 0 && column([]string{row.class}, labelColumns) == 0 {
				continue
			}
			return nil, fmt.Errorf("line %d: %s names columns, but not those of a list: put tabs or commas between the names, and call the columns file and label",
				number, printable.Quoted(text))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// isHeader reports whether the first line of a text names columns rather than a picture and its class.
func isHeader(row listRow) bool {
	words := strings.Fields(strings.ToLower(row.name))
	last := strings.ToLower(row.class)
	if slices.ContainsFunc(append(words, last), transforms.HasImageExtension) {
		return false
	}
	if slices.Contains([]string{"label", "labels", "class", "classes"}, last) {
		return true
	}
	titles := slices.Concat(pictureColumns, labelColumns, splitColumns, []string{"target", "category", "species"})
	return slices.Contains(titles, last) && slices.ContainsFunc(words, func(word string) bool { return slices.Contains(titles, word) })
}
