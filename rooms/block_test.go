package rooms

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/transforms"
)

// answerOf computes one request in a session of its own, and collects its parts.
func answerOf[Value any](t *testing.T, name string, arguments any) (value Value, parts []Value, err error) {
	t.Helper()
	s := newSession(t)
	text, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.Call(context.Background(), Request{Name: name, Arguments: text, Progress: func(part any) { parts = append(parts, part.(Value)) }})
	if err == nil {
		value = answer.Value.(Value)
	}
	return value, parts, err
}

func TestBlockGivesTheNumbersOfDepth(t *testing.T) {
	answer, _, err := answerOf[BlockAnswer](t, "block", BlockArguments{Blocks: 2, Norm: true})
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		t.Fatal(err)
	}
	pictures, labels, err := explain.Pictures(sketch.New("train", sketch.Config{Size: 48}), 10)
	if err != nil {
		t.Fatal(err)
	}
	config := models.Config{Layers: []int{2, 2, 2}, Planes: 8, Stem: models.Stem{Kernel: 3, Stride: 2}, NumClasses: 5}
	plain := config
	plain.Plain = true
	depths, err := explain.Depth(t.Context(), b, explain.Batch{Preset: transforms.EvalPreset(32), Pictures: pictures, Labels: labels},
		explain.NamedConfig{Name: "residual", Config: config}, explain.NamedConfig{Name: "plain", Config: plain})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range []DepthNumbers{answer.Residual, answer.Plain} {
		var gradients, activations []float64
		for _, block := range depths[i].Blocks {
			gradients, activations = append(gradients, block.Gradient), append(activations, block.Activation)
		}
		if !slices.Equal(got.Gradients, gradients) || !slices.Equal(got.Activations, activations) || got.Ratio == nil || *got.Ratio != depths[i].Ratio() {
			t.Errorf("%s: %+v, want %+v", depths[i].Name, got, depths[i])
		}
	}
	if answer.Layers != 14 {
		t.Errorf("%d layers, want 14", answer.Layers)
	}
}

// The two networks have the same weights where they have the same layers.
func TestPlainNetworkDiffersByItsShortcutsAlone(t *testing.T) {
	a := BlockArguments{Blocks: 1, Norm: true, Seed: 7}
	residual, err := a.network(false)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := a.network(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plain.Parameters() {
		want, err := residual.Parameter(p.Key).Tensor()
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Tensor()
		if err != nil || !slices.Equal(got.Data, want.Data) {
			t.Errorf("%s differs (error %v)", p.Key, err)
		}
	}
}

// Without batch norm a deep plain network has vanishing gradients, and with it growing ones: the lesson of the room.
func TestBlockShowsWhatDepthDoes(t *testing.T) {
	for norm, vanishes := range map[bool]bool{true: false, false: true} {
		answer, _, err := answerOf[BlockAnswer](t, "block", BlockArguments{Blocks: 5, Norm: norm})
		if err != nil {
			t.Fatal(err)
		}
		if ratio := *answer.Plain.Ratio; (ratio < 1) != vanishes {
			t.Errorf("norm %v: ratio %g in the plain network", norm, ratio)
		}
		t.Logf("norm %v: residual %g, plain %g", norm, *answer.Residual.Ratio, *answer.Plain.Ratio)
	}
}

func TestRaceTrainsBothNetworks(t *testing.T) {
	answer, parts, err := answerOf[RaceAnswer](t, "race", RaceArguments{BlockArguments{Blocks: 3, Norm: true, Seed: 1}, 60})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Steps) != 12 || answer.Steps[11] != 60 || len(parts) != 12 || len(parts[2].Plain) != 3 {
		t.Errorf("%d points and %d parts, want 12 of each", len(answer.Steps), len(parts))
	}
	for name, curve := range map[string][]float64{"residual": answer.Residual, "plain": answer.Plain} {
		if first, last := curve[0], curve[11]; !(last < first-0.1) || math.Abs(first-math.Log(5)) > 1 {
			t.Errorf("%s: loss %g to %g, want a fall from about log 5", name, first, last)
		}
	}
	if !(answer.Residual[11] < 0.7*answer.Plain[11]) {
		t.Errorf("loss %g with shortcuts and %g without: want far less with them", answer.Residual[11], answer.Plain[11])
	}
	again, _, err := answerOf[RaceAnswer](t, "race", RaceArguments{BlockArguments{Blocks: 3, Norm: true, Seed: 1}, 10})
	if err != nil || !slices.Equal(again.Residual, answer.Residual[:2]) {
		t.Errorf("the same seed gives %v, then %v (error %v)", answer.Residual[:2], again.Residual, err)
	}
}

func TestBlockRefusesSizes(t *testing.T) {
	for _, blocks := range []int{-1, 0, 10, 1 << 40} {
		if _, _, err := answerOf[BlockAnswer](t, "block", BlockArguments{Blocks: blocks}); err == nil || !strings.Contains(err.Error(), "choose 1 to 9") {
			t.Errorf("%d blocks: %v", blocks, err)
		}
	}
	for _, steps := range []int{0, 401} {
		_, _, err := answerOf[RaceAnswer](t, "race", RaceArguments{BlockArguments{Blocks: 1}, steps})
		if err == nil || !strings.Contains(err.Error(), "choose 5 to 400") {
			t.Errorf("%d steps: %v", steps, err)
		}
	}
}

// The end of the request's context ends the training.
func TestRaceEndsWithItsContext(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := Request{Name: "race", Arguments: []byte(`{"blocks": 1, "norm": true, "seed": 1, "steps": 400}`), Progress: func(any) { cancel() }}
	if _, err := s.Call(ctx, r); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("after cancel: %v", err)
	}
}
