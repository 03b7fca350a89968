package floors

import (
	"go/ast"
	"slices"
	"testing"
)

// writers are the standard library's ways to write to the terminal, by package.
var writers = map[string][]string{
	"fmt": {"Print", "Printf", "Println"},
	"os":  {"Stdout", "Stderr"},
	"log": {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Default"},
}

// The library returns what it has to report, or calls a callback, and never writes to stdout or stderr: that is up to the programs.
// Exceptions are notebook, whose purpose is to write into a cell, and testbackend, which reports what tests skip.
func TestLibraryDoesNotWriteToTheTerminal(t *testing.T) {
	mine, _ := own(t)
	for _, p := range mine {
		if p.floor == programs || p.own == "resnetlib/notebook" || p.own == "internal/testbackend" {
			continue
		}
		for _, file := range p.parse(t) {
			if file.isTest() {
				continue
			}
			ast.Inspect(file.File, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && slices.Contains(writers[x.Name], s.Sel.Name) {
						t.Errorf("%s:%d: %s.%s", file.name, file.set.Position(s.Pos()).Line, x.Name, s.Sel.Name)
					}
				}
				return true
			})
		}
	}
}
