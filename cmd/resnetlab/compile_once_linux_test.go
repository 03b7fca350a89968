package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestSecondRunCompilesNothing: a training and a comparison with the graphs of lesson 07 (frozen features, an added layer, a whole network) compile
// their programs once. The same commands in new processes and new folders add no program to the cache, where every compiled program is stored; a
// graph of another size does.
func TestSecondRunCompilesNothing(t *testing.T) {
	needXLA(t)
	cache, data := newCache(t), filepath.Join(t.TempDir(), "data")
	must(t, 0, "data", "sketch", "--out", data, "--train", "20", "--val", "5", "--test", "5", "--size", "32", "-q")
	first := programsOf(t, cache, data, "8")
	if len(first) < 8 {
		t.Errorf("the first run stored %d programs: a step and a forward pass each for the whole network, fc and head, and the features of two", len(first))
	}
	if second := programsOf(t, cache, data, "8"); !slices.Equal(first, second) {
		t.Errorf("the second run compiled: %d programs before, %d after", len(first), len(second))
	}
	if other := programsOf(t, cache, data, "7"); len(other) <= len(first) {
		t.Errorf("another batch size compiled nothing: %d programs before, %d after", len(first), len(other))
	}
}

// programsOf trains and compares on XLA in processes of their own, and returns the names of the programs that the cache holds then.
func programsOf(t *testing.T, cache, data, batch string) []string {
	t.Helper()
	out := t.TempDir()
	common := []string{data, "--arch", "resnet18", "--image-size", "32", "--batch-size", batch, "--epochs", "1", "--augment", "none", "-q"}
	train := append([]string{"train"}, append(slices.Clone(common), "--out", filepath.Join(out, "run"))...)
	compare := append([]string{"compare"}, append(slices.Clone(common), "--weights", filepath.Join(out, "run"), "--out", filepath.Join(out, "compared"),
		"--strategies", "all,last:fc,new", "--seeds", "1")...)
	for _, args := range [][]string{train, compare} {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "GOMLX_BACKEND=xla:cpu")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("resnetlab %v: %v\n%s", args, err, text)
		}
	}
	paths, err := filepath.Glob(filepath.Join(cache, "*.compiled"))
	if err != nil || len(paths) != askCache(t).Programs {
		t.Fatalf("%d programs, backend cache says %d, %v", len(paths), askCache(t).Programs, err)
	}
	return paths
}
