package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs one of the scripts with dir as the working directory and returns its output, whether it fails or not.
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

// standIn puts a program of this name first on PATH.
func standIn(t *testing.T, name, does string) {
	t.Helper()
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// A relative folder is relative to the caller's folder and not to the checkout. A stand-in for go builds nothing.
func TestBuildIntoCallersFolder(t *testing.T) {
	caller := t.TempDir()
	standIn(t, "go", "")
	said := script(t, caller, "cli/build.sh", "out") // the last file that it copies, the machine's certificates, may be missing
	if _, err := os.Stat(filepath.Join(caller, "out", "LICENSE")); err != nil {
		t.Errorf("%v; the script said: %s", err, said)
	}
}

// The build steps do not support a folder with a space, so check.sh refuses it at once.
func TestCheckRefusesSpaces(t *testing.T) {
	caller := t.TempDir()
	standIn(t, "python3", "exit 1") // if the folder were accepted, nothing long would start
	said := script(t, caller, "check.sh", "a b")
	left, err := os.ReadDir(caller)
	if err != nil || len(left) > 0 || !strings.Contains(said, "without spaces") {
		t.Errorf("it left %v (%v) and said: %s", left, err, said)
	}
}
