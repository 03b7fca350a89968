//go:build linux && cgo && !noxla

package largeblocks

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Blocks are reused, released, waited for and shared among threads as documented, in a library that the loader binds lazily, and in one whose table
// of imported functions it has made read-only.
func TestBlocksOfALibrary(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		fmt.Printf("SKIP: %s: no gcc to build a library with\n", t.Name())
		t.Skip(err)
	}
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	check := filepath.Join(dir, "check")
	run(gcc, "-pthread", "-o", check, "testdata/check.c", "blocks.c", "install.c", "-ldl")
	for name, flags := range map[string]string{"lazy": "-Wl,-z,lazy", "read-only": "-Wl,-z,relro,-z,now"} {
		library := filepath.Join(dir, name+".so")
		run(gcc, "-shared", "-fPIC", flags, "-o", library, "testdata/library.c")
		t.Run(name, func(t *testing.T) {
			if out, err := exec.Command(check, library).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestInstallNamesTheLibrary(t *testing.T) {
	if err := Install("/no/such/plugin.so"); err == nil || err.Error() != "taking over the large blocks of memory of /no/such/plugin.so: it is not loaded" {
		t.Error(err)
	}
}
