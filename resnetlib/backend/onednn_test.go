//go:build linux && amd64 && cgo && !noxla

package backend

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/internal/mark"
	"resnetlab/internal/nativeconv"
	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/backend/pjrttable"
)

// needOneDNN returns the path of the library, or skips the test.
func needOneDNN(t *testing.T) string {
	t.Helper()
	needXLA(t)
	found, err := findOneDNN(find(request{kind: cpuKind}).Plugin)
	if withoutOneDNN(err) {
		fmt.Printf("SKIP: %s: %v\n", t.Name(), err)
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return found.Path
}

// convolves opens XLA, convolves by it, and returns the choice, how many convolutions oneDNN computes, and what the log was told. The sum of
// nine ones must be nine.
func convolves(t *testing.T) (c Choice, replaced int64, native bool, said []string) {
	t.Helper()
	b, c, err := OpenWith(XLACPU, Options{Log: func(line string) { said = append(said, line) }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	before := onednn.Count()
	conv := graph.MustNewExec(b, func(g *graph.Graph) *graph.Node {
		x, w := graph.Ones(g, shapes.Make(dtypes.Float32, 1, 5, 5, 1)), graph.Ones(g, shapes.Make(dtypes.Float32, 3, 3, 1, 1))
		return graph.ReduceAllMax(graph.Convolve(x, w).NoPadding().Done())
	})
	if got := conv.MustCall1().Value(); got != float32(9) {
		t.Errorf("3x3 ones: %v, want 9", got)
	}
	return c, onednn.Count() - before, nativeconv.Used(b), said
}

func TestOneDNNComputesConvolutionsWithAndWithoutTheCache(t *testing.T) {
	path := needOneDNN(t)
	t.Setenv(onednn.Env, path)
	for _, cache := range []string{"off", filepath.Join(t.TempDir(), "compiled")} {
		t.Setenv(CacheVariable, cache)
		c, n, native, said := convolves(t)
		if n != 1 || !native || said != nil || !strings.HasSuffix(c.Version, ", oneDNN "+onednn.Version) {
			t.Errorf("cache %s: %d of 1 convolutions replaced, native %v, said %q, %s", cache, n, native, said, c)
		}
	}
	if f := List()[1]; !strings.HasSuffix(f.Version, ", oneDNN "+onednn.Version) {
		t.Errorf("listed as %+v", f)
	}
	o := FindOneDNN()
	if o != (OneDNN{On: true, Path: path, Version: onednn.Version, Why: "named by " + onednn.Env}) {
		t.Errorf("found %+v", o)
	}
	if check := checkOneDNN(o); !check.OK || !strings.Contains(check.Detail, path) || check.Fix != "" {
		t.Errorf("the doctor says %+v", check)
	}
}

// Switched off, or with a file that is not the library, XLA computes as if oneDNN did not exist. A file that is not the library is told in one line.
func TestWithoutOneDNNXLAComputes(t *testing.T) {
	path := needOneDNN(t)
	library, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, content []byte) string {
		return place(t, filepath.Join(t.TempDir(), name), string(content))
	}
	other := slices.Clone(library)
	other[18] = byte(elf.EM_AARCH64) // e_machine
	flipped := slices.Clone(library)
	flipped[len(flipped)/2] ^= 1
	t.Setenv(CacheVariable, "off")
	for name, c := range map[string]struct{ value, says string }{
		"off":               {"off", ""},
		"no file":           {filepath.Join(t.TempDir(), "none.so"), "no such file"},
		"a folder":          {t.TempDir(), "not a regular file"},
		"truncated":         {file("truncated.so", library[:len(library)/2]), "truncated: "},
		"text":              {file("text.so", []byte("not a library")), "not a shared library, or damaged"},
		"another processor": {file("other.so", other), "built for another machine"},
		"one bit":           {file("flipped.so", flipped), "its bytes are not those of the wheel onednn-cpu-gomp 2023.2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(onednn.Env, c.value)
			choice, n, native, said := convolves(t)
			if n != 0 || native || strings.Contains(choice.Version, "oneDNN") {
				t.Errorf("%d convolutions replaced, native %v, %s", n, native, choice)
			}
			if c.says == "" && said != nil {
				t.Errorf("said %q", said)
			}
			if want := "oneDNN: " + c.value + " (named by " + onednn.Env + "): "; c.says != "" &&
				(len(said) != 1 || !strings.HasPrefix(said[0], want) || !strings.Contains(said[0], c.says) || strings.Contains(said[0], "\n")) {
				t.Errorf("said %q, want one line with %q", said, want+c.says)
			}
			o := FindOneDNN()
			if check := checkOneDNN(o); o.On || o.Why == "" || check.OK != (c.says == "") || check.OK != (check.Fix == "") ||
				!strings.Contains(check.Detail, c.says) || !strings.HasSuffix(check.Detail, "; XLA's own convolutions are used") {
				t.Errorf("found %+v, the doctor says %+v", o, check)
			}
		})
	}
}

// The doctor reads the whole library, also where a file is not newer than its wheel's RECORD.
func TestDoctorReadsTheWholeLibrary(t *testing.T) {
	damaged := place(t, filepath.Join(t.TempDir(), onednn.FileName), "not the library")
	check := checkOneDNN(OneDNN{On: true, Path: damaged, Version: onednn.Version, Why: "here"})
	if check.OK || !strings.HasPrefix(check.Detail, damaged+" (here): ") || !strings.Contains(check.Fix, "resnetlab backend install cpu") {
		t.Errorf("the doctor says %+v", check)
	}
}

// A missing library is looked for beside plugins, and is no fault.
func TestMissingOneDNNIsNoFault(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir) // away from the project's .venv
	t.Setenv("HOME", dir)
	t.Setenv(onednn.Env, "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	if _, err := findOneDNN(""); !errors.Is(err, onednn.ErrMissing) {
		t.Skipf("this machine has one: %v", err)
	}
	o := FindOneDNN()
	if check := checkOneDNN(o); o.On || !check.OK || check.Detail != "oneDNN is not installed; XLA's own convolutions are used" || !strings.Contains(check.Fix, "backend install cpu") {
		t.Errorf("found %+v, the doctor says %+v", o, check)
	}
	environment := t.TempDir()
	for _, c := range []struct{ file, plugin, where string }{
		{filepath.Join(dir, onednn.FileName), "", "in PJRT_PLUGIN_LIBRARY_PATH"},
		{filepath.Join(environment, "lib", onednn.FileName), filepath.Join(environment, "lib/python3.12/site-packages/some/plugin.so"), "in the plugin's Python environment"},
		{filepath.Join(environment, "beside", onednn.FileName), filepath.Join(environment, "beside/plugin.so"), "beside the plugin"},
	} {
		place(t, c.file, "not a library")
		if _, err := findOneDNN(c.plugin); err == nil || !strings.HasPrefix(err.Error(), c.file+" ("+c.where+"): ") {
			t.Errorf("with a damaged one %s: %v", c.where, err)
		}
	}
}

