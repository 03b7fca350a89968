package datasets_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
)

func TestWithClassesTranslatesLabels(t *testing.T) {
	ds := pictures(6) // of even and odd
	if same, err := datasets.WithClasses(ds, []string{"even", "odd"}); err != nil || same != datasets.Dataset(ds) {
		t.Errorf("the same classes give %T, %v", same, err)
	}
	got, err := datasets.WithClasses(datasets.Subset(ds, []int{3, 0}), []string{"none", "odd", "even"})
	if err != nil {
		t.Fatal(err)
	}
	labels, err := datasets.Labels(got)
	if err != nil || !slices.Equal(labels, []int{1, 2}) || !slices.Equal(got.Classes(), []string{"none", "odd", "even"}) {
		t.Errorf("labels %v of %v, error %v", labels, got.Classes(), err)
	}
	s, err := got.Sample(1)
	if err != nil || s.Label != 2 || s.Name != "000.png" {
		t.Errorf("sample %+v, error %v", s, err)
	}
	before, err := datasets.Fingerprint(datasets.Subset(ds, []int{3, 0}))
	if err != nil {
		t.Fatal(err)
	}
	if after, err := datasets.Fingerprint(got); err != nil || after != before {
		t.Errorf("other labels change the fingerprint of the pictures (%v)", err)
	}
}

func TestWithClassesNamesUnknownClasses(t *testing.T) {
	set := func(classes ...string) datasets.Dataset { return datasets.NewMemory(classes, nil) }
	_, err := datasets.WithClasses(set("a", "x", "y\x1b[2J"), []string{"a", "b"})
	wantError(t, err, "unknown class x, ", `"y\x1b[2J"`, "known classes are a, b")
	if !errors.Is(err, datasets.ErrUnknownClass) {
		t.Errorf("%v is not ErrUnknownClass", err)
	}
	many := strings.Split(strings.Repeat("class ", 1000)+"class", " ")
	for i := range many {
		many[i] += strings.Repeat("x", i)
	}
	if _, err = datasets.WithClasses(set(many...), []string{"a"}); err == nil || len(err.Error()) > 4000 || strings.Contains(err.Error(), "\n") {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

const composed, decomposed = "ros\u00e9s", "rose\u0301s"

// macOS writes é as two code points, other systems as one.
func TestUnicodeFormsAreOneClass(t *testing.T) {
	root := plant(t, "train/"+decomposed+"/1.jpg", "train/tulips/1.jpg", "val/"+composed+"/2.jpg", "val/tulips/2.jpg")
	s, err := datasets.Open(root, datasets.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if name, label, err := datasets.Entry(s.Val, 0); err != nil || name != composed+"/2.jpg" || s.Val.Classes()[label] != decomposed {
		t.Errorf("%q has label %d of %q, error %v", name, label, s.Val.Classes(), err)
	}
	if _, err := datasets.WithClasses(datasets.NewMemory([]string{decomposed}, nil), []string{composed}); err != nil {
		t.Errorf("the other way round: %v", err)
	}
	path := filepath.Join(t.TempDir(), "list.txt")
	write(t, path, "a.jpg "+composed+"\nb.jpg tulips\n")
	list, err := datasets.NewList(path, decomposed, "tulips")
	if err != nil || list.Len() != 2 {
		t.Errorf("a list in another form: %v", err)
	}
}

func TestTwoFoldersOfOneClassAreRefused(t *testing.T) {
	root := plant(t, "train/"+decomposed+"/1.jpg", "train/"+composed+"/1.jpg", "val/"+composed+"/2.jpg")
	_, err := datasets.Open(root, datasets.OpenOptions{})
	wantError(t, err, "differ in their Unicode form alone", `"rose\u0301s"`, `"ros\u00e9s"`)
	path := filepath.Join(t.TempDir(), "list.txt")
	write(t, path, "a.jpg "+composed+"\nb.jpg "+decomposed+"\n")
	_, err = datasets.NewList(path)
	wantError(t, err, path, "differ in their Unicode form alone")
}

// What is validated or evaluated may lack classes, in any form: no folder, an empty folder, no line of a list.
func TestHeldOutDataMayLackClasses(t *testing.T) {
	root := plant(t, "train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg", "val/c/2.jpg", "val/b/notes.txt", "test/b/3.jpg")
	s, err := datasets.Open(root, datasets.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for want, ds := range map[string]datasets.Dataset{"c/2.jpg": s.Val, "b/3.jpg": s.Test} {
		if got := entries(t, ds); !slices.Equal(got, []string{want}) || len(ds.Classes()) != 3 {
			t.Errorf("%v of %v, want %s of a, b, c", got, ds.Classes(), want)
		}
	}
	list := filepath.Join(t.TempDir(), "list.csv")
	write(t, list, "file,label\nc/2.jpg,c\n")
	for _, path := range []string{root, filepath.Join(root, "val"), list} {
		ds, err := datasets.OpenSplit(path, "val", datasets.OpenOptions{})
		if err == nil {
			ds, err = datasets.WithClasses(ds, []string{"a", "b", "c"})
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := entries(t, ds); !slices.Equal(got, []string{"c/2.jpg"}) {
			t.Errorf("%s: %v", path, got)
		}
	}
	write(t, filepath.Join(root, "val", "z", "4.jpg"), "")
	_, err = datasets.Open(root, datasets.OpenOptions{})
	wantError(t, err, filepath.Join(root, "val"), "unknown class z", "a, b, c")
	if err := os.RemoveAll(filepath.Join(root, "val", "z")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "val", "c")); err != nil {
		t.Fatal(err)
	}
	_, err = datasets.Open(root, datasets.OpenOptions{})
	wantError(t, err, filepath.Join(root, "val"), "no pictures of class b")
}
