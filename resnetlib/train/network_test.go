package train

import (
	"path/filepath"
	"testing"

	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// What is left out of the settings, the weights say; and their preprocessing goes into the run.
func TestStartFromWeights(t *testing.T) {
	own := transforms.EvalPreset(32)
	own.Resize, own.Mean = 40, [3]float32{0.1, 0.2, 0.3}
	empty := &runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()}
	first, err := runs.Create(filepath.Join(t.TempDir(), "first"), Config{Arch: "resnet18"}, runs.Info{Classes: []string{"a"}, Preset: own}, empty, false)
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
		settings, err := complete(c.given)
		if err != nil {
			t.Fatal(err)
		}
		preset, err := (&session{config: settings}).preprocessing()
		if err != nil || preset != c.want || settings.Arch != c.arch || settings.ImageSize != c.want.Crop {
			t.Errorf("%+v: %s at %d, %+v (%v); want %+v", c.given, settings.Arch, settings.ImageSize, preset, err, c.want)
		}
	}
	if preset, err := (&session{config: Config{}.WithDefaults(), run: first}).preprocessing(); err != nil || preset != own {
		t.Errorf("a run that goes on has %+v (%v), want its own", preset, err)
	}
}
