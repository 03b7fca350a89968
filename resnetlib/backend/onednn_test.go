//go:build linux && amd64 && cgo && !noxla

package backend

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
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
	found, err := findOneDNN()
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
	if f := nameOneDNN(find(request{kind: cpuKind})); !strings.HasSuffix(f.Version, ", oneDNN "+onednn.Version) {
		t.Errorf("listed as %+v", f)
	}
	if check := checkOneDNN(); !check.OK || !strings.Contains(check.Detail, path) || check.Fix != "" {
		t.Errorf("the doctor says %+v", check)
	}
}

// Without the library, switched off, or with a file that is not the library, XLA computes as if oneDNN did not exist. Only the last is told.
func TestWithoutOneDNNXLAComputes(t *testing.T) {
	needXLA(t)
	damaged := place(t, filepath.Join(t.TempDir(), "libdnnl.so.3"), "not a library")
	t.Setenv(CacheVariable, "off")
	for _, c := range []struct{ value, says string }{{"off", ""}, {damaged, "oneDNN: oneDNN " + damaged}, {damaged + "2", "no such file"}} {
		t.Setenv(onednn.Env, c.value)
		choice, n, native, said := convolves(t)
		if n != 0 || native || strings.Contains(choice.Version, "oneDNN") {
			t.Errorf("%s: %d convolutions replaced, native %v, %s", c.value, n, native, choice)
		}
		if line := strings.Join(said, "\n"); len(said) > 1 || (line == "") != (c.says == "") || !strings.Contains(line, c.says) {
			t.Errorf("%s: said %q, want %q", c.value, said, c.says)
		}
		if check := checkOneDNN(); check.OK != (c.says == "") || check.OK == (check.Fix != "") || !strings.Contains(check.Detail+check.Fix, "XLA's own convolutions are used") {
			t.Errorf("%s: the doctor says %+v", c.value, check)
		}
	}
}

// A missing library is looked for beside plugins, and is no fault.
func TestMissingOneDNNIsNoFault(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir) // away from the project's .venv
	t.Setenv("HOME", dir)
	t.Setenv(onednn.Env, "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	if _, err := findOneDNN(); !errors.Is(err, onednn.ErrMissing) {
		t.Skipf("this machine has one: %v", err)
	}
	if check := checkOneDNN(); !check.OK || check.Fix != "" || check.Detail != "not installed; XLA's own convolutions are used" {
		t.Errorf("the doctor says %+v", check)
	}
	path := place(t, filepath.Join(dir, "libdnnl.so.3"), "not a library")
	if _, err := findOneDNN(); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("with a damaged one beside a plugin: %v", err)
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
