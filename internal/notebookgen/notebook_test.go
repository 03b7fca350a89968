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

// TestNotebooksAreCurrent holds the notebooks in git to their sources: what is generated now is what is there, byte for
// byte (so there is no output in them), and nothing else is there.
func TestNotebooksAreCurrent(t *testing.T) {
	const folder = "../../notebooks"
	files, err := generate(filepath.Join(folder, "src"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		if strings.HasPrefix(path, "solutions/") {
			continue
		}
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

// TestTwins: both languages have the same cells under the same ids, and the same code byte for byte.
func TestTwins(t *testing.T) {
	l, err := parse("x.md", good)
	if err != nil {
		t.Fatal(err)
	}
	var twins []book
	for _, language := range languages {
		text, err := notebook(l, language, "example.org/lab", false)
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

// TestBuild: a solved lesson goes to its own folder, and a notebook whose source is gone goes too.
func TestBuild(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{"go.mod": "module resnetlab\n", "src/01-shapes.md": good, "en/00-old.ipynb": "{}"} {
		if err := writeFile(filepath.Join(root, path), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := build(filepath.Join(root, "src"), root, filepath.Join(root, "solved")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"en/01-shapes.ipynb": "your turn", "zh/01-shapes.ipynb": "your turn", "solved/01-shapes.ipynb": "3 * 3"} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, without %q", path, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "en/00-old.ipynb")); !os.IsNotExist(err) {
		t.Errorf("a notebook without source: %v", err)
	}
}
