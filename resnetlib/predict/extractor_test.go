package predict

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/internal/golden"
	"resnetlab/internal/goldennet"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/transforms"
)

// Features are PyTorch's avgpool output, which an Identity in fc's place returns; a last, smaller batch too.
func TestFeaturesGolden(t *testing.T) {
	var f struct {
		Arch, Seed string
		Key        string `json:"input_key"`
		Shape      []int  `json:"input_shape_nchw"`
		Layers     map[string]struct {
			AbsMax float64
			NCHW   [][]int `json:"nchw"`
			Values []float64
		} `json:"intermediate_eval"`
	}
	golden.JSON(t, "logits/resnet18.json", &f)
	e, err := NewExtractor(testbackend.Open(t, backend.Go), &network.Network{ResNet: goldennet.New(t, f.Arch, f.Seed, 1000), Preset: transforms.EvalPreset(f.Shape[2])}, BatchSize(3))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	pixels := tensors.MustCopyFlatData[float32](goldennet.Input(f.Seed, f.Key, f.Shape))
	rows, err := e.predictor.forward.Rows(pixels, f.Shape[0], f.Shape[2], f.Shape[3], 3)
	if err != nil || len(rows) != f.Shape[0] || len(rows[0]) != 512 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := f.Layers["avgpool"]
	if len(want.Values) == 0 {
		t.Fatal("no values to compare with")
	}
	for i, at := range want.NCHW {
		if got := float64(rows[at[0]][at[1]]); math.Abs(got-want.Values[i]) > 1e-5*want.AbsMax {
			t.Errorf("picture %d, feature %d: %g, want %g", at[0], at[1], got, want.Values[i])
		}
	}
}
