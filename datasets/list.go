package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// List is a data set that a text file lists, one picture a line.
type List struct {
	files
	splits []string // of each picture, where the file has that column; else nil
}

// NewList reads a list of pictures and labels.
//
// A name ending in .csv is comma-separated with a header line; the picture is in the column file, filename, path or
// image, and the label in label or class; a column split says train, val or test. Any other file has a path and a label
// on each line, with white space between (as ImageNet's and Caffe's lists); the path may itself hold spaces, # begins a
// comment line. Paths are relative to the list's folder. Labels are class names. Unless classes gives their order, they are sorted: as
// numbers where all are whole numbers, else as text.
func NewList(file string, classes ...string) (*List, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("list of pictures: %w", err)
	}
	rows, err := parseList(data, strings.EqualFold(filepath.Ext(file), ".csv"))
	if err != nil {
		return nil, fmt.Errorf("list of pictures %s: %w", file, err)
	}
	list := &List{files: files{root: filepath.Dir(file), classes: classes}}
	if len(classes) == 0 {
		list.classes = classesOf(rows)
	}
	if err := list.add(rows); err != nil {
		return nil, fmt.Errorf("list of pictures %s: %w", file, err)
	}
	return list, nil
}

// listRow is one picture of a list.
type listRow struct {
	name, class string
	line        int // in the file, from 1
	split       string
}

func (l *List) add(rows []listRow) error {
	label := make(map[string]int, len(l.classes))
	for i, class := range l.classes {
		label[class] = i
	}
	for _, row := range rows {
		i, ok := label[row.class]
		if !ok {
			return fmt.Errorf("line %d: class %q is none of %s", row.line, row.class, strings.Join(l.classes, ", "))
		}
		l.files.files = append(l.files.files, file{filepath.ToSlash(row.name), i})
		if row.split != "" {
			l.splits = append(l.splits, row.split)
		}
	}
	return nil
}

// part is the pictures of a split, or nil.
func (l *List) part(split string) Dataset {
	var is []bool
	for _, s := range l.splits {
		is = append(is, s == split)
	}
	if !slices.Contains(is, true) {
		return nil
	}
	return Subset(l, where(is, true))
}

func parseList(data []byte, isCSV bool) (rows []listRow, err error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // spreadsheets write a byte order mark
	if isCSV {
		rows, err = parseCSV(data)
	} else {
		rows, err = parseText(data)
	}
	if err == nil && len(rows) == 0 {
		err = errNoPictures
	}
	return rows, err
}

func parseCSV(data []byte) (rows []listRow, err error) {
	reader := csv.NewReader(bytes.NewReader(data))
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	nameColumn, classColumn := column(header, "file", "filename", "path", "image"), column(header, "label", "class")
	splitColumn := column(header, "split")
	if nameColumn < 0 || classColumn < 0 {
		return nil, fmt.Errorf("the header is %q; it needs a column file (or filename, path, image) and a column label (or class), with commas between",
			strings.Join(header, ","))
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
		row := listRow{name: strings.TrimSpace(record[nameColumn]), class: strings.TrimSpace(record[classColumn]), line: line}
		if row.name == "" || row.class == "" {
			return nil, fmt.Errorf("line %d: no picture or no label", line)
		}
		if splitColumn >= 0 {
			if row.split = strings.TrimSpace(record[splitColumn]); !slices.Contains([]string{"train", "val", "test"}, row.split) {
				return nil, fmt.Errorf("line %d: split %q is none of train, val, test", line, row.split)
			}
		}
		rows = append(rows, row)
	}
}

// column returns the index of the first header cell with one of names, in any case, or -1.
func column(header []string, names ...string) int {
	return slices.IndexFunc(header, func(cell string) bool {
		return slices.Contains(names, strings.ToLower(strings.TrimSpace(cell)))
	})
}

func parseText(data []byte) (rows []listRow, err error) {
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, 1<<20)
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimSpace(scanner.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		i := strings.LastIndexAny(text, " \t")
		if i < 0 {
			return nil, fmt.Errorf("line %d: %q has no label", line, text)
		}
		rows = append(rows, listRow{name: strings.TrimSpace(text[:i]), class: text[i+1:], line: line})
	}
	return rows, scanner.Err()
}

// classesOf returns the sorted classes of rows.
func classesOf(rows []listRow) (classes []string) {
	seen, numbers := map[string]bool{}, true
	for _, row := range rows {
		if !seen[row.class] {
			seen[row.class] = true
			classes = append(classes, row.class)
			numbers = numbers && isNumber(row.class)
		}
	}
	slices.Sort(classes)
	if numbers {
		slices.SortStableFunc(classes, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		})
	}
	return classes
}

func isNumber(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0
}
