// Package floors tests the structure of the repository: which package may import which, how long functions and files may be, and which of
// them need documentation.
package floors

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folders is a set of folders of the module, each with everything below it.
type folders []string

// floors is the order of the packages, from the ground up. A package may import packages of its own floor and of the floors below. A folder
// that is not named belongs to the first floor that names a folder above it.
var floors = []folders{
	// 0: ground
	{"internal/atomicfile", "internal/fetch", "internal/filehash", "internal/golden", "internal/mark", "internal/nativeconv", "internal/printable"},
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
	{"resnetlib/optim", "resnetlib/network"},
	{"resnetlib/transfer"},
	// 3: backends; what works on a program's text links none
	{"resnetlib/backend/stablehlo"},
	{"resnetlib/backend/aliasing", "resnetlib/backend/onednn/rewrite"},
	{"resnetlib/backend", "internal/testbackend"},
	// 4: work
	{"resnetlib/predict"},
	{"resnetlib/evaluate", "resnetlib/explain"},
	{"resnetlib/train"},
	{"resnetlib/compare", "resnetlib/bench"},
	// 5: programs, tools and checks
	{"cmd", "kernels", "notebooks", "docker", "rooms", "internal/tools"},
}

// planned are folders of floors that no commit of this branch has yet. Remove an entry as soon as its folder exists.
var planned = folders{}

// Places in floors.
var (
	lastOfValues = place("resnetlib/notebook")
	backends     = place("resnetlib/backend")
	programs     = len(floors) - 1
)

// place returns the index in floors of a folder of the module, or -1.
func place(dir string) int {
	return slices.IndexFunc(floors, func(f folders) bool { return within(dir, f) })
}

// within reports whether dir is one of the folders or below one of them.
func within(dir string, all folders) bool {
	return slices.ContainsFunc(all, func(d string) bool { return dir == d || strings.HasPrefix(dir, d+"/") })
}

// linkers are the packages of other modules that link a backend.
var linkers = []string{"github.com/gomlx/compute/gobackend", "github.com/gomlx/go-xla/compute/xla", "github.com/gomlx/gomlx/backends/default"}

// Sets of packages that others must not link.
var (
	training    = folders{"resnetlib/train", "resnetlib/optim", "resnetlib/compare"}
	backendsOwn = folders{"resnetlib/backend"}
	toolFolders = folders{"internal/tools"}
)

// apart are packages that must not link certain others, neither directly nor through what they import. Tests are not concerned.
var apart = []struct{ packages, never folders }{
	{folders{"resnetlib/explain"}, slices.Concat(training, backendsOwn, linkers)},
	{folders{"resnetlib/predict", "resnetlib/network", "resnetlib/evaluate"}, training},
	{folders{"resnetlib", "datasets", "internal/atomicfile", "internal/fetch", "internal/mark", "internal/golden", "internal/goldennet", "internal/testbackend"}, toolFolders},
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

func TestFloorsNameFoldersThatExist(t *testing.T) {
	for _, dir := range slices.Concat(floors...) {
		_, err := os.Stat(filepath.Join(root, dir))
		switch isPlanned := slices.Contains(planned, dir); {
		case err == nil && isPlanned:
			t.Errorf("%s exists: remove it from planned", dir)
		case err != nil && !isPlanned:
			t.Errorf("the floors name %s: %v", dir, err)
		}
	}
}

func TestPackagesStayApart(t *testing.T) {
	mine, all := own(t)
	for _, rule := range apart {
		for _, p := range mine {
			if !within(p.own, rule.packages) {
				continue
			}
			for _, dep := range p.Deps {
				if within(dep, rule.never) || within(all[dep].own, rule.never) {
					t.Errorf("%s links %s", p.own, dep)
				}
			}
		}
	}
}

// Tools and checks are programs and tests: nobody imports them, not even a test of the library.
func TestToolsAreNotImported(t *testing.T) {
	mine, all := own(t)
	for _, p := range mine {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if within(all[imported].own, toolFolders) && !within(p.own, toolFolders) {
				t.Errorf("%s imports the tool %s", p.own, imported)
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
				t.Errorf("%s is a package of plain values and links %s", p.own, dep)
			case p.floor <= lastOfValues && len(d.CgoFiles) > 0 && !d.Standard:
				t.Errorf("%s is a package of plain values and links cgo, in %s", p.own, dep)
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
		if within(p.own, backendsOwn) {
			continue
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if slices.Contains(linkers, imported) {
				t.Errorf("%s imports %s: open it through resnetlib/backend", p.own, imported)
			}
		}
	}
}
