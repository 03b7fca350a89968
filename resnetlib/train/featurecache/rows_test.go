package featurecache

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// Rows on disk: what was not written, or is damaged, does not pass for a row.
func TestDiskRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.bin")
	d, err := openDisk(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	want, got := []float32{1, float32(math.Inf(-1)), -0.25}, make([]float32, 3)
	if err := d.put(4, want); err != nil {
		t.Fatal(err)
	}
	if err := d.get(4, got); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := d.put(2, []float32{0, 0, 0}); err != nil || !d.whole(2) {
		t.Error("a row of zeros is no row", err)
	}
	for _, at := range []int{0, 3, 5, 1000} {
		if d.whole(at) {
			t.Errorf("row %d was never written", at)
		}
	}
	if err := errors.Join(d.close(), os.Truncate(path, 5*16-1)); err != nil {
		t.Fatal(err)
	}
	if d, err = openDisk(path, 3); err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := d.get(4, got); err == nil || !strings.Contains(err.Error(), "rows.bin is damaged") || !d.whole(2) {
		t.Errorf("half a row: error %v", err)
	}
}

// The zero value of Versions is one version, not a division by zero.
func TestVersionsBelowOneAreOne(t *testing.T) {
	loader := datasets.LoaderConfig{BatchSize: 2, Preset: transforms.EvalPreset(8)}
	order := datasets.NewLoader(sketch.New("val", sketch.Config{Val: 3, Size: 8}), loader)
	s, err := New(Config{Body: &Body{Dims: []int{2}}, Order: order, Pictures: loader})
	if err != nil || s.Versions != 1 || len(s.done) != 1 {
		t.Errorf("%d versions, %v", s.Versions, err)
	}
}
