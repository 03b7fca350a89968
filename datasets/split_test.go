package datasets_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/datasets"
)

// named is a set of n pictures of each class, without pixels.
func named(n ...int) *datasets.Memory {
	var classes []string
	var samples []datasets.Sample
	for label, count := range n {
		classes = append(classes, fmt.Sprint("class", label))
		for i := range count {
			samples = append(samples, datasets.Sample{Label: label, Name: fmt.Sprintf("class%d/%d.jpg", label, i)})
		}
	}
	return datasets.NewMemory(classes, samples)
}

// TestSplitCounts: the flower photographs, 3670 in five classes, split into 3306 and 364 as in the notes.
func TestSplitCounts(t *testing.T) {
	train, val, err := datasets.Split(named(633, 898, 641, 699, 799), 0.1, 0)
	if err != nil || train.Len() != 3306 || val.Len() != 364 {
		t.Errorf("%d and %d, error %v; want 3306 and 364", train.Len(), val.Len(), err)
	}
	_, val, _ = datasets.Split(named(100, 2, 1), 0.29, 0)
	labels, err := datasets.Labels(val)
	if err != nil {
		t.Fatal(err)
	}
	count := make([]int, 3)
	for _, label := range labels {
		count[label]++
	}
	if !slices.Equal(count, []int{29, 1, 0}) {
		t.Errorf("held out of 100, 2 and 1 at 0.29: %v; want 29, 1, 0", count)
	}
	for _, fraction := range []float64{0, 1, -0.1, 1.5} {
		_, _, err := datasets.Split(named(3), fraction, 0)
		wantError(t, err, fmt.Sprint(fraction))
	}
}

func TestSplitIsAPartition(t *testing.T) {
	ds := named(40, 25)
	train, val, err := datasets.Split(ds, 0.2, 5)
	if err != nil {
		t.Fatal(err)
	}
	a, b := entries(t, train), entries(t, val)
	place := map[string]int{}
	for i, name := range entries(t, ds) {
		place[name] = i
	}
	inOrder := func(names []string) bool {
		return slices.IsSortedFunc(names, func(x, y string) int { return place[x] - place[y] })
	}
	if !inOrder(a) || !inOrder(b) {
		t.Error("a part does not keep the order")
	}
	all := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
	if len(all) != 65 || len(a)+len(b) != 65 {
		t.Errorf("%d and %d pictures, %d different; want 65", len(a), len(b), len(all))
	}
}

func TestSplitIsStable(t *testing.T) {
	held := func(ds datasets.Dataset, seed uint64) []string {
		_, val, err := datasets.Split(ds, 0.2, seed)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(slices.Values(entries(t, val)))
	}
	ds := named(50, 50)
	want := held(ds, 1)
	reversed := make([]int, ds.Len())
	for i := range reversed {
		reversed[i] = ds.Len() - 1 - i
	}
	if got := held(datasets.Subset(ds, reversed), 1); !slices.Equal(got, want) {
		t.Error("the split depends on the order of the pictures")
	}
	if slices.Equal(held(ds, 2), want) {
		t.Error("the split does not depend on the seed")
	}
	// 50 more pictures of class 0 double its share; class 1 stays as it is.
	larger := held(named(100, 50), 1)
	if !slices.Equal(ofClass(larger, "class1/"), ofClass(want, "class1/")) {
		t.Error("pictures of another class changed a class's split")
	}
}

func ofClass(names []string, prefix string) (found []string) {
	for _, name := range names {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			found = append(found, name)
		}
	}
	return found
}

func TestFingerprint(t *testing.T) {
	root := plant(t, "train/a/1.jpg", "train/b/1.jpg", "val/a/2.jpg", "val/b/2.jpg")
	write(t, filepath.Join(root, "train", "a", "1.jpg"), "12345")
	print := func(dir string, o datasets.OpenOptions) string {
		t.Helper()
		s, err := datasets.Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := print(root, datasets.OpenOptions{})
	// printf 'train/a/1.jpg 5\ntrain/b/1.jpg 0\nval/a/2.jpg 0\nval/b/2.jpg 0\n' | sha256sum
	if want := "dc06f1c357fee870faeec3205c4d215da6dd9ace6ee09d9156bf33a48acb5a1e"; first != want {
		t.Errorf("fingerprint %s, want %s", first, want)
	}
	moved := t.TempDir()
	if err := os.CopyFS(moved, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	if print(moved, datasets.OpenOptions{}) != first {
		t.Error("the fingerprint depends on where the data lie")
	}
	write(t, filepath.Join(moved, "train", "a", "1.jpg"), "123456")
	if print(moved, datasets.OpenOptions{}) == first {
		t.Error("the fingerprint does not see another size")
	}
	bare := filepath.Join(root, "train")
	write(t, filepath.Join(bare, "a", "3.jpg"), "1")
	half := print(bare, datasets.OpenOptions{ValSplit: 0.5})
	if print(bare, datasets.OpenOptions{ValSplit: 0.5, Seed: 9}) != half {
		t.Error("the fingerprint of the data depends on how they are split")
	}
	link(t, filepath.Join(root, "nowhere"), filepath.Join(bare, "a", "broken.jpg"))
	if print(bare, datasets.OpenOptions{ValSplit: 0.5}) == half {
		t.Error("the fingerprint does not see a broken link")
	}
}

func TestFingerprintOfMemory(t *testing.T) {
	ds := pictures(4)
	first, err := datasets.Fingerprint(ds)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := ds.Sample(2)
	s.Image.Pix[7]++
	if again, _ := datasets.Fingerprint(ds); again == first {
		t.Error("the fingerprint does not see another pixel")
	}
}
