package datasets_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// plant makes files (empty ones: listing a folder opens none) and returns their root.
func plant(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		write(t, filepath.Join(root, filepath.FromSlash(name)), "")
	}
	return root
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

func entries(t *testing.T, ds datasets.Dataset) (names []string) {
	t.Helper()
	for i := range ds.Len() {
		name, label, err := datasets.Entry(ds, i)
		if err != nil {
			t.Fatal(err)
		}
		if class, _, _ := strings.Cut(name, "/"); ds.Classes()[label] != class {
			t.Errorf("%s has label %d, %s", name, label, ds.Classes()[label])
		}
		names = append(names, name)
	}
	return names
}

// wantError checks that err names every one of parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
}

// TestImageFolder has the order of torchvision's make_dataset: sorted(os.walk(folder)), then sorted(files).
func TestImageFolder(t *testing.T) {
	root := plant(t,
		"tulips/b.JPG", "tulips/a.PnG", "tulips/notes.txt", "tulips/jpg", "tulips/x.jpg.bak", "tulips/Z.webp",
		"tulips/sub/1.jpeg", "tulips/sub/.hidden.jpg", "tulips/sub-b/2.tiff", "tulips/sub/deep/3.bmp", "tulips/zz.tif",
		"Daisy/a.ppm", "Daisy/a.pgm", "Daisy/a.gif", "rosés/a.jpg",
		".ipynb_checkpoints/a.jpg", "tulips/.ipynb_checkpoints/a.jpg", "README.md", "loose.jpg",
	)
	ds, err := datasets.NewImageFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Daisy", "rosés", "tulips"}; !slices.Equal(ds.Classes(), want) {
		t.Errorf("classes %v, want %v", ds.Classes(), want)
	}
	want := []string{
		"Daisy/a.pgm", "Daisy/a.ppm", "rosés/a.jpg",
		"tulips/Z.webp", "tulips/a.PnG", "tulips/b.JPG", "tulips/zz.tif",
		"tulips/sub/1.jpeg", "tulips/sub-b/2.tiff", "tulips/sub/deep/3.bmp",
	}
	// By path, as Python compares strings: "tulips/sub" < "tulips/sub-b" < "tulips/sub/deep".
	if got := entries(t, ds); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestImageFolderLinks(t *testing.T) {
	elsewhere := plant(t, "linked/1.jpg", "one.jpg")
	root := plant(t, "a/0.jpg", "b/0.jpg")
	link(t, filepath.Join(elsewhere, "linked"), filepath.Join(root, "a", "folder"))
	link(t, filepath.Join(elsewhere, "one.jpg"), filepath.Join(root, "a", "file.jpg"))
	link(t, filepath.Join(root, "a"), filepath.Join(root, "a", "loop"))
	link(t, root, filepath.Join(root, "b", "up"))
	link(t, filepath.Join(root, "nowhere"), filepath.Join(root, "b", "broken.jpg"))
	link(t, filepath.Join(elsewhere, "linked"), filepath.Join(root, "c"))
	ds, err := datasets.NewImageFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	got := entries(t, ds)
	for _, want := range []string{"a/0.jpg", "a/file.jpg", "a/folder/1.jpg", "b/0.jpg", "b/broken.jpg", "c/1.jpg"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing from %v", want, got)
		}
	}
	for _, name := range got {
		if strings.Contains(name, "/loop/") || strings.Contains(name, "up/b/up") {
			t.Errorf("went round a loop: %s", name)
		}
	}
}

func TestImageFolderErrors(t *testing.T) {
	root := plant(t, "full/1.jpg", "empty/notes.txt", "bare/.keep")
	_, err := datasets.NewImageFolder(root)
	wantError(t, err, root, "bare, empty", ".jpeg")
	root = plant(t, "1.jpg")
	_, err = datasets.NewImageFolder(root)
	wantError(t, err, root, "no class folders")
	_, err = datasets.NewImageFolder(filepath.Join(root, "none"))
	wantError(t, err, filepath.Join(root, "none"))
}

func TestOpen(t *testing.T) {
	root := plant(t, "train/a/1.jpg", "train/b/1.jpg", "val/a/2.jpg", "val/b/2.jpg", "test/a/3.jpg", "test/b/3.jpg", "x.json")
	s, err := datasets.Open(root, datasets.OpenOptions{ValSplit: 0.5}) // a share is for data without val/
	if err != nil {
		t.Fatal(err)
	}
	for name, ds := range map[string]datasets.Dataset{"1.jpg": s.Train, "2.jpg": s.Val, "3.jpg": s.Test} {
		if got := entries(t, ds); !slices.Equal(got, []string{"a/" + name, "b/" + name}) {
			t.Errorf("got %v, want a/%s and b/%s", got, name, name)
		}
	}

	if err := os.RemoveAll(filepath.Join(root, "train")); err != nil {
		t.Fatal(err)
	}
	_, err = datasets.Open(root, datasets.OpenOptions{ValSplit: 0.1})
	wantError(t, err, root, "no train/")
}

