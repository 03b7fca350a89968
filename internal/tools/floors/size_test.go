package floors

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// limits are the greatest lengths of functions and files, in lines of code: comments and blank lines do not count, so that nobody saves on
// them. Tests may be longer, since many of them are tables.
var limits = map[bool]struct{ function, file int }{
	false: {function: 40, file: 250},
	true:  {function: 60, file: 350},
}

// exceptions are the functions (file:name) and files that may be longer than the limits, each with its reason. An entry that is no longer
// needed fails the test.
var exceptions = map[string]string{
	"resnetlib/transforms/jpeg/scan.go":  "one part of the JPEG standard, whose procedures share their state",

	"resnetlib/backend/broken_test.go:TestBrokenPlugins": "a table of faults, and the C sources that have them",
}

func TestFunctionsAndFilesAreShort(t *testing.T) {
	mine, _ := own(t)
	long := map[string]int{}
	for _, p := range mine {
		for _, file := range p.parse(t) {
			measure(t, file, long)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(long)) {
		if exceptions[name] == "" {
			t.Errorf("%s has %d lines of code: shorten or split it (the limits stand in this file)", name, long[name])
		}
	}
	for name := range exceptions {
		if long[name] == 0 {
			t.Errorf("%s is within the limits or gone: remove it from the exceptions", name)
		}
	}
}

// measure adds the file and its functions to long if they are above the limits.
func measure(t *testing.T, file source, long map[string]int) {
	t.Helper()
	text, err := os.ReadFile(file.path)
	if err != nil {
		t.Fatal(err)
	}
	limit, code := limits[file.isTest()], linesOfCode(text)
	if len(code) > limit.file {
		long[file.name] = len(code)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := file.set.Position(f.Pos()).Line, file.set.Position(f.End()).Line
		within := 0
		for line := range code {
			if from <= line && line <= to {
				within++
			}
		}
		if within > limit.function {
			long[file.name+":"+f.Name.Name] = within
		}
	}
}

// linesOfCode returns the numbers of the lines on which a token stands, or a part of one.
func linesOfCode(text []byte) map[int]bool {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	lines := map[int]bool{}
	for {
		pos, tok, literal := s.Scan()
		switch {
		case tok == token.EOF:
			return lines
		case tok == token.SEMICOLON && literal == "\n": // inserted by the scanner
			continue
		}
		first := file.Line(pos)
		for line := first; line <= first+strings.Count(literal, "\n"); line++ {
			lines[line] = true
		}
	}
}

func TestLinesOfCodeLeavesOutCommentsAndBlankLines(t *testing.T) {
	lines := linesOfCode([]byte("package a // one\n\n// two\n/* three\nfour */\nvar s = `five\nsix`\n"))
	if got := slices.Sorted(maps.Keys(lines)); !slices.Equal(got, []int{1, 6, 7}) {
		t.Errorf("lines of code: %v", got)
	}
}
