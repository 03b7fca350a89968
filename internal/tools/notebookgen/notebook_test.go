package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type book struct {
	Cells []struct {
		Type   string `json:"cell_type"`
		ID     string
		Source []string
	}
	Metadata struct{ Kernelspec struct{ Name string } }
}

func read(t *testing.T, text []byte) book {
	t.Helper()
	var b book
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNotebooksAreCurrent tests that the committed notebooks are, byte for byte, what the sources generate (so they have no outputs), and that
// there are no others.
func TestNotebooksAreCurrent(t *testing.T) {
	const folder = "../../../notebooks"
	files, err := generate(filepath.Join(folder, "src"), learner)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		if got, err := os.ReadFile(filepath.Join(folder, path)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("notebooks/%s is not what its source gives (%v): run make notebooks", path, err)
		}
	}
	err = eachNotebook(folder, func(path string) error {
		if _, ok := files[path]; !ok {
			t.Errorf("notebooks/%s has no source", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwins tests that both languages have the same cell ids and the same code, byte for byte.
func TestTwins(t *testing.T) {
	l, err := parse("x.md", good)
	if err != nil {
		t.Fatal(err)
	}
	var twins []book
	for _, language := range languages {
		text, err := learner.notebook(l, language, "example.org/lab")
		if err != nil {
			t.Fatal(err)
		}
		twins = append(twins, read(t, text))
	}
	en, zh := twins[0], twins[1]
	if len(en.Cells) != 3 || len(zh.Cells) != len(en.Cells) {
		t.Fatalf("%d and %d cells", len(en.Cells), len(zh.Cells))
	}
	for i := range en.Cells {
		a, b := en.Cells[i], zh.Cells[i]
		same := strings.Join(a.Source, "") == strings.Join(b.Source, "")
		if a.ID != b.ID || a.Type != b.Type || same != (a.Type == "code") {
			t.Errorf("cell %d: %v and %v", i, a, b)
		}
	}
	if code := strings.Join(en.Cells[1].Source, ""); !strings.Contains(code, `"example.org/lab/resnetlib/models"`) {
		t.Errorf("the module's path is not in\n%s", code)
	}
	if en.Metadata.Kernelspec.Name != "resnetlab" {
		t.Errorf("kernel %q", en.Metadata.Kernelspec.Name)
	}
}

// sources makes a project with one lesson and a notebook without a source.
func sources(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for path, text := range map[string]string{"go.mod": "module resnetlab\n", "src/01-shapes.md": good, "en/00-old.ipynb": "{}"} {
		if err := writeFile(filepath.Join(root, path), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestImports tests that cells import this module under its path in go.mod, also if it was changed.
func TestImports(t *testing.T) {
	root := sources(t)
	for module, want := range map[string]string{
		"resnetlab":               "gonum.org/v1/plot resnetlab/resnetlib/models",
		"example.org/a/resnetlab": "example.org/a/resnetlab/resnetlib/models gonum.org/v1/plot",
	} {
		if err := writeFile(filepath.Join(root, "go.mod"), []byte("module "+module+"\n")); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		err := run([]string{"imports", "-src", filepath.Join(root, "src")}, &said)
		if got := strings.Join(strings.Fields(said.String()), " "); err != nil || got != want {
			t.Errorf("module %s imports %q (%v), want %q", module, got, err, want)
		}
	}
}

// TestBuild tests that both languages are written and a notebook without a source is removed.
func TestBuild(t *testing.T) {
	root := sources(t)
	if err := build(filepath.Join(root, "src"), root); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"en/01-shapes.ipynb", "zh/01-shapes.ipynb"} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !strings.Contains(string(text), "your turn") {
			t.Errorf("%s: %v, without an exercise", path, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "en/00-old.ipynb")); !os.IsNotExist(err) {
		t.Errorf("a notebook without source: %v", err)
	}
}

// TestClass tests what each of a teacher's editions contains and must not contain.
func TestClass(t *testing.T) {
	root := sources(t)
	old := filepath.Join(root, "class/clean/zh/00-old.ipynb")
	if err := writeFile(old, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := buildClass(filepath.Join(root, "src"), filepath.Join(root, "class")); err != nil {
		t.Fatal(err)
	}
	for folder, c := range map[string]struct{ holds, lacks []string }{
		"lessons":   {[]string{"your turn", "# Shapes", "A kernel of"}, []string{"3 * 3", "SOLUTION", "grade_id"}},
		"solutions": {[]string{"3 * 3", "# Shapes", "A kernel of"}, []string{"your turn", "SOLUTION", "grade_id"}},
		"clean":     {[]string{"your turn", "# Shapes"}, []string{"3 * 3", "A kernel of", "SOLUTION", "grade_id"}},
		"nbgrader":  {[]string{"// answer := 0 // your turn", "// BEGIN SOLUTION", "3 * 3", "// END SOLUTION", `"grade_id": "exercise"`}, []string{"INSTEAD", `"grade_id": "imports"`}},
	} {
		text, err := os.ReadFile(filepath.Join(root, "class", folder, "en/01-shapes.ipynb"))
		if err != nil {
			t.Error(err)
		}
		read(t, text)
		for _, want := range c.holds {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s has no %q", folder, want)
			}
		}
		for _, not := range c.lacks {
			if strings.Contains(string(text), not) {
				t.Errorf("%s has %q", folder, not)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(root, "class/nbgrader/nbgrader_config.py")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("a notebook without source: %v", err)
	}
}
