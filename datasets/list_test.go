package datasets_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/datasets"
)

func TestList(t *testing.T) {
	for _, c := range []struct{ file, content string }{
		{"list.csv", "\xef\xbb\xbfsource, File ,LABEL\r\nx,\"a, b.jpg\",tulips\r\ny,sub/c.jpg,daisy\r\n"},
		{"LIST.CSV", "class,path\ntulips,\"a, b.jpg\"\ndaisy,sub/c.jpg\n"},
		{"list.txt", "# pictures\n\na, b.jpg tulips\nsub/c.jpg\tdaisy  \n"},
	} {
		path := filepath.Join(t.TempDir(), c.file)
		write(t, path, c.content)
		ds, err := datasets.NewList(path)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if !slices.Equal(ds.Classes(), []string{"daisy", "tulips"}) || ds.Len() != 2 {
			t.Errorf("%s: %d pictures of %v", c.file, ds.Len(), ds.Classes())
		}
		for i, want := range []string{"a, b.jpg", "sub/c.jpg"} {
			if name, label := ds.Entry(i); name != want || label != 1-i {
				t.Errorf("%s: picture %d is %q, label %d", c.file, i, name, label)
			}
		}
		if want := filepath.Join(filepath.Dir(path), "sub", "c.jpg"); ds.Path(1) != want {
			t.Errorf("%s: path %s, want %s", c.file, ds.Path(1), want)
		}
	}
}

func TestListClasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.txt")
	write(t, path, "a.jpg 10\nb.jpg 9\nc.jpg 100\n")
	ds, err := datasets.NewList(path)
	if err != nil || !slices.Equal(ds.Classes(), []string{"9", "10", "100"}) {
		t.Errorf("classes %v, error %v: want numbers in the order of numbers", ds.Classes(), err)
	}
	ds, err = datasets.NewList(path, "100", "none", "10", "9")
	if err != nil {
		t.Fatal(err)
	}
	if labels, err := datasets.Labels(ds); err != nil || !slices.Equal(labels, []int{2, 3, 0}) {
		t.Errorf("labels %v, error %v: want those of the given classes", labels, err)
	}
	_, err = datasets.NewList(path, "9", "10")
	wantError(t, err, path, "line 3", `"100"`, "9, 10")
}

func TestListErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, content, want string }{
		"nothing":     {"l.txt", "# only a comment\n", "no pictures"},
		"no label":    {"l.txt", "a.jpg daisy\n\nb.jpg\n", "line 3"},
		"no column":   {"l.csv", "picture,label\na.jpg,daisy\n", "picture,label"},
		"empty label": {"l.csv", "file,label\na.jpg,daisy\nb.jpg,\n", "line 3"},
		"short row":   {"l.csv", "file,label\na.jpg\n", "line 2"},
		"empty":       {"l.csv", "", "header"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			write(t, path, c.content)
			_, err := datasets.NewList(path)
			wantError(t, err, path, c.want)
		})
	}
}

func FuzzList(f *testing.F) {
	for _, seed := range []string{"file,label\na.jpg,x\n", "a b.jpg 3\n# c\n", "\xef\xbb\xbfimage,class\n\"a\nb\",1\n", "\"", ",\n,"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, isCSV bool) {
		path := filepath.Join(t.TempDir(), map[bool]string{true: "l.csv", false: "l.txt"}[isCSV])
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		ds, err := datasets.NewList(path)
		if err != nil {
			return
		}
		used := make([]bool, len(ds.Classes()))
		for i := range ds.Len() {
			name, label := ds.Entry(i)
			if name == "" || label < 0 || label >= len(used) {
				t.Fatalf("picture %d is %q with label %d of %d", i, name, label, len(used))
			}
			used[label] = true
		}
		if slices.Contains(used, false) || ds.Len() == 0 {
			t.Fatalf("%d pictures, classes in use: %v", ds.Len(), used)
		}
	})
}
