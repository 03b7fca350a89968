package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// spoken are the standard library's ways to write to the terminal, by package.
var spoken = map[string][]string{
	"fmt": {"Print", "Printf", "Println"},
	"os":  {"Stdout", "Stderr"},
	"log": {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Default"},
}

// What is to be said comes back as a value or goes through a callback: below the faces nothing writes to stdout or stderr. Notebook is
// the one exception, since writing into a cell is what it is for.
func TestSilentBelowTheFaces(t *testing.T) {
	mine, _ := own(t)
	for _, p := range mine {
		if p.floor == faces || p.own == "resnetlib/notebook" || p.own == "internal/testbackend" {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Error(err)
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && slices.Contains(spoken[x.Name], s.Sel.Name) {
						t.Errorf("%s/%s:%d: %s.%s", p.own, name, files.Position(s.Pos()).Line, x.Name, s.Sel.Name)
					}
				}
				return true
			})
		}
	}
}