func TestOpenSplits(t *testing.T) {
	names := []string{"a/1.jpg", "a/2.jpg", "a/3.jpg", "a/4.jpg", "b/1.jpg", "b/2.jpg", "b/3.jpg", "b/4.jpg"}
	bare := plant(t, names...)
	onlyTrain := t.TempDir()
	if err := os.CopyFS(filepath.Join(onlyTrain, "train"), os.DirFS(bare)); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(bare, "list.txt")
	write(t, list, "a/1.jpg a\na/2.jpg a\na/3.jpg a\na/4.jpg a\nb/1.jpg b\nb/2.jpg b\nb/3.jpg b\nb/4.jpg b\n")
	for _, dir := range []string{bare, onlyTrain, list} {
		_, err := datasets.Open(dir, datasets.OpenOptions{})
		wantError(t, err, dir, "hold out")
		s, err := datasets.Open(dir, datasets.OpenOptions{ValSplit: 0.25, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		both := append(entries(t, s.Train), entries(t, s.Val)...)
		slices.Sort(both)
		if s.Train.Len() != 6 || s.Val.Len() != 2 || s.Test != nil || !slices.Equal(both, names) {
			t.Errorf("%s: %d to train on, %d to validate, together %v", dir, s.Train.Len(), s.Val.Len(), both)
		}
	}
	lone := plant(t, "a/1.jpg")
	_, err := datasets.Open(lone, datasets.OpenOptions{ValSplit: 0.5})
	wantError(t, err, lone, "0 to validate")
}

// Folders that are nearly called like parts are no classes, and none is passed over.
func TestOpenNearly(t *testing.T) {
	_, err := datasets.Open(plant(t, "training/a/1.jpg", "validation/a/2.jpg"), datasets.OpenOptions{ValSplit: 0.5})
	wantError(t, err, "its folders are training, validation")
	_, err = datasets.Open(plant(t, "train/a/1.jpg", "train/a/2.jpg", "valid/a/3.jpg"), datasets.OpenOptions{ValSplit: 0.5})
	wantError(t, err, "there is valid/")
	if _, err := datasets.Open(plant(t, "test/1.jpg", "test/2.jpg", "rose/1.jpg", "rose/2.jpg"), datasets.OpenOptions{ValSplit: 0.5}); err != nil {
		t.Errorf("a class test beside others: %v", err)
	}
	_, err = datasets.OpenSplit(plant(t, "train/a/1.jpg", "test/a/2.jpg"), "val", datasets.OpenOptions{})
	wantError(t, err, "there is train/, and no val/")
	if all, err := datasets.OpenSplit(plant(t, "test/1.jpg", "rose/1.jpg"), "val", datasets.OpenOptions{}); err != nil || all.Len() != 2 {
		t.Errorf("a class test beside others: %v", err)
	}
	_, err = datasets.Open(plant(t, "train/a/1.jpg", "val/a/3.jpg", "testing/a/2.jpg"), datasets.OpenOptions{})
	wantError(t, err, "there is testing/; its pictures belong into test/")
	_, err = datasets.Open(plant(t, "Train/a/1.jpg", "Val/a/2.jpg"), datasets.OpenOptions{ValSplit: 0.5})
	wantError(t, err, "its folders are Train, Val")
}

// A list may say the parts itself; each is opened alone, too.
func TestListWithSplits(t *testing.T) {
	root := plant(t, "a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg", "b/2.jpg")
	list := filepath.Join(root, "list.csv")
	write(t, list, "file,label,split\na/1.jpg,a,train\nb/1.jpg,b,train\na/2.jpg,a,val\na/3.jpg,a,test\nb/2.jpg,b,train\n")
	s, err := datasets.Open(list, datasets.OpenOptions{ValSplit: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	for want, ds := range map[string]datasets.Dataset{"a/1.jpg b/1.jpg b/2.jpg": s.Train, "a/2.jpg": s.Val, "a/3.jpg": s.Test} {
		if got := strings.Join(entries(t, ds), " "); got != want || len(ds.Classes()) != 2 {
			t.Errorf("%s of %v, want %s", got, ds.Classes(), want)
		}
	}
	before, err := s.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"file,label,split\na/1.jpg,a,val\nb/1.jpg,b,train\na/2.jpg,a,train\na/3.jpg,a,test\nb/2.jpg,b,train\n",
		"file,label,split\na/1.jpg,b,train\nb/1.jpg,a,train\na/2.jpg,b,val\na/3.jpg,b,test\nb/2.jpg,a,train\n"} {
		swapped := filepath.Join(root, "other.csv")
		write(t, swapped, other)
		o, err := datasets.Open(swapped, datasets.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if f, err := o.Fingerprint(); err != nil || f == before {
			t.Errorf("other parts or classes, the same fingerprint (%v):\n%s", err, other)
		}
	}
	part, err := datasets.OpenSplit(list, "val", datasets.OpenOptions{})
	if err != nil || part.Len() != 1 {
		t.Errorf("%v, %v", part, err)
	}
	write(t, list, "file,label,split\na/1.jpg,a,train\na/2.jpg,a,dev\n")
	_, err = datasets.Open(list, datasets.OpenOptions{ValSplit: 0.5})
	wantError(t, err, "line 3", "dev")
	plain := filepath.Join(root, "list.txt")
	write(t, plain, "a/1.jpg a\nb/1.jpg b\n")
	if all, err := datasets.OpenSplit(plain, "val", datasets.OpenOptions{}); err != nil || all.Len() != 2 {
		t.Errorf("a list without parts: %v, %v", all, err)
	}
}

func TestDecodeOption(t *testing.T) {
	root := plant(t, "a/1.jpg", "a/2.jpg")
	var asked []string
	decode := func(path string) (*transforms.RGB, error) {
		asked = append(asked, path)
		return transforms.NewRGB(2, 1), nil
	}
	s, err := datasets.Open(root, datasets.OpenOptions{ValSplit: 0.5, Decode: decode})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Val.Sample(0)
	if err != nil || got.Image.Width != 2 || !slices.Equal(asked, []string{filepath.Join(root, filepath.FromSlash(got.Name))}) {
		t.Errorf("sample %v, error %v, decoded %v", got, err, asked)
	}
}
