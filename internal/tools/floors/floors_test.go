// Package floors tests that imports go one way, down: values, graphs, backends, work, faces.
package floors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A floor is a set of folders of the module, with all below them.
type floor []string

// floors from the ground up; a package may import packages of its own floor or of one below. What stands in no other entry belongs to
// the last one that names a folder above it, so a new internal package counts as a tool until it is listed.
var floors = []floor{
	{"internal/atomicfile", "internal/golden", "internal/fetch"},
	// 1: plain values
	{"resnetlib/transforms"},
	{"resnetlib/weights"},
	{"resnetlib/runs"},
	{"datasets"},
	{"resnetlib/plots"},
	{"resnetlib/notebook"},
	// 2: graphs
	{"resnetlib/nn"},
	{"resnetlib/models", "internal/goldennet"},
	// 3: backends
	{"resnetlib/backend", "internal/testbackend"},
	// 4: work
	{"resnetlib/train", "resnetlib/predict", "resnetlib/explain", "resnetlib/bench"},
	// 5: faces, tools
	{"cmd", "kernels", "notebooks", "docker", "internal"},
}

// Places in floors.
var (
	lastOfValues = place("resnetlib/notebook")
	backends     = place("resnetlib/backend")
	faces        = len(floors) - 1
)

// place is the floor of a folder of the module, or -1.
func place(dir string) int {
	return slices.IndexFunc(floors, func(f floor) bool {
		return slices.ContainsFunc(f, func(d string) bool { return dir == d || strings.HasPrefix(dir, d+"/") })
	})
}

// linkers are the packages that link a backend.
var linkers = []string{"github.com/gomlx/compute/gobackend", "github.com/gomlx/go-xla/compute/xla", "github.com/gomlx/gomlx/backends/default"}

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir                          string
	Standard                                 bool
	Imports, Deps, TestImports, XTestImports []string
	GoFiles, CgoFiles                        []string

	own   string // the folder in this module; empty for others
	floor int    // place(own)
}

// packages lists the module's packages and all that they need, once.
var packages = sync.OnceValues(func() ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Standard,Imports,Deps,TestImports,XTestImports,GoFiles,CgoFiles", "./...")
	cmd.Dir = "../../.."
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

// own gives this module's packages, each with its folder and floor, and all packages by path.
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
		t.Fatalf("only %d packages listed", len(mine))
	}
	return mine, all
}

func TestImportsGoDown(t *testing.T) {
	mine, all := own(t)
	for _, p := range mine {
		if p.floor < 0 {
			t.Errorf("%s stands on no floor: add it to the list in this file", p.own)
			continue
		}
		for _, imported := range p.Imports {
			if all[imported].floor > p.floor {
				t.Errorf("%s imports %s, which stands above it", p.own, all[imported].own)
			}
		}
	}
}

// Plain values have no graph and no cgo behind them, and nothing below the backends links one.
func TestNothingHeavyBelow(t *testing.T) {
	mine, all := own(t)
	for _, p := range mine {
		for _, dep := range p.Deps {
			d := all[dep]
			switch {
			case p.floor <= lastOfValues && strings.HasPrefix(dep, "github.com/gomlx/"):
				t.Errorf("%s is plain values and has %s behind it", p.own, dep)
			case p.floor <= lastOfValues && len(d.CgoFiles) > 0 && !d.Standard:
				t.Errorf("%s is plain values and has cgo behind it, in %s", p.own, dep)
			case p.floor < backends && slices.Contains(linkers, dep):
				t.Errorf("%s stands below the backends and links %s", p.own, dep)
			}
		}
	}
}

// Backends are opened through resnetlib/backend.
func TestOnlyBackendLinksBackends(t *testing.T) {
	mine, _ := own(t)
	for _, p := range mine {
		if p.own == "resnetlib/backend" {
			continue
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if slices.Contains(linkers, imported) {
				t.Errorf("%s imports %s: open it through resnetlib/backend", p.own, imported)
			}
		}
	}
}
