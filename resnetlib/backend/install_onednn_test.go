package backend

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDuplicatesBecomeLinks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"lib.so.3", "lib.so.3.2", "lib.so"} {
		place(t, filepath.Join(dir, name), "the library")
	}
	if err := os.Symlink("gone", filepath.Join(dir, "lib.so.new")); err != nil { // left by a process that was killed
		t.Fatal(err)
	}
	for range 2 { // a second time changes nothing
		if err := linkDuplicates(dir, "lib.so.3", []string{"lib.so.3.2", "lib.so", "absent.so"}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 3 {
		t.Errorf("%v, %v, want three names", list, err)
	}
	for _, name := range []string{"lib.so.3", "lib.so.3.2", "lib.so"} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode().IsRegular() != (name == "lib.so.3") {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if content, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(content) != "the library" {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

// pipInPlace is an environment whose pip brings the plugin, and of oneDNN what the script says.
func pipInPlace(t *testing.T, script string) (venv string) {
	t.Helper()
	venv = t.TempDir()
	site := filepath.Join(venv, "lib", "python3.12", "site-packages")
	place(t, filepath.Join(site, wheels[cpuKind].folder, patterns[cpuKind][0]), "not a plugin")
	python := place(t, filepath.Join(venv, "bin", "python"), fmt.Sprintf(`#!/bin/sh
cd %q
for argument; do
	if [ -f "$argument" ] && grep -q onednn "$argument"; then
		%s
	fi
done
`, filepath.Join(venv, "lib"), script))
	if err := os.Chmod(python, 0o777); err != nil {
		t.Fatal(err)
	}
	return venv
}

// Without oneDNN the plugin is installed all the same, and the log has one line about it.
func TestInstallGoesOnWithoutOneDNN(t *testing.T) {
	if checkWheelFits(runtime.GOOS, runtime.GOARCH) != nil {
		t.Skip("no wheel for this system")
	}
	for name, c := range map[string]struct{ script, want string }{
		"no network":    {"echo 'ERROR: no network'; exit 1", "oneDNN not installed: python: exit status 1: no network; XLA's own convolutions are used"},
		"nothing there": {"exit 0", "no such file or directory; XLA's own convolutions are used"},
		"another file":  {"echo a library >libdnnl.so.3", "not a shared library, or damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			found, err := Install(context.Background(), "cpu", InstallOptions{Venv: pipInPlace(t, c.script), Log: func(line string) {
				if strings.HasPrefix(line, "oneDNN") {
					said = append(said, line)
				}
			}})
			if err != nil || found.Name != XLACPU || found.Plugin == "" {
				t.Errorf("%+v, %v", found, err)
			}
			if len(said) != 1 || !strings.Contains(said[0], c.want) || !strings.HasPrefix(said[0], "oneDNN not installed: ") {
				t.Errorf("said %q, want one line with %q", said, c.want)
			}
		})
	}
}
