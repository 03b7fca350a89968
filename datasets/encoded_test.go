package datasets_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/datasets"
	"resnetlab/internal/golden"
	"resnetlab/resnetlib/transforms"
)

// goldenFolder is an image folder of JPEGs and a PNG, and the same pictures as a list.
func goldenFolder(t *testing.T) (folder *datasets.ImageFolder, list *datasets.List) {
	t.Helper()
	root := t.TempDir()
	var lines []byte
	for i, name := range []string{"jpeg420.jpg", "jpeg_exif6.jpg", "jpeg_gray.jpg", "rgb.png", "jpeg_cmyk.jpg", "jpeg_progressive.jpg"} {
		data, err := os.ReadFile(filepath.Join(golden.Dir(t), "transforms/src", name))
		if err != nil {
			t.Fatal(err)
		}
		class := []string{"even", "odd"}[i%2]
		write(t, filepath.Join(root, class, name), string(data))
		lines = fmt.Appendf(lines, "%s/%s %s\n", class, name, class)
	}
	write(t, filepath.Join(root, "list.txt"), string(lines))
	folder, err := datasets.NewImageFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	if list, err = datasets.NewList(filepath.Join(root, "list.txt")); err != nil {
		t.Fatal(err)
	}
	return folder, list
}

// whole hides that a data set has files, so that every picture is decoded whole.
type whole struct{ datasets.Dataset }

// TestEncodedBatches: batches from files, of which only the crop is decoded, are those from whole pictures.
func TestEncodedBatches(t *testing.T) {
	folder, list := goldenFolder(t)
	for name, ds := range map[string]datasets.Dataset{
		"folder": folder, "list": list,
		"subset of a subset": datasets.Subset(datasets.Subset(folder, []int{5, 1, 2, 0, 4}), []int{0, 2, 3}),
	} {
		if file, err := ds.(datasets.Encoded).Encoded(0); len(file) == 0 || err != nil {
			t.Errorf("%s: file of %d bytes, error %v", name, len(file), err)
		}
		for _, augmented := range []bool{true, false} {
			for _, workers := range []int{1, 3} {
				c := config(workers)
				c.Train = augmented
				got, want := epoch(t, datasets.NewLoader(ds, c), 2, 0), epoch(t, datasets.NewLoader(whole{ds}, c), 2, 0)
				if !slices.EqualFunc(got, want, bytes.Equal) {
					t.Errorf("%s, augmented %t, %d workers: other batches than from whole pictures", name, augmented, workers)
				}
			}
		}
	}
}

// TestDecodeGoesBeforeEncoded: the loader uses the Decode of OpenOptions (as for --exif).
func TestDecodeGoesBeforeEncoded(t *testing.T) {
	folder, _ := goldenFolder(t)
	plain := epoch(t, datasets.NewLoader(folder, config(2)), 1, 0)
	upright, err := datasets.OpenSplit(folder.Dir(), "val", datasets.OpenOptions{Decode: transforms.DecodeFileUpright})
	if err != nil {
		t.Fatal(err)
	}
	turned := epoch(t, datasets.NewLoader(upright, config(2)), 1, 0)
	if !slices.EqualFunc(turned, epoch(t, datasets.NewLoader(whole{upright}, config(2)), 1, 0), bytes.Equal) {
		t.Error("upright pictures: other batches than from whole pictures")
	}
	if slices.EqualFunc(plain, turned, bytes.Equal) {
		t.Error("a picture that lies on its side was not turned")
	}
}

func TestEncodedErrorNamesTheFile(t *testing.T) {
	folder, _ := goldenFolder(t)
	path := folder.Path(0)
	name, _ := folder.Entry(0)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"", string(data[:len(data)/2]), "no picture"} {
		write(t, path, broken)
		c := config(2)
		c.Shuffle = false
		for _, err := range datasets.NewLoader(folder, c).Epoch(t.Context(), 1, 0) {
			wantError(t, err, name)
		}
	}
}
