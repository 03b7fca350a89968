package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHandOut goes through a learner's weeks: first lessons, own changes, new versions of the lessons.
func TestHandOut(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	put := func(dir, name, text string) {
		t.Helper()
		if err := writeFile(filepath.Join(dir, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	hand := func() string {
		t.Helper()
		notes, err := handOut(from, to)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(notes, "\n")
	}
	holds := func(name, want string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(to, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, want)
		}
	}
	const a, b = "en/00-a.ipynb", "zh/00-a.ipynb"

	put(from, glossary, "1")
	put(from, a, "1")
	put(from, b, "1")
	if notes := hand(); notes != "" {
		t.Errorf("first time: %q", notes)
	}
	holds(a, "1")
	holds(glossary, "1")
	put(to, a, "mine")
	if notes := hand(); notes != "" { // the lesson is still the same
		t.Errorf("again: %q", notes)
	}
	holds(a, "mine")

	put(from, a, "2")
	put(from, b, "2")
	if notes := hand(); !strings.Contains(notes, "en/00-a (2).ipynb") || !strings.Contains(notes, b+": brought up to date") {
		t.Errorf("new versions: %q", notes)
	}
	holds(a, "mine")
	holds("en/00-a (2).ipynb", "2")
	holds(b, "2") // it was not touched
	if notes := hand(); notes != "" {
		t.Errorf("told twice: %q", notes)
	}

	put(to, "en/00-a (2).ipynb", "also mine")
	put(from, a, "3")
	hand()
	holds(a, "mine")
	holds("en/00-a (2).ipynb", "also mine")
	holds("en/00-a (3).ipynb", "3")

	if err := os.Remove(filepath.Join(to, a)); err != nil { // thrown away: wants it fresh
		t.Fatal(err)
	}
	hand()
	holds(a, "3")
}

// TestHandOutKeepsOtherFiles tests that a file with a lesson's name that was not handed out is kept.
func TestHandOutKeepsOtherFiles(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{filepath.Join(from, "en/00-a.ipynb"): "1", filepath.Join(to, "en/00-a.ipynb"): "mine", filepath.Join(from, glossary): ""} {
		if err := writeFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := handOut(from, to); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(to, "en/00-a.ipynb")); string(got) != "mine" {
		t.Errorf("overwritten: %q", got)
	}
}