// Where GNU's OpenMP cannot be loaded, one line names its package, and XLA computes.
func TestOneDNNWithoutOpenMPIsToldInOneLine(t *testing.T) {
	path := needOneDNN(t)
	broken := place(t, filepath.Join(t.TempDir(), "libgomp.so.1"), "not a library, and found before the system's")
	_, want, _ := computes(t, 1, CacheVariable+"=off", onednn.Env+"=off")
	_, got, said := computes(t, 1, CacheVariable+"=off", onednn.Env+"="+path, "LD_LIBRARY_PATH="+filepath.Dir(broken))
	if got != want || strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "oneDNN: opening oneDNN "+path) ||
		!strings.Contains(said, "the package libgomp1 of Debian and Ubuntu") || !strings.HasSuffix(said, "; XLA computes these convolutions itself\n") {
		t.Errorf("result %s, want %s; said %q", got, want, said)
	}
}

// withoutExtensions is a plugin that is another one but for its extensions.
const withoutExtensions = `#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
typedef struct { size_t size; void* extensions; } table;
const table* GetPjrtApi(void) {
	static table* copy;
	if (copy) return copy;
	const table* own = ((const table* (*)(void))dlsym(dlopen(PLUGIN, RTLD_LAZY | RTLD_LOCAL), "GetPjrtApi"))();
	copy = memcpy(malloc(own->size), own, own->size);
	copy->extensions = 0;
	return copy;
}`

// A plugin that takes no custom calls is told in one line, and XLA computes.
func TestPluginWithoutCustomCallsComputesItself(t *testing.T) {
	path := needOneDNN(t)
	plugin := build(t, "pjrt_c_api_cpu_plugin.so", "#define PLUGIN "+strconv.Quote(find(request{kind: cpuKind}).Plugin)+"\n"+withoutExtensions)
	_, want, _ := computes(t, 1, CacheVariable+"=off", onednn.Env+"=off")
	_, got, said := computes(t, 1, CacheVariable+"=off", onednn.Env+"="+path, "GOMLX_BACKEND=xla:"+plugin) // what xla:cpu finds first
	if got != want || said != "oneDNN: registering the handlers of convolutions and batch norms with the plugin: the plugin has no extension for custom calls; XLA computes these convolutions itself\n" {
		t.Errorf("result %s, want %s; said %q", got, want, said)
	}
	t.Setenv(onednn.Env, path)
	t.Setenv("GOMLX_BACKEND", "xla:"+plugin)
	if o := FindOneDNN(); o.On || o.Path != path || o.Why != "the plugin "+plugin+" has no extension for custom calls" || checkOneDNN(o).OK {
		t.Errorf("found %+v", o)
	}
}

// Programs that were compiled with oneDNN and without are kept under different keys, those without convolutions too.
func TestOneDNNIsPartOfTheCachesKey(t *testing.T) {
	path := needOneDNN(t)
	dir := filepath.Join(t.TempDir(), "compiled")
	for i, step := range []struct{ library, counts string }{{"off", "1 loaded 0"}, {path, "1 loaded 0"}, {path, "0 loaded 1"}, {"off", "0 loaded 1"}} {
		got, _, said := computes(t, 1, CacheVariable+"="+dir, onednn.Env+"="+step.library, "XLA_FLAGS=")
		if got != step.counts || said != "" {
			t.Errorf("process %d, oneDNN %s: compiled %s, want %s; said %q", i, step.library, got, step.counts, said)
		}
	}
}

// What goes wrong later is told as what it is.
func TestProblemsNameTheirPart(t *testing.T) {
	var said []string
	log := func(line string) { said = append(said, line) }
	h := hooking{cacheProblem: onceOnly(log, "cache %s"), oneDNNProblem: onceOnly(log, "oneDNN %s")}
	tell := h.hooks("").Log
	for range 2 {
		tell(errors.New("full"))
		tell(mark.As(pjrttable.ErrRewrite, errors.New("refused")))
	}
	if !slices.Equal(said, []string{"cache full", "oneDNN refused"}) {
		t.Errorf("said %q", said)
	}
}
