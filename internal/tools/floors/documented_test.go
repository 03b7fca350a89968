package floors

import (
	"go/ast"
	"go/doc"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

func TestPackagesHaveDocComments(t *testing.T) {
	mine, _ := own(t)
	for _, p := range mine {
		files := p.parse(t)
		if !slices.ContainsFunc(files, func(f source) bool { return f.Doc.Text() != "" }) {
			t.Errorf("%s has no package comment", p.own)
		}
	}
}

// Names of programs and tools are exported only for reflection, so they need no comment.
func TestExportedNamesHaveDocComments(t *testing.T) {
	mine, _ := own(t)
	checked := 0
	for _, p := range mine {
		if p.tool() {
			continue
		}
		for _, file := range p.parse(t) {
			if file.isTest() {
				continue
			}
			for _, d := range file.Decls {
				for name, documented := range exported(d) {
					checked++
					if !documented {
						t.Errorf("%s:%d: %s has no doc comment", file.name, file.set.Position(d.Pos()).Line, name)
					}
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d exported names found", checked)
	}
}

// exported returns the exported names of a declaration and whether each has a doc comment. A comment above a group, or at the end of a
// name's line, counts.
func exported(d ast.Decl) map[string]bool {
	names := map[string]bool{}
	add := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		if name.IsExported() {
			names[name.Name] = slices.ContainsFunc(comments, func(c *ast.CommentGroup) bool { return c.Text() != "" })
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || ast.IsExported(receiver(d)) {
			add(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				add(s.Name, d.Doc, s.Doc, s.Comment)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					add(name, d.Doc, s.Doc, s.Comment)
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type: T for T, *T and T[P].
func receiver(d *ast.FuncDecl) string {
	kind := d.Recv.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.IndexListExpr:
			kind = k.X
		case *ast.Ident:
			return k.Name
		default:
			return ""
		}
	}
}

// imported finds the module's packages that a lesson's cells import; lessons name the module as it is called here.
var imported = regexp.MustCompile(`(?m)^(?:import )?\s*(?:[a-z.]+ )?"resnetlab/([a-z/]+)"$`)

// Readers of a lesson look the packages up in their documentation, where an example shows how the calls fit together.
func TestPackagesOfLessonsHaveExamples(t *testing.T) {
	lessons, err := filepath.Glob(filepath.Join(root, "notebooks", "src", "*.md"))
	if err != nil || len(lessons) == 0 {
		t.Fatalf("no lessons: %v", err)
	}
	var used []string
	for _, path := range lessons {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range imported.FindAllStringSubmatch(string(text), -1) {
			used = append(used, m[1])
		}
	}
	slices.Sort(used)
	if used = slices.Compact(used); len(used) < 10 {
		t.Fatalf("only these packages found in the lessons: %v", used)
	}
	mine, _ := own(t)
	for _, p := range mine {
		if slices.Contains(used, p.own) && !hasExample(p.parse(t)) {
			t.Errorf("%s is imported by a lesson and has no Example test", p.own)
		}
	}
}

// hasExample reports whether one of the package's test files has an example.
func hasExample(files []source) bool {
	return slices.ContainsFunc(files, func(f source) bool { return f.isTest() && len(doc.Examples(f.File)) > 0 })
}
