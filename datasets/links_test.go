package datasets_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
)

// A link back into the data would give pictures a second class, or put them into train and val at once.
func TestLinksBackIntoTheDataAreNotFollowed(t *testing.T) {
	elsewhere := plant(t, "e.jpg", "deep/f.jpg")
	root := plant(t, "train/a/1.jpg", "train/a/sub/2.jpg", "train/b/1.jpg", "val/a/3.jpg", "val/b/3.jpg", "test/b/4.jpg", "store/c/5.jpg", "train/.hidden/6.jpg")
	link(t, root, filepath.Join(root, "train", "a", "data"))
	link(t, filepath.Dir(root), filepath.Join(root, "train", "a", "above"))
	link(t, "..", filepath.Join(root, "train", "a", "train"))
	link(t, filepath.Join(root, "train", "b"), filepath.Join(root, "train", "a", "other class"))
	link(t, filepath.Join(root, "val", "a"), filepath.Join(root, "train", "a", "other part"))
	link(t, "sub", filepath.Join(root, "train", "a", "same class"))
	link(t, filepath.Join(root, "train"), filepath.Join(root, "val", "a", "train"))
	link(t, filepath.Join(root, "val"), filepath.Join(elsewhere, "deep", "back"))
	link(t, elsewhere, filepath.Join(root, "train", "b", "elsewhere"))
	link(t, filepath.Join(root, "store", "c"), filepath.Join(root, "train", "c"))
	link(t, filepath.Join(root, "train", ".hidden"), filepath.Join(root, "train", "h"))
	want := map[string][]string{
		"train": {"a/1.jpg", "a/sub/2.jpg", "b/1.jpg", "b/elsewhere/e.jpg", "b/elsewhere/deep/f.jpg", "c/5.jpg", "h/6.jpg"},
		"val":   {"a/3.jpg", "b/3.jpg"}, "test": {"b/4.jpg"},
	}
	s, err := datasets.Open(root, datasets.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	listed, _, err := datasets.ListData(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for part, ds := range map[string]datasets.Dataset{"train": s.Train, "val": s.Val, "test": s.Test} {
		if got := entries(t, ds); !slices.Equal(got, want[part]) {
			t.Errorf("%s: %v, want %v", part, got, want[part])
		}
		alone, err := datasets.OpenSplit(root, part, datasets.OpenOptions{})
		if err != nil || !slices.Equal(entries(t, alone), want[part]) {
			t.Errorf("%s alone: %v", part, err)
		}
		for _, name := range want[part] {
			all = append(all, part+"/"+name)
		}
	}
	all = slices.Sorted(slices.Values(append(all, "store/c/5.jpg")))
	if !slices.Equal(listed, all) {
		t.Errorf("listed %v, want %v", listed, all)
	}
}

func TestClassThatLinksBackIsRefused(t *testing.T) {
	for _, target := range []string{".", "..", "a"} {
		root := plant(t, "a/1.jpg", "b/1.jpg")
		link(t, target, filepath.Join(root, "again"))
		_, err := datasets.NewImageFolder(root)
		wantError(t, err, "class again", "links back into the data")
	}
}

// A part may be a link as a whole: somebody means it.
func TestPartThatIsALink(t *testing.T) {
	elsewhere, root := plant(t, "a/2.jpg"), plant(t, "train/a/1.jpg")
	link(t, elsewhere, filepath.Join(root, "val"))
	s, err := datasets.Open(root, datasets.OpenOptions{})
	if err != nil || s.Val.Len() != 1 {
		t.Fatalf("%+v, error %v", s, err)
	}
	link(t, "train", filepath.Join(root, "test"))
	if names, _, err := datasets.ListData(t.Context(), root); err != nil || len(names) != 3 {
		t.Errorf("%v, error %v; want a picture of each part", names, err)
	}
}

// Without classes, as for prediction, links to folders are followed, but not in a circle.
func TestListPicturesFollowsLinks(t *testing.T) {
	root := plant(t, "a/1.jpg")
	link(t, root, filepath.Join(root, "a", "up"))
	link(t, "a", filepath.Join(root, "b"))
	if names, _, err := datasets.ListPictures(t.Context(), root); err != nil || strings.Join(names, " ") != "a/1.jpg b/1.jpg" {
		t.Errorf("%v, error %v", names, err)
	}
}

func TestBrokenLinksHaveNoSize(t *testing.T) {
	root := plant(t, "a/1.jpg")
	link(t, "loop.jpg", filepath.Join(root, "a", "loop.jpg"))
	link(t, "1.jpg/x", filepath.Join(root, "a", "x.jpg"))
	ds, err := datasets.NewImageFolder(root)
	if err != nil || ds.Len() != 3 {
		t.Fatalf("%v, error %v", ds, err)
	}
	if _, err := datasets.Fingerprint(ds); err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(root, "a", "1.jpg")); err != nil {
		t.Fatal(err)
	}
}
