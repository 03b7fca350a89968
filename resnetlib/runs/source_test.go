package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

func TestFindWeightsTakesNamesFilesAndRuns(t *testing.T) {
	t.Setenv("TORCH_HOME", t.TempDir())
	folder := filepath.Join(os.Getenv("TORCH_HOME"), "hub", "checkpoints")
	t.Chdir(t.TempDir())
	write := func(path string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, nil, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(folder, "resnet50-11ad3fa6.pth"))
	write(filepath.Join(folder, "resnet34-333f7ec4.pth"))
	write("mine.pth")
	write("resnet50/notes.txt") // a folder with the name of a network
	run, err := Create(Settings{Arch: "resnet18", Out: "run"}, Info{Classes: []string{"a", "b"}, Preset: transforms.EvalPreset(64)}, checkpoint(0))
	if err != nil {
		t.Fatal(err)
	}
	write(run.BestPath())
	for _, c := range []struct {
		name, arch, path, wantArch string
		classes, resize            int
	}{
		{"resnet50", "", filepath.Join(folder, "resnet50-11ad3fa6.pth"), "resnet50", 1000, 232},
		{"resnet50/IMAGENET1K_V2", "", filepath.Join(folder, "resnet50-11ad3fa6.pth"), "resnet50", 1000, 232},
		{"IMAGENET1K_V2", "resnet50", filepath.Join(folder, "resnet50-11ad3fa6.pth"), "resnet50", 1000, 232},
		{"IMAGENET1K_V1", "", filepath.Join(folder, "resnet34-333f7ec4.pth"), "resnet34", 1000, 256},
		{"resnet34-b627a593.pth", "", filepath.Join(folder, "resnet34-333f7ec4.pth"), "resnet34", 1000, 256},
		{filepath.Join(folder, "resnet34-333f7ec4.pth"), "", filepath.Join(folder, "resnet34-333f7ec4.pth"), "resnet34", 1000, 256},
		{"run", "", filepath.Join("run", bestFile), "resnet18", 2, 73},
		{filepath.Join("run", bestFile), "", filepath.Join("run", bestFile), "resnet18", 2, 73},
		{"mine.pth", "resnet18", "mine.pth", "", 0, 0},
	} {
		s, err := FindWeights(c.name, c.arch)
		if err != nil || s.Path != c.path || s.Arch != c.wantArch || len(s.Classes) != c.classes {
			t.Errorf("%s: %+v (%v)", c.name, s, err)
		} else if (s.Preset == nil) != (c.resize == 0) || s.Preset != nil && s.Preset.Resize != c.resize {
			t.Errorf("%s: preprocessing %+v, want resize %d", c.name, s.Preset, c.resize)
		}
	}
	for name, says := range map[string]string{
		"resnet34/IMAGENET1K_V2": "weights list", "nothing.pth": "no file, no run", "resnet18": "weights download resnet18/IMAGENET1K_V1", "IMAGENET1K_V9": "no run and no name",
	} {
		if _, err := FindWeights(name, ""); errors.Is(err, fs.ErrNotExist) == strings.HasPrefix(says, "weights download") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q in it", name, err, says)
		}
	}
}

func TestPreprocessingOfAnotherSizeIsRefusedForPredictionAndTakenForTraining(t *testing.T) {
	p, _ := weights.FindPublished("resnet50")
	v2 := sourceOfPublished("x", p)
	for _, size := range []int{0, 224} {
		if preset, err := v2.PresetFor(size); err != nil || preset.Resize != 232 {
			t.Errorf("size %d: %+v %v", size, preset, err)
		}
	}
	_, err := v2.PresetFor(128)
	if err == nil || !strings.Contains(err.Error(), "resize 232 and crop 224") || !strings.Contains(err.Error(), "resize 146 and crop 128") {
		t.Errorf("error %v", err)
	}
	if preset, err := (Source{}).PresetFor(0); err != nil || preset != transforms.EvalPreset(224) {
		t.Errorf("without one: %+v %v", preset, err)
	}
	if preset, err := (Source{}).PresetFor(64); err != nil || preset != transforms.EvalPreset(64) {
		t.Errorf("without one: %+v %v", preset, err)
	}
	odd := transforms.Preset{Resize: 70, Crop: 64, Interpolation: transforms.Bicubic, Mean: [3]float32{1, 2, 3}, Std: [3]float32{4, 5, 6}}
	if got := (Source{Preset: &odd}).TrainingPreset(64); got != odd {
		t.Errorf("training at the weights' size: %+v", got)
	}
	got := Source{Preset: &odd}.TrainingPreset(224)
	if got.Resize != 256 || got.Crop != 224 || got.Mean != odd.Mean || got.Std != odd.Std || got.Interpolation != odd.Interpolation {
		t.Errorf("training at another size: %+v", got)
	}
	if s := (Settings{}).StartFrom(v2); s.Arch != "resnet50" || s.ImageSize != 224 || s.Epochs != Defaults().Epochs {
		t.Errorf("settings %+v", s)
	}
	if s := (Settings{Arch: "resnet18", ImageSize: 96}).StartFrom(v2); s.Arch != "resnet18" || s.ImageSize != 96 {
		t.Errorf("settings %+v", s)
	}
}
