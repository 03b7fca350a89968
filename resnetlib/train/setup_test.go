package train

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/datasets"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// What is left out of the settings, the weights say; and their preprocessing goes into the run.
func TestStartFromWeights(t *testing.T) {
	own := transforms.EvalPreset(32)
	own.Resize, own.Mean = 40, [3]float32{0.1, 0.2, 0.3}
	empty := &runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()}
	first, err := runs.Create(Config{Arch: "resnet18", Out: filepath.Join(t.TempDir(), "first")}, runs.Info{Classes: []string{"a"}, Preset: own}, empty)
	if err != nil {
		t.Fatal(err)
	}
	resized := transforms.EvalPreset(64)
	resized.Mean = own.Mean
	for _, c := range []struct {
		given Config
		arch  string
		want  transforms.Preset
	}{
		{Config{Weights: first.Dir}, "resnet18", own},
		{Config{Weights: first.Dir, Arch: "resnet50", ImageSize: 64}, "resnet50", resized},
		{Config{}, "resnet34", transforms.EvalPreset(224)},
		{Config{ImageSize: 96}, "resnet34", transforms.EvalPreset(96)},
	} {
		s, err := newSession(c.given, nil)
		if err != nil {
			t.Fatal(err)
		}
		settings, preset := s.config, s.preset
		if preset != c.want || settings.Arch != c.arch || settings.ImageSize != c.want.Crop {
			t.Errorf("%+v: %s at %d, %+v (%v); want %+v", c.given, settings.Arch, settings.ImageSize, preset, err, c.want)
		}
	}
}

// Data without pictures to validate with are bad input, and no listener is as good as one.
func TestDataNeedTrainAndVal(t *testing.T) {
	data, c := small()
	c.Out = filepath.Join(t.TempDir(), "run")
	for _, lacking := range []*datasets.Splits{{Train: data.Train}, {Val: data.Val}} {
		_, err := Fit(context.Background(), c, On(testbackend.Open(t, backend.Go), "test"), Data(lacking), Report(nil))
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "Train or Val") {
			t.Errorf("%+v: %v", lacking, err)
		}
	}
	s, err := newSession(c, []Option{Report(nil)})
	if err != nil {
		t.Fatal(err)
	}
	s.note("nobody listens")
}
