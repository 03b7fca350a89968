package predict_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/internal/golden"
	"resnetlab/internal/goldennet"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

type predictFile struct {
	Arch, Seed string
	Classes    int
	ClassNames []string `json:"class_names"`
	Mean, Std  [3]float32
	Files      []struct {
		File    string
		Decoded string `json:"decoded_png"`
		Logits  []float64
		Probs   []float64 `json:"probabilities"`
		Top     int
	}
}

// TestGoldenPredict: from a picture's file to its probabilities, as torchvision. Pictures decoded by Pillow may differ by rounding in the
// network alone (1e-4); where the photograph itself is at hand it must give the same, since the JPEG decoder is exact.
func TestGoldenPredict(t *testing.T) {
	var f predictFile
	golden.JSON(t, "predict/resnet18_5.json", &f)
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		preset := transforms.EvalPreset(224)
		preset.Mean, preset.Std = f.Mean, f.Std
		p, err := predict.New(b, &network.Network{ResNet: goldennet.New(t, f.Arch, f.Seed, f.Classes), Classes: f.ClassNames, Preset: preset}, predict.BatchSize(4))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Finalize()
		for i, want := range f.Files {
			paths := []string{filepath.Join(golden.Shared(t), "data", filepath.FromSlash(want.File)), filepath.Join(filepath.Dir(golden.Dir(t)), filepath.FromSlash(want.File))}
			if want.Decoded != "" {
				paths = append(paths, filepath.Join(golden.Dir(t), "predict", filepath.FromSlash(want.Decoded)))
			}
			read := 0
			for _, path := range paths {
				if _, err := os.Stat(path); err != nil {
					continue
				}
				read++
				for r, err := range p.Files(context.Background(), "", []string{path}, 1) {
					if err != nil || r.Err != nil {
						t.Fatal(err, r.Err)
					}
					check(t, path, r.Logits, want.Logits, 1e-4)
					if r.Index != want.Top || math.Abs(r.Probs[r.Index]-want.Probs[want.Top]) > 1e-4 {
						t.Errorf("%s: class %d with %g, want %d with %g", path, r.Index, r.Probs[r.Index], want.Top, want.Probs[want.Top])
					}
				}
			}
			if read == 0 {
				t.Errorf("file %d: none of %q is there", i, paths)
			}
		}
	})
}

func check(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= tolerance) {
			t.Errorf("%s: logit %d is %g, want %g within %g", what, i, got[i], want[i], tolerance)
		}
	}
}
