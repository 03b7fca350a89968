package datasets_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"resnetlab/datasets"
)

func TestList(t *testing.T) {
	for _, c := range []struct{ file, content string }{
		{"list.csv", "\xef\xbb\xbfsource, File ,LABEL\r\nx,\"a, b.jpg\",tulips\r\ny,sub/c.jpg,daisy\r\n"},
		{"LIST.CSV", "class,path\ntulips,\"a, b.jpg\"\ndaisy,sub/c.jpg\n"},
		{"list.txt", "# pictures\n\na, b.jpg tulips\nsub/c.jpg\tdaisy  \n"},
		{"mac.csv", "\xef\xbb\xbffile,label\r\"a, b.jpg\",tulips\rsub/c.jpg,daisy"},
		{"mixed.csv", "file,label\r\n\"a, b.jpg\",tulips\rsub/c.jpg,daisy\n"},
		{"mac.txt", "\xef\xbb\xbf# pictures\ra, b.jpg tulips\rsub/c.jpg daisy\r"},
		{"list.tsv", "file\tlabel\na, b.jpg\ttulips\nsub/c.jpg\tdaisy\n"},
		{"list.tsv", "Class\tid\tFilename\r\ntulips\t1\ta, b.jpg\r\ndaisy\t2\tsub/c.jpg\r\n"},
		{"list.txt", "path,label\n\"a, b.jpg\",tulips\nsub/c.jpg,daisy\n"},
		{"list.txt", "# mine\nimage class\na, b.jpg tulips\nsub/c.jpg daisy\n"},
		{"excel.csv", "file;label\na, b.jpg;tulips\nsub/c.jpg;daisy\n"},
		{"excel.txt", "\xff\xfe" + utf16("path\tlabel\r\na, b.jpg\ttulips\r\nsub/c.jpg\tdaisy\r\n")},
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

// utf16 encodes ASCII text, low bytes first.
func utf16(text string) string { return strings.Join(strings.Split(text, ""), "\x00") + "\x00" }

// A first line that names columns is never a picture of a class called "label".
func TestHeaderIsNoClass(t *testing.T) {
	for _, header := range []string{"name label", "picture\tlabel", "label path", "path label split", "class image", "file category", "id Class"} {
		path := filepath.Join(t.TempDir(), "list.txt")
		write(t, path, header+"\na.jpg daisy\nb.jpg tulips\n")
		_, err := datasets.NewList(path)
		wantError(t, err, path, "line 1", "call the columns file and label")
	}
	for _, first := range []string{"image 3", "class/1.jpg label", "img_0001 species", "files/a.JPG class", "#1.jpg.png label"} {
		path := filepath.Join(t.TempDir(), "list.txt")
		write(t, path, "x.jpg daisy\n"+first+"\n")
		if _, err := datasets.NewList(path); err != nil {
			t.Errorf("%s in line 2: %v", first, err)
		}
		write(t, path, first+"\nx.jpg daisy\n")
		if ds, err := datasets.NewList(path); err != nil || ds.Len() != 2 && first[0] != '#' {
			t.Errorf("%s in line 1 is no picture: %v", first, err)
		}
	}
	path := filepath.Join(t.TempDir(), "list.csv")
	write(t, path, "file,label\n#1.jpg,a\n")
	if ds, err := datasets.NewList(path); err != nil || ds.Len() != 1 {
		t.Errorf("a name that begins with # in a table: %v", err)
	}
}

// Whatever a list holds, what is said of it is one short line.
func TestListErrorsAreShortLines(t *testing.T) {
	long, escape := strings.Repeat("x", 190_000), "\x1b[2J\x00\x07"
	for name, content := range map[string]string{
		"header.csv": long + ",label\n", "escape.csv": escape + ",y\na,b\n", "nolabel.txt": long, "noescape.txt": escape,
		"split.csv": "file,label,split\na.jpg,b," + long + "\n", "split2.csv": "file,label,split\na.jpg,b," + escape + "\n",
		"header.txt": "name" + escape + " label\n", "quote.csv": "file,label\n\"" + long, "class.txt": "a.jpg " + long + "\n", "class2.txt": "a.jpg " + escape + "\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, content)
		_, err := datasets.NewList(path, "daisy")
		if err == nil || len(err.Error()) > 800 || strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("%s: %.1000q", name, fmt.Sprint(err))
		}
	}
	for _, picture := range []string{long + ".jpg", "a" + escape + ".jpg", "a\x85\xff.jpg"} {
		path := filepath.Join(t.TempDir(), "list.txt")
		write(t, path, picture+" daisy\n")
		ds, err := datasets.NewList(path)
		if err != nil {
			t.Fatal(err)
		}
		bad, err := datasets.Check(t.Context(), ds, 1)
		if err != nil || len(bad) != 1 || len(bad[0].Error()) > 1600 || strings.ContainsFunc(bad[0].Error(), unicode.IsControl) {
			t.Errorf("%.20q: %v, %.2000q", picture, err, fmt.Sprint(bad))
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
	for _, seed := range []string{"file,label\na.jpg,x\n", "a b.jpg 3\n# c\n", "\xef\xbb\xbfimage,class\n\"a\nb\",1\n", "\"", ",\n,", "file\tlabel\ra\"\tx\r", "path label\na 1", "\xff\xfef\x00", " \nfile,label\na,b"} {
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
