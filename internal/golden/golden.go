// Package golden finds the golden vectors (numbers computed by the real PyTorch, torchvision and Pillow) for tests, and
// makes the weights and images they were computed from. The vectors are no part of this repository: their README
// describes every file.
package golden

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Environment variables that say where the vectors lie.
const (
	DirEnv    = "RESNETLAB_GOLDEN" // the vectors themselves
	SharedEnv = "RESNETLAB_SHARED" // the folder that holds golden/ and data/
)

// Dir is the folder of the golden vectors: $RESNETLAB_GOLDEN, or golden/ under Shared. The test is skipped where there is
// none, and fails where the variable names a folder that is not there.
func Dir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(DirEnv); dir != "" {
		return mustBeFolder(t, DirEnv, dir)
	}
	return orSkip(t, filepath.Join(Shared(t), "golden"))
}

// Shared is the folder that holds golden/ and data/: $RESNETLAB_SHARED, or ../shared seen from the module's root. The test
// is skipped where there is none, and fails where the variable names a folder that is not there.
func Shared(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(SharedEnv); dir != "" {
		return mustBeFolder(t, SharedEnv, dir)
	}
	return orSkip(t, filepath.Join(moduleRoot(t), "..", "shared"))
}

// JSON reads the file name (with /, below Dir) into v. A set of vectors need not have every file: the test is skipped
// where this one is missing.
func JSON(t testing.TB, name string, v any) {
	t.Helper()
	path := filepath.Join(Dir(t), filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED, NOT TESTED: this set of golden vectors has no %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("golden vectors: %s: %v", path, err)
	}
}

// mustBeFolder fails the test unless dir, which the environment names, is a folder. A relative name is meant from the
// module's root: a test runs in its package's folder, which whoever sets the variable does not think of.
func mustBeFolder(t testing.TB, variable, dir string) string {
	t.Helper()
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(moduleRoot(t), dir)
	}
	if !isFolder(dir) {
		t.Fatalf("%s=%s: no such folder", variable, dir)
	}
	return dir
}

func orSkip(t testing.TB, dir string) string {
	t.Helper()
	if !isFolder(dir) {
		t.Skipf("SKIPPED, NOT TESTED: no golden vectors in %s: set %s or %s", dir, DirEnv, SharedEnv)
	}
	return dir
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// moduleRoot is the nearest folder upwards that holds go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	start, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatalf("no go.mod in %s or above it", start)
		}
	}
}

// Files lists the JSON files of a folder below Dir, as names for JSON.
func Files(t testing.TB, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(Dir(t), folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skipf("SKIPPED, NOT TESTED: this set of golden vectors has no %s", folder)
	}
	for i, p := range paths {
		paths[i] = folder + "/" + filepath.Base(p)
	}
	return paths
}
