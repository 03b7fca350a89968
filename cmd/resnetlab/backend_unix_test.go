//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestInterruptedInstallEndsWith130AndNotAsAFailureOfPip(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("no wheel for this system")
	}
	root := t.TempDir()
	bin := filepath.Join(root, ".venv", "bin")
	if err := os.MkdirAll(bin, 0o777); err != nil {
		t.Fatal(err)
	}
	const python = "#!/bin/sh\nkill -INT $PPID\nexec sleep 60\n" // in place of pip
	for path, text := range map[string]string{filepath.Join(root, "go.mod"): "module resnetlab\n", filepath.Join(bin, "python"): python} {
		if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(program, "backend", "install", "cpu")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 130 || !strings.Contains(string(out), "interrupted") {
		t.Errorf("%v, want exit 130: %s", err, out)
	}
}
