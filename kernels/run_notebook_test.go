package kernels

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunNotebook tests that every kind of error in a cell fails the run and is reported, although GoNB continues with the next cell.
func TestRunNotebook(t *testing.T) {
	python := pythonOfKernel(t)
	const check = "import \"resnetlab/resnetlib/notebook\"\n\n%%\nnotebook.Check(\"exercise\", false, \"a hint\")"
	cases := []struct {
		name, cell string
		flags      []string
		want       string // empty if the run must succeed
	}{
		{"all is well", "%%\nprintln(1)", nil, ""},
		{"a panic", "%%\npanic(\"boom\")", nil, "boom"},
		{"an error of the compiler", "%%\nundefined()", nil, "undefined: undefined"},
		{"a shell line", "!false", nil, "exit status 1"},
		{"no picture", "%%\nprintln(1)", []string{"--pictures", "1"}, "0 pictures, at least 1"},
		{"an exercise that is open", check, nil, ""},
		{"a solution that is wrong", check, []string{"--solved"}, "1 checks do not accept the solution"},
		{"no end", "import \"time\"\n\n%%\ntime.Sleep(time.Hour)", []string{"--timeout", "8"}, "not finished after 8 s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.ipynb")
			put(t, path, book(t, "%noautoget\n"+c.cell), 0o644)
			cmd := exec.Command(python, append(append([]string{"run_notebook.py"}, c.flags...), path)...)
			cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off") // the user's settings must have no effect
			out, err := cmd.CombinedOutput()
			if (err == nil) != (c.want == "") || !strings.Contains(string(out), c.want) {
				t.Errorf("%v, want %q in:\n%s", err, c.want, out)
			}
		})
	}
}

// pythonOfKernel returns the Python that runs notebooks. It skips the test if the kernel is not installed.
func pythonOfKernel(t *testing.T) string {
	t.Helper()
	python, err := filepath.Abs("../.venv/bin/python")
	if err == nil {
		_, err = readSpec("../.venv/share/jupyter/kernels/" + Name)
	}
	if err != nil {
		fmt.Printf("SKIP: %s: no kernel here: make setup installs it\n", t.Name())
		t.Skip("no kernel here: make setup installs it")
	}
	return python
}

// book returns a notebook with one cell.
func book(t *testing.T, source string) string {
	t.Helper()
	cell := map[string]any{"cell_type": "code", "id": "a", "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil}
	text, err := json.Marshal(map[string]any{"cells": []any{cell}, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
