package main

import (
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a code cell: one idea, and no horizontal scrolling in a window 1280 pixels wide.
const (
	maxLines   = 20
	maxColumns = 96
)

// check checks a lesson against the rules and returns all problems, not only the first.
func check(l lesson) error {
	var errs []error
	fail := func(c cell, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: cell %s: %s", l.path, c.line, c.id, fmt.Sprintf(format, args...)))
	}
	seen := map[string]bool{}
	for i, c := range l.cells {
		if seen[c.id] {
			fail(c, "the id is taken")
		}
		seen[c.id] = true
		problems := proseProblems(c)
		if c.text == nil {
			problems = codeProblems(c)
		}
		for _, p := range problems {
			fail(c, "%s", p)
		}
		if i == 0 && !strings.HasPrefix(c.text["en"], "# ") {
			fail(c, "a lesson begins with its title")
		}
	}
	if len(l.cells) == 0 {
		errs = append(errs, fmt.Errorf("%s: no cell", l.path))
	}
	return errors.Join(errs...)
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ `)
	headingLine = regexp.MustCompile(`(?m)^#+ .*$`)
	formula     = regexp.MustCompile(`\$[^$\n]+\$`)
)

// proseProblems compares the two texts of a cell: both exist, the Chinese one is Chinese, headings and formulas are the same.
func proseProblems(c cell) (problems []string) {
	for _, language := range languages {
		if c.text[language] == "" {
			problems = append(problems, "no text in "+strconv.Quote(language))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	if !strings.ContainsFunc(c.text["zh"], func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		problems = append(problems, `the "zh" text has no Chinese character`)
	}
	for what, pattern := range map[string]*regexp.Regexp{"headings": heading, "formulas": formula} {
		en, zh := pattern.FindAllString(c.text["en"], -1), pattern.FindAllString(c.text["zh"], -1)
		slices.Sort(en) // a translation may turn a sentence round
		slices.Sort(zh)
		if !slices.Equal(en, zh) {
			problems = append(problems, fmt.Sprintf("%s differ: %q and %q", what, en, zh))
		}
	}
	return problems
}

// codeProblems checks the code as handed out and as solved.
func codeProblems(c cell) (problems []string) {
	for _, f := range []form{handedOut, solved} {
		code, err := c.variant(f)
		if err != nil {
			return []string{err.Error()}
		}
		lines := strings.Split(code, "\n")
		if len(lines) > maxLines {
			problems = append(problems, fmt.Sprintf("%d lines, at most %d", len(lines), maxLines))
		}
		for i, line := range lines {
			if width := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")); width > maxColumns {
				problems = append(problems, fmt.Sprintf("line %d of the cell has %d columns, at most %d", i+1, width, maxColumns))
			}
		}
		if err := formatted(code); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return slices.Compact(problems)
}

// formatted returns an error with gofmt's text if it differs. GoNB's own lines (%noautoget, %%, !ls) are not Go: they divide the cell into
// pieces, each a list of declarations or of statements.
func formatted(code string) error {
	for _, piece := range pieces(code) {
		want, err := format.Source([]byte(piece))
		if err != nil {
			return fmt.Errorf("not Go: %w", err)
		}
		if string(want) != piece {
			return fmt.Errorf("not formatted; gofmt writes:\n%s", want)
		}
	}
	return nil
}

func pieces(code string) (list []string) {
	var piece []string
	closePiece := func() {
		if text := strings.Trim(strings.Join(piece, "\n"), "\n"); text != "" {
			list = append(list, text)
		}
		piece = nil
	}
	for line := range strings.SplitSeq(code, "\n") {
		if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!") {
			closePiece()
			continue
		}
		piece = append(piece, line)
	}
	closePiece()
	return list
}

// imports lists the packages that the lessons in src import, without the standard library: setup compiles them before a learner's first cell.
func imports(src string) ([]string, error) {
	lessons, module, err := lessonsAndModule(src)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, l := range lessons {
		for _, c := range l.cells {
			for _, piece := range pieces(published(c.code, module)) {
				list = append(list, importsOf(piece, module)...)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// importsOf lists the imports of a piece of a cell. A piece of statements has none.
func importsOf(piece, module string) (list []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+piece, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && strings.Contains(path, "/") && (strings.Contains(path, ".") || strings.HasPrefix(path, module+"/")) {
			list = append(list, path)
		}
	}
	return list
}
