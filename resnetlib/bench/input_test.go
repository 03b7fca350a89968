package bench_test

import (
	"os"
	"path/filepath"
	"testing"

	"resnetlab/datasets"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/transforms/jpeg"
)

func TestInputMeasuresAFolder(t *testing.T) {
	dir := t.TempDir()
	if err := bench.DrawPhotos(t.Context(), dir, 10); err != nil {
		t.Fatal(err)
	}
	folder, err := datasets.NewImageFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range folder.Len() {
		data, err := os.ReadFile(folder.Path(i))
		if err != nil {
			t.Fatal(err)
		}
		if width, height, err := jpeg.DecodeConfig(data); err != nil || width != 500 || height != 375 {
			t.Errorf("%s: %d x %d, error %v", folder.Path(i), width, height, err)
		}
	}
	r, err := bench.Input(t.Context(), bench.InputConfig{Dir: dir, BatchSize: 4, ImageSize: 32, Workers: 2, Repeats: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Images != 10 || r.Bytes < 10*10_000 || r.ImagesPerSecond <= 0 || r.Best < r.ImagesPerSecond {
		t.Errorf("%+v", r)
	}
}

func TestInputRefusesBadSettings(t *testing.T) {
	if _, err := bench.Input(t.Context(), bench.InputConfig{BatchSize: 1, ImageSize: 1, Workers: 1}); err == nil {
		t.Error("no repeats and no error")
	}
	c := bench.InputConfig{Dir: filepath.Join(t.TempDir(), "none"), BatchSize: 1, ImageSize: 1, Workers: 1, Repeats: 1}
	if _, err := bench.Input(t.Context(), c); err == nil {
		t.Error("no folder and no error")
	}
}
