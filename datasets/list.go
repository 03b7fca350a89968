package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"resnetlab/internal/printable"
)

// List is a data set that a text file lists, one picture a line.
type List struct {
	files
	splits []string // of each picture, where the file has that column; else nil
}

// NewList reads a list of pictures and labels.
//
// A file whose first line names the columns is a table, with commas, tabs or semicolons between: the picture is in the
// column file, filename, path or image, and the label in label or class; a column split says train, val or test. A name
// ending in .csv must have that line. Any other file may instead have a path and a label on each line, with white space
// between (as ImageNet's and Caffe's lists); the path may itself hold spaces, and # begins a comment line. Lines end
// with LF, CR LF or CR, and the text is UTF-8, or UTF-16 with a byte order mark.
//
// Paths are relative to the list's folder. Labels are class names. Unless classes gives their order, they are sorted: as
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
	labels, err := labelsOf(l.classes)
	if err != nil {
		return err
	}
	for _, row := range rows {
		label, ok := labels[norm.NFC.String(row.class)]
		if !ok {
			return fmt.Errorf("line %d: class %s is none of %s", row.line, printable.Quoted(row.class), listed(l.classes))
		}
		l.files.files = append(l.files.files, file{filepath.ToSlash(row.name), label})
		if row.split != "" {
			l.splits = append(l.splits, row.split)
		}
	}
	return nil
}

// part returns the pictures of a split, or nil where there is none.
func (l *List) part(split string) Dataset {
	var is []bool
	for _, s := range l.splits {
		is = append(is, s == split)
	}
	if !slices.Contains(is, true) {
		return nil
	}
	return Subset(l, indicesWhere(is, true))
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
