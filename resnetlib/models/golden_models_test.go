package models_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// modelsFile is models.json: what PyTorch counts in each of torchvision's networks.
type modelsFile struct {
	Models map[string]struct {
		Params1000 int              `json:"params_1000"`
		Params5    int              `json:"params_5"`
		Buffers    int              `json:"buffers_elements"`
		MACs       int              `json:"macs_224"`
		Convs      int              `json:"conv_layers"`
		BNs        int              `json:"bn_layers"`
		Features   int              `json:"feature_width"`
		Outputs    map[string][]int `json:"output_shapes_224"`
		StateDict  []string         `json:"state_dict"`
	}
}

// State dicts, parameters, multiply-adds and output shapes of the ten networks equal torchvision's.
func TestGoldenModels(t *testing.T) {
	var f modelsFile
	golden.JSON(t, "models.json", &f)
	for arch, want := range f.Models {
		t.Run(arch, func(t *testing.T) {
			net, err := models.New(model.NewStore(), arch, 1000, nn.SkipInit())
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			buffers := 0
			for _, s := range net.Spec() {
				keys = append(keys, fmt.Sprintf("%s %s %s", s.Key, s.DType, dims(s.Shape)))
			}
			for _, p := range net.Parameters() {
				if p.Buffer {
					buffers += p.Size()
				}
			}
			if !slices.Equal(keys, want.StateDict) {
				t.Errorf("state dict differs: %d keys, want %d, first difference %s", len(keys), len(want.StateDict), firstDifference(keys, want.StateDict))
			}
			s, err := models.Summarize(net, 1, 224, 224, 3)
			if err != nil {
				t.Fatal(err)
			}
			total, trainable := net.NumParameters()
			got := []int{total, trainable, s.Params, s.MACs, buffers, net.FC.In}
			if w := []int{want.Params1000, want.Params1000, want.Params1000, want.MACs, want.Buffers, want.Features}; !slices.Equal(got, w) {
				t.Errorf("parameters, trainable, of the summary, multiply-adds, buffers, features: %v, want %v", got, w)
			}
			checkLayers(t, s, want.Convs, want.BNs, want.Outputs)
			small, err := models.New(model.NewStore(), arch, 5, nn.SkipInit())
			if err != nil {
				t.Fatal(err)
			}
			if total, _ := small.NumParameters(); total != want.Params5 {
				t.Errorf("with 5 classes %d parameters, want %d", total, want.Params5)
			}
		})
	}
}

func checkLayers(t *testing.T, s *models.Summary, convs, bns int, outputs map[string][]int) {
	t.Helper()
	for _, l := range s.Layers {
		switch {
		case l.Kind[:4] == "Conv":
			convs--
		case l.Kind == "BatchNorm2D":
			bns--
		}
		if want, ok := outputs[l.Name]; ok {
			got := l.Output
			if len(got) == 4 {
				got = []int{got[0], got[3], got[1], got[2]}
			} else if len(want) == 4 { // avgpool flattens here
				want = want[:2]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: output %v (NCHW), want %v", l.Name, got, want)
			}
		}
	}
	if convs != 0 || bns != 0 {
		t.Errorf("%d convolutions and %d batch norms too few", convs, bns)
	}
}

func dims(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	s := fmt.Sprint(shape[0])
	for _, d := range shape[1:] {
		s += fmt.Sprintf("x%d", d)
	}
	return s
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%q, want %q", got[i], want[i])
		}
	}
	return "in length"
}
