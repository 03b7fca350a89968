package runs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Source is a weight file and what is known of it: all of a run's best weights and of torchvision's published ones, the path alone of
// any other file.
type Source struct {
	Path    string             // of the file
	Name    string             // of published weights: "resnet50/IMAGENET1K_V2"
	Arch    string             // "" where it is not known
	Classes []string           // in label order, nil where they are not known
	Preset  *transforms.Preset // the preprocessing that belongs to the weights, nil where it is not known
	Run     *Run               // whose best weights they are, or nil
}

// FindWeights finds the weights that --weights names: a file, a run's folder, or a name of torchvision's table (see
// [weights.FindPublished]) whose file lies in PyTorch's folder; a version alone ("IMAGENET1K_V1") is one of arch, or of the default
// architecture. A file is known as published by its name or its content, and as a run's by its place. Errors say what to do; that of a
// text that names nothing is fs.ErrNotExist.
func FindWeights(name, arch string) (Source, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Source{}, fmt.Errorf("finding weights: %w", err)
	case err != nil:
		return findPublished(name, arch)
	case !info.IsDir():
		return sourceOfFile(name)
	}
	run, err := Open(name)
	if _, published := weights.FindPublished(name); published && errors.Is(err, fs.ErrNotExist) {
		return findPublished(name, arch) // a folder that happens to have the name of a network
	}
	if err != nil {
		return Source{}, fmt.Errorf("finding weights: %w", err)
	}
	return SourceOf(run), nil
}

// SourceOf is a run's best weights.
func SourceOf(r *Run) Source {
	return Source{Path: r.BestPath(), Arch: r.Settings.Arch, Classes: r.Classes, Preset: &r.Preset, Run: r}
}

func sourceOfFile(path string) (Source, error) {
	if filepath.Base(path) == bestFile {
		run, err := Open(filepath.Dir(path))
		if err == nil {
			return SourceOf(run), nil
		}
		if !errors.Is(err, fs.ErrNotExist) { // a damaged run: without its settings the weights would be asked in the wrong way
			return Source{}, fmt.Errorf("finding weights: %w", err)
		}
	}
	p, ok, err := weights.IdentifyPublished(path)
	if err != nil || !ok {
		return Source{Path: path}, err
	}
	return sourceOfPublished(path, p), nil
}

func sourceOfPublished(path string, p weights.Published) Source {
	preset := p.Preset()
	return Source{Path: path, Name: p.Name(), Arch: p.Arch, Classes: weights.ImageNetClasses(), Preset: &preset}
}

// findPublished looks in PyTorch's folder.
func findPublished(name, arch string) (Source, error) {
	p, ok := weights.FindPublished(name)
	if !ok {
		p, ok = weights.FindPublished(cmp.Or(arch, Defaults().Arch) + "/" + name)
	}
	if !ok {
		return Source{}, fmt.Errorf("weights %s: no file, no run and no name of 'resnetlab weights list': %w", name, fs.ErrNotExist)
	}
	path, err := p.LocalPath()
	if err != nil {
		return Source{}, err
	}
	if path == "" {
		folder, _ := weights.CheckpointsFolder() // LocalPath has found it
		return Source{}, fmt.Errorf("weights %s: %s is not in %s; 'resnetlab weights download %s' brings it", name, p.File(), folder, p.Name())
	}
	return sourceOfPublished(path, p), nil
}

// PresetFor is the preprocessing for predictions: the weights' own, or [transforms.EvalPreset] where they have none. imageSize is
// what the user asks for, 0 for nothing (224 then); one that is not the weights' is an error that names both.
func (s Source) PresetFor(imageSize int) (transforms.Preset, error) {
	asked := transforms.EvalPreset(imageSize)
	switch {
	case s.Preset == nil && imageSize == 0:
		return transforms.EvalPreset(Defaults().ImageSize), nil
	case s.Preset == nil:
		return asked, nil
	case imageSize != 0 && imageSize != s.Preset.Crop:
		return asked, fmt.Errorf("preprocessing: the weights of %s belong to resize %d and crop %d, and image size %d asks for resize %d and crop %d",
			s, s.Preset.Resize, s.Preset.Crop, imageSize, asked.Resize, asked.Crop)
	}
	return *s.Preset, nil
}

// TrainingPreset is the preprocessing for a training that starts from the weights at imageSize: the weights' own where that is their
// size, and else [transforms.EvalPreset] with their mean, deviation and interpolation.
func (s Source) TrainingPreset(imageSize int) transforms.Preset {
	preset := transforms.EvalPreset(imageSize)
	switch {
	case s.Preset == nil:
		return preset
	case s.Preset.Crop == imageSize:
		return *s.Preset
	}
	preset.Mean, preset.Std, preset.Interpolation = s.Preset.Mean, s.Preset.Std, s.Preset.Interpolation
	return preset
}

// String names the weights: a run, published ones, or a file.
func (s Source) String() string {
	switch {
	case s.Run != nil:
		return s.Run.Dir
	case s.Name != "":
		return s.Name
	}
	return s.Path
}

// StartFrom fills in what is left out of the settings and the weights they start from know: the architecture, and the image size.
func (s Settings) StartFrom(source Source) Settings {
	if s.Arch == "" {
		s.Arch = source.Arch
	}
	if s.ImageSize == 0 && source.Preset != nil {
		s.ImageSize = source.Preset.Crop
	}
	return s.WithDefaults()
}
