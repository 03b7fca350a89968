package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the module's root, seen from this folder.
const root = "../../.."

// listed is what "go list" reports about a package.
type listed struct {
	ImportPath, Dir, Name                    string
	Standard                                 bool
	Imports, Deps, TestImports, XTestImports []string
	CgoFiles                                 []string

	own   string // its folder in this module; empty for packages of other modules
	floor int    // place(own)
}

// tool reports whether the package is a program or a check of the repository and not part of the library.
func (p listed) tool() bool { return p.Name == "main" || within(p.own, toolFolders) }

// packages lists the module's packages and everything that they need, once.
var packages = sync.OnceValues(func() ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Name,Standard,Imports,Deps,TestImports,XTestImports,CgoFiles", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// own returns this module's packages, each with its folder and floor, and all packages by import path.
func own(t *testing.T) (mine []listed, all map[string]listed) {
	t.Helper()
	list, err := packages()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	out, err := exec.Command("go", "list", "-m").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	module := strings.TrimSpace(string(out)) + "/"
	all = map[string]listed{}
	for _, p := range list {
		p.floor = -1
		if dir, ok := strings.CutPrefix(p.ImportPath, module); ok {
			p.own, p.floor = dir, place(dir)
			mine = append(mine, p)
		}
		all[p.ImportPath] = p
	}
	if len(mine) < 5 {
		t.Fatalf("go list found only %d packages of this module", len(mine))
	}
	return mine, all
}

// source is a parsed file of the module.
type source struct {
	name string // below the root, with slashes
	path string
	set  *token.FileSet
	*ast.File
}

// isTest reports whether the file is compiled for tests only.
func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// parse parses the package's files for all systems and build tags, tests included.
func (p listed) parse(t *testing.T) (files []source) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no Go file (%v)", p.Dir, err)
	}
	for _, path := range paths {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, source{p.own + "/" + filepath.Base(path), path, set, file})
	}
	return files
}
