package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// languages are the languages of every lesson, in the order of a source.
var languages = []string{"en", "zh"}

// lesson is one source file:
//
//	<!-- prose ID -->          a cell of text
//	<!-- en -->
//	English
//	<!-- zh -->
//	中文
//	<!-- code ID -->           a cell of code, once for both languages
//	```go
//	...
//	```
//
// The id names the cell in both notebooks and stays when cells are added, so that a change of a notebook reads well in git.
type lesson struct {
	name  string // file name without .md: "00-quickstart"
	path  string
	cells []cell
}

type cell struct {
	id   string
	line int               // in the source, for messages
	text map[string]string // prose by language; nil for code
	code string            // with solution marks; empty for prose
}

// readLessons reads every source of a folder, in the order of names, and checks each against the rules.
func readLessons(dir string) ([]lesson, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no lesson (*.md) in %s", dir)
	}
	slices.Sort(paths)
	var lessons []lesson
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		l, err := parse(path, string(text))
		if err != nil {
			return nil, err
		}
		lessons = append(lessons, l)
	}
	return lessons, nil
}

var (
	cellMark     = regexp.MustCompile(`^<!-- (prose|code) ([a-z0-9][a-z0-9-]{0,63}) -->$`)
	languageMark = regexp.MustCompile(`^<!-- (en|zh) -->$`)
)

// section is a mark and the text up to the next one.
type section struct {
	mark string // empty for what stands before the first
	line int
	body string
}

// sections splits a source at its marks. Comments inside a code block are code.
func sections(text string) (list []section, err error) {
	current, fenced := section{line: 1}, 0
	var body []string
	closeSection := func() {
		current.body = strings.Trim(strings.Join(body, "\n"), "\n")
		list, body = append(list, current), nil
	}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "```") && fenced > 0:
			fenced = 0
		case strings.HasPrefix(line, "```"):
			fenced = i + 1
		case strings.HasPrefix(line, "<!--") && fenced == 0:
			closeSection()
			current = section{mark: line, line: i + 1}
			continue
		}
		body = append(body, line)
	}
	closeSection()
	if fenced > 0 {
		return nil, fmt.Errorf("%d: this ``` block has no end", fenced)
	}
	return list, nil
}

// parse reads one source. Text outside of a cell and an unknown comment are errors: a misspelt mark must not hide a paragraph.
func parse(path, text string) (lesson, error) {
	l := lesson{name: strings.TrimSuffix(filepath.Base(path), ".md"), path: path}
	list, err := sections(text)
	if err != nil {
		return l, fmt.Errorf("%s:%w", path, err)
	}
	for _, s := range list {
		if err := l.add(s); err != nil {
			return l, fmt.Errorf("%s:%d: %w", path, s.line, err)
		}
	}
	return l, check(l)
}

// add adds the next section: a new cell, or a language of the previous one.
func (l *lesson) add(s section) error {
	var last *cell
	if len(l.cells) > 0 {
		last = &l.cells[len(l.cells)-1]
	}
	if m := languageMark.FindStringSubmatch(s.mark); m != nil && last != nil && last.text != nil {
		if _, twice := last.text[m[1]]; twice {
			return fmt.Errorf("cell %s has two texts in %q", last.id, m[1])
		}
		last.text[m[1]] = s.body
		return nil
	}
	m := cellMark.FindStringSubmatch(s.mark)
	switch {
	case m == nil && s.mark != "":
		return fmt.Errorf("%s is not <!-- prose ID -->, <!-- code ID -->, or a language of a prose cell", s.mark)
	case m == nil && s.body != "":
		return errors.New("text before the first cell")
	case m == nil:
		return nil
	case m[1] == "prose" && s.body != "":
		return fmt.Errorf("cell %s: text before <!-- en -->", m[2])
	case m[1] == "prose":
		l.cells = append(l.cells, cell{id: m[2], line: s.line, text: map[string]string{}})
		return nil
	}
	code, ok := unfence(s.body)
	if !ok {
		return fmt.Errorf("cell %s: want one ```go block and nothing else", m[2])
	}
	l.cells = append(l.cells, cell{id: m[2], line: s.line, code: code})
	return nil
}

// unfence removes the ```go fence of a block.
func unfence(block string) (string, bool) {
	code, ok := strings.CutPrefix(block, "```go\n")
	if !ok {
		return "", false
	}
	code, ok = strings.CutSuffix(code, "\n```")
	return code, ok && !strings.Contains("\n"+code, "\n```")
}

// form selects what a code cell shows of its exercise.
type form string

const (
	handedOut form = "handed out" // the stub, for the learner
	solved    form = "solved"     // the solution
	graded    form = "graded"     // both, with the marks at which nbgrader cuts: the stub as a comment, then the solution
)

// variant returns the code in one of its forms. The source of an exercise is
//
//	// BEGIN SOLUTION
//	answer := 64 * 3 * 3 * 64
//	// INSTEAD
//	answer := 0 // your turn
//	// END SOLUTION
func (c cell) variant(f form) (string, error) {
	var kept, solution, stub []string
	part := &kept
	for line := range strings.SplitSeq(c.code, "\n") {
		mark := strings.TrimSpace(line)
		switch {
		case mark == beginSolution && part == &kept:
			part, solution, stub = &solution, nil, nil
		case mark == instead && part == &solution:
			part = &stub
		case mark == endSolution && part == &stub:
			part = &kept
			kept = append(kept, f.exercise(solution, stub)...)
		case mark == beginSolution || mark == instead || mark == endSolution:
			return "", fmt.Errorf("%s out of place: BEGIN SOLUTION, INSTEAD, END SOLUTION", mark)
		default:
			*part = append(*part, line)
		}
	}
	if part != &kept {
		return "", fmt.Errorf("%s has no %s", beginSolution, endSolution)
	}
	return strings.Join(kept, "\n"), nil
}

const (
	beginSolution = "// BEGIN SOLUTION"
	instead       = "// INSTEAD"
	endSolution   = "// END SOLUTION"
)

// exercise returns the lines of an exercise in a form.
func (f form) exercise(solution, stub []string) []string {
	switch f {
	case handedOut:
		return stub
	case solved:
		return solution
	}
	var lines []string
	for _, line := range stub {
		lines = append(lines, "// "+line)
	}
	return slices.Concat(lines, []string{beginSolution}, solution, []string{endSolution})
}

// hasSolution reports whether the cell is an exercise.
func (c cell) hasSolution() bool { return strings.Contains(c.code, beginSolution) }
