package explain

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/internal/golden"
	"resnetlab/internal/goldennet"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/transforms"
)

var five = []string{"daisy", "dandelion", "roses", "sunflowers", "tulips"}

type goldenPicture struct {
	TopClass int           `json:"top_class"`
	GradCAM  [][]float64   `json:"gradcam_top_7x7"`
	Signed   [][][]float64 `json:"signed_map_per_class_7x7"`
	Saliency [][]float64   `json:"saliency_mean_abs_gradient_14x14"`
	PNG      string        `json:"decoded_png"`
	Logits   []float64
}

// goldenPictures are PyTorch's maps, and the network they were made with.
func goldenPictures(t *testing.T, b compute.Backend) (*Explainer, []goldenPicture) {
	t.Helper()
	var file struct {
		Arch, Seed string
		Classes    int
		Files      []goldenPicture
	}
	golden.JSON(t, "gradcam/resnet18_5_layer4.json", &file)
	e, err := New(b, &network.Network{ResNet: goldennet.New(t, file.Arch, file.Seed, file.Classes), Classes: five, Preset: transforms.EvalPreset(224)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Finalize)
	return e, file.Files
}

func (g goldenPicture) open(t *testing.T) *transforms.RGB {
	t.Helper()
	p, err := transforms.DecodeFile(filepath.Join(golden.Dir(t), "gradcam", g.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near fails the test where a map differs from PyTorch's by more than the tolerance.
func near(t *testing.T, what string, got []float64, want [][]float64, tolerance float64) {
	t.Helper()
	flat := slices.Concat(want...)
	if len(got) != len(flat) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(flat))
	}
	worst := 0.0
	for i, v := range got {
		worst = max(worst, math.Abs(v-flat[i]))
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: differs from PyTorch's by %g, at most %g is allowed", what, worst, tolerance)
	}
	t.Logf("%s: largest difference %.2g", what, worst)
}

// nearOrFlipped fails where values differ by more than 1e-8, except in one part of the picture. Where the input of a ReLU is within rounding of 0,
// its gradient is all or nothing, and PyTorch's choice is as much chance as ours: with Winograd's points 0, +-3/4 and +-3/2 one such input in
// picture 0 is on the other side, which changes 37 of 196 blocks, its receptive field, by 1e-9 to 6.4e-7; with the points 0, +-1 and +-1/2, or F(2x2),
// none is, and all blocks are within 1.3e-10.
func nearOrFlipped(t *testing.T, what string, got, want []float64) {
	t.Helper()
	changed := 0
	for i, v := range got {
		if !(math.Abs(v-want[i]) <= 1e-8) {
			changed++
		}
	}
	if changed > len(want)/5 {
		t.Errorf("%s: %d of %d values differ from PyTorch's by more than 1e-8", what, changed, len(want))
	}
	near(t, what, got, [][]float64{want}, 1e-6)
}

// Grad-CAM of every class, signed and as in the paper, and saliency equal PyTorch's; frozen or not makes no difference.
func TestGolden(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		e, pictures := goldenPictures(t, b)
		for i, g := range pictures {
			picture := g.open(t)
			if i == 1 { // the second with everything frozen: the gradient is by the activation
				if err := e.Net.TrainOnly(); err != nil {
					t.Fatal(err)
				}
			}
			for class, want := range g.Signed {
				h, err := e.GradCAM(context.Background(), picture, "layer4", class)
				if err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprintf("picture %d, class %d", i, class), h.Values, want, 1e-6)
			}
			top, err := e.GradCAM(context.Background(), picture, "layer4", Top)
			if err != nil {
				t.Fatal(err)
			}
			if top.Target != g.TopClass || top.Class != five[g.TopClass] {
				t.Errorf("the top class is %d (%s), want %d", top.Target, top.Class, g.TopClass)
			}
			near(t, "Grad-CAM with ReLU", top.ReLU().Values, g.GradCAM, 1e-4)
			saliency, err := e.Saliency(context.Background(), picture, Top)
			if err != nil {
				t.Fatal(err)
			}
			nearOrFlipped(t, "saliency", saliency.Blocks(16).Values, slices.Concat(g.Saliency...))
		}
	})
}
