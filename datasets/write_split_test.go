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
		train, val, err := datasets.WriteSplit(t.Context(), dir, out, how)
		if err != nil || train != 36 || val != 4 {
			t.Fatalf("%d and %d, error %v; want 36 and 4", train, val, err)
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
		if _, _, err := datasets.WriteSplit(t.Context(), dir, out, how); !errors.Is(err, fs.ErrExist) {
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
	_, _, err := datasets.WriteSplit(t.Context(), dir, out, split)
	wantError(t, err, dir, "only in train: b")
	_, _, err = datasets.WriteSplit(t.Context(), dir, filepath.Join(dir, "out"), split)
	wantError(t, err, "lies in it")
	_, _, err = datasets.WriteSplit(t.Context(), plant(t, "train/a/1.jpg"), out, split)
	wantError(t, err, "split already")
	_, _, err = datasets.WriteSplit(t.Context(), plant(t, "a/1.jpg", "a/2.jpg"), out, datasets.SplitConfig{Val: 1})
	wantError(t, err, "fraction 1")
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
}
