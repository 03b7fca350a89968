package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs one of the scripts in dir, as a caller elsewhere does; what it says comes back, whether it ends well or not.
func script(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{path}, args...)...)
	cmd.Dir = dir
	said, _ := cmd.CombinedOutput()
	return string(said)
}

// standIn puts a program of this name before all others.
func standIn(t *testing.T, name, does string) {
	t.Helper()
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// A relative folder is the caller's, not one below the checkout. A stand-in for go builds nothing.
func TestBuildIntoCallersFolder(t *testing.T) {
	caller := t.TempDir()
	standIn(t, "go", "")
	said := script(t, caller, "cli/build.sh", "out") // its last file, the machine's certificates, may be missing
	if _, err := os.Stat(filepath.Join(caller, "out", "LICENSE")); err != nil {
		t.Errorf("%v; the script said: %s", err, said)
	}
}

// The build steps stand no folder with a space: that is said before anything is made.
func TestCheckRefusesSpaces(t *testing.T) {
	caller := t.TempDir()
	standIn(t, "python3", "exit 1") // without the refusal, nothing long starts
	said := script(t, caller, "check.sh", "a b")
	left, err := os.ReadDir(caller)
	if err != nil || len(left) > 0 || !strings.Contains(said, "without spaces") {
		t.Errorf("it left %v (%v) and said: %s", left, err, said)
	}
}
