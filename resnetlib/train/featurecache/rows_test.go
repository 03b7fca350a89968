package featurecache

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
