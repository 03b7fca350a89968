package datasets_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
)

func TestCheckFindsBrokenFiles(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data")
	if err := sketch.Write(t.Context(), root, sketch.Config{Train: 10, Val: 5, Test: 5, Size: 24}, nil); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(root, "train", "fern", "00000.jpg")
	write(t, broken, "no picture at all")
	link(t, filepath.Join(root, "nowhere"), filepath.Join(root, "train", "lily", "a.png"))
	ds, err := datasets.NewImageFolder(filepath.Join(root, "train"))
	if err != nil {
		t.Fatal(err)
	}
	var bad []datasets.BadPicture
	for _, workers := range []int{1, 3} {
		if bad, err = datasets.Check(t.Context(), ds, workers); err != nil {
			t.Fatal(err)
		}
		if len(bad) != 2 || bad[0].Name != "fern/00000.jpg" || bad[1].Name != "lily/a.png" {
			t.Fatalf("bad: %v", bad)
		}
		wantError(t, bad[0], "fern/00000.jpg", broken)
	}
	rest := datasets.Without(ds, bad)
	if rest.Len() != 10 || ds.Len() != 12 {
		t.Errorf("%d of %d pictures left, want 10 of 12", rest.Len(), ds.Len())
	}
	l := datasets.NewLoader(rest, config(2))
	if n := len(epoch(t, l, 1, 0)); n != 3 {
		t.Errorf("%d batches of the rest, want 3", n)
	}
}

// A disk that fails is no broken picture: nothing is left out, and the error says so.
func TestCheckOnALostDisk(t *testing.T) {
	ds := lost{pictures(6)}
	bad, err := datasets.Check(t.Context(), ds, 2)
	if bad != nil || !datasets.IsSystemError(err) {
		t.Errorf("left out %v; error %v", bad, err)
	}
	wantError(t, err, "004.png", "the disk failed")
}

// lost is a data set on a disk that fails.
type lost struct{ *datasets.Memory }

func (l lost) Sample(i int) (datasets.Sample, error) {
	if i == 4 {
		return datasets.Sample{}, &os.PathError{Op: "read", Path: "004.png", Err: syscall.EIO}
	}
	return l.Memory.Sample(i)
}

func TestCheckIsCancelled(t *testing.T) {
	settle := goroutines(t)
	ctx, cancel := context.WithCancel(t.Context())
	ds := &slow{Dataset: pictures(4000)}
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := datasets.Check(ctx, ds, 4); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if n := ds.started.Load(); n == 4000 {
		t.Error("every picture was read after the end of the context")
	}
	settle()
}
