package datasets_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/datasets"
)

func TestWriteSplit(t *testing.T) {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("a/%02d.jpg", i), fmt.Sprintf("b/deep/%02d.png", i))
	}
	dir := plant(t, names...)
	write(t, filepath.Join(dir, "a", "00.jpg"), "content")
	var parts [3][]string
	for i, how := range []datasets.SplitConfig{{Val: 0.1, Seed: 7}, {Val: 0.1, Seed: 7, Put: os.Link}, {Val: 0.1, Seed: 8}} {
		out := filepath.Join(t.TempDir(), "not", "there", "yet")
		r, err := datasets.WriteSplit(t.Context(), dir, out, how)
		if err != nil || r.Train != 36 || r.Val != 4 || r.LeftOut != nil {
			t.Fatalf("%+v, error %v; want 36 and 4", r, err)
		}
		s, err := datasets.Open(out, datasets.OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = entries(t, s.Val)
		all := append(entries(t, s.Train), parts[i]...)
		slices.Sort(all)
		if !slices.Equal(all, slices.Sorted(slices.Values(names))) {
			t.Errorf("together %v", all)
		}
		if got, err := os.ReadFile(filepath.Join(out, "train", "a", "00.jpg")); err == nil && string(got) != "content" {
			t.Errorf("content %q", got)
		}
		if _, err := datasets.WriteSplit(t.Context(), dir, out, how); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error %v where the folder holds something, want fs.ErrExist", err)
		}
	}
	if !slices.Equal(parts[0], parts[1]) || slices.Equal(parts[0], parts[2]) {
		t.Errorf("the split depends on more than the seed, or not on it: %v", parts)
	}
	if left, err := datasets.NewImageFolder(dir); err != nil || left.Len() != 40 {
		t.Errorf("the source has changed: %v, %v", left, err)
	}
}

func TestWriteSplitErrors(t *testing.T) {
	split := datasets.SplitConfig{Val: 0.5}
	dir := plant(t, "a/1.jpg", "a/2.jpg", "b/1.jpg")
	out := filepath.Join(t.TempDir(), "out")
	_, err := datasets.WriteSplit(t.Context(), dir, out, split)
	wantError(t, err, dir, "only in train: b")
	_, err = datasets.WriteSplit(t.Context(), dir, filepath.Join(dir, "out"), split)
	wantError(t, err, "lies in it")
	_, err = datasets.WriteSplit(t.Context(), plant(t, "train/a/1.jpg"), out, split)
	wantError(t, err, "split already")
	_, err = datasets.WriteSplit(t.Context(), plant(t, "a/1.jpg", "a/2.jpg"), out, datasets.SplitConfig{Val: 1})
	wantError(t, err, "fraction 1")
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}

// A link to nothing, and one to itself, are left out before the draw: the rest is split as if they were not there.
func TestWriteSplitLeavesOutBrokenLinks(t *testing.T) {
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprintf("a/%02d.jpg", i), fmt.Sprintf("b/%02d.jpg", i))
	}
	sound, broken := plant(t, names...), plant(t, names...)
	link(t, filepath.Join(broken, "nowhere"), filepath.Join(broken, "a", "gone.jpg"))
	link(t, "loop.jpg", filepath.Join(broken, "b", "loop.jpg"))
	want, got := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "out")
	for dir, out := range map[string]string{sound: want, broken: got} {
		for _, put := range []func(from, to string) error{nil, os.Link} {
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
			r, err := datasets.WriteSplit(t.Context(), dir, out, datasets.SplitConfig{Val: 0.2, Put: put})
			if err != nil || r.Train != 16 || r.Val != 4 {
				t.Fatalf("%+v, error %v", r, err)
			}
			if dir == broken && (len(r.LeftOut) != 2 || r.LeftOut[0].Name != "a/gone.jpg" || r.LeftOut[1].Name != "b/loop.jpg") {
				t.Errorf("left out %v", r.LeftOut)
			}
		}
	}
	list := func(dir string) []string {
		names, err := datasets.Pictures(dir)
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if a, b := list(want), list(got); !slices.Equal(a, b) {
		t.Errorf("another split because of broken links: %v, want %v", b, a)
	}
	dead := t.TempDir()
	if err := os.Mkdir(filepath.Join(dead, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	link(t, "nowhere", filepath.Join(dead, "a", "1.jpg"))
	_, err := datasets.WriteSplit(t.Context(), dead, filepath.Join(t.TempDir(), "out"), datasets.SplitConfig{Val: 0.2})
	wantError(t, err, "a/1.jpg", "no picture can be opened")
}
