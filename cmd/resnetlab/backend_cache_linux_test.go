package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend"
)

// cacheState is what "backend cache --json" says.
type cacheState struct {
	Schema, Programs int
	Bytes, Limit     int64
	Dir, Problem     string
	Off              bool
	Removed          struct {
		Programs int
		Bytes    int64
	}
}

func askCache(t *testing.T, args ...string) (s cacheState) {
	t.Helper()
	out, _ := must(t, 0, append([]string{"backend", "cache", "--json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}

// newCache names a folder in the environment, which is not there yet.
func newCache(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "compiled")
	t.Setenv(backend.CacheVariable, dir)
	t.Setenv("XLA_FLAGS", "")
	if backend.FindCompileCache().Off {
		fmt.Printf("SKIP: %s: this build has no XLA\n", t.Name())
		t.SkipNow()
	}
	return dir
}

// TestBackendCache: the command counts what is kept, and removes that and nothing else.
func TestBackendCache(t *testing.T) {
	dir := newCache(t)
	if out, _ := must(t, 0, "backend", "cache"); !strings.Contains(out, dir+": 0 programs, 0.0 of 512 MB") {
		t.Errorf("an empty cache: %s", out)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "notes.txt")
	for path, size := range map[string]int{filepath.Join(dir, strings.Repeat("a1", 32)+".compiled"): 3 << 20, mine: 10} {
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if a := askCache(t); a.Schema != 1 || a.Programs != 1 || a.Bytes != 3<<20 || a.Limit != 512<<20 || a.Dir != dir || a.Off || a.Problem != "" {
		t.Errorf("%+v", a)
	}
	if a := askCache(t, "--clear"); a.Programs != 0 || a.Removed.Programs != 1 || a.Removed.Bytes != 3<<20 {
		t.Errorf("%+v", a)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("another file was removed")
	}
	if out, _ := must(t, 0, "backend", "cache", "--clear"); !strings.Contains(out, "removed 0 programs, 0.0 MB\n"+dir) {
		t.Errorf("cleared again: %s", out)
	}
}

// TestBackendCacheRefused: command and doctor say why nothing is kept, and what to do.
func TestBackendCacheRefused(t *testing.T) {
	dir := newCache(t)
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	if a := askCache(t); a.Off || !strings.Contains(a.Problem, "chmod 700") {
		t.Errorf("a folder that others can enter: %+v", a)
	}
	if out, _ := must(t, 0, "backend", "doctor"); !strings.Contains(out, "no   compile cache") || !strings.Contains(out, "name another folder in "+backend.CacheVariable) {
		t.Errorf("the doctor: %s", out)
	}
	_, stderr := must(t, 3, "backend", "cache", "--clear")
	saysOnly(t, stderr, "emptying the compile cache", dir, "others can enter it")
	t.Setenv(backend.CacheVariable, "off")
	if a := askCache(t); !a.Off || a.Problem != "off: RESNETLAB_COMPILE_CACHE says so" {
		t.Errorf("switched off: %+v", a)
	}
}
