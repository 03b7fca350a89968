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

// Source is a weight file and what is known about it. Everything is known about a run's best weights and torchvision's published weights, and only
// the path about any other file.
type Source struct {
	Path    string             // of the file
	Name    string             // of published weights: "resnet50/IMAGENET1K_V2"; else ""
	Arch    string             // "": not known
	Classes []string           // in label order; nil: not known
	Preset  *transforms.Preset // the preprocessing that belongs to the weights; nil: not known
	Run     *Run               // the run whose best weights they are; nil: none
}

// FindWeights finds the weights that name stands for: a file, a run's folder, or a name of torchvision's table (see [weights.FindPublished]) whose
// file is in PyTorch's cache folder. A version alone ("IMAGENET1K_V1") is that version of arch, or of the default architecture if arch is empty.
// A file is recognised as published by its name or its content, and as a run's by its folder. A name that stands for nothing is fs.ErrNotExist.
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
		return findPublished(name, arch) // a folder without a run that has the name of a network
	}
	if err != nil {
		return Source{}, fmt.Errorf("finding weights: %w", err)
	}
	return SourceOf(run), nil
}

// SourceOf returns a run's best weights.
func SourceOf(r *Run) Source {
	return Source{Path: r.BestPath(), Arch: r.Settings.Arch, Classes: r.Classes, Preset: &r.Preset, Run: r}
}

// sourceOfFile returns what is known about a weight file.
func sourceOfFile(path string) (Source, error) {
	if filepath.Base(path) == bestFile {
		run, err := Open(filepath.Dir(path))
		if err == nil {
			return SourceOf(run), nil
		}
		if !errors.Is(err, fs.ErrNotExist) { // a damaged run: its weights without its preprocessing would give wrong results
			return Source{}, fmt.Errorf("finding weights: %w", err)
		}
	}
	p, ok, err := weights.IdentifyPublished(path)
	switch {
	case err != nil:
		return Source{}, err
	case !ok:
		return Source{Path: path}, nil
	}
	return sourceOfPublished(path, p), nil
}

// sourceOfPublished returns published weights whose file is at path.
func sourceOfPublished(path string, p weights.Published) Source {
	preset := p.Preset()
	return Source{Path: path, Name: p.Name(), Arch: p.Arch, Classes: weights.ImageNetClasses(), Preset: &preset}
}

// findPublished finds published weights by their name, in PyTorch's cache folder.
func findPublished(name, arch string) (Source, error) {
	p, ok := weights.FindPublished(name)
	if !ok {
		p, ok = weights.FindPublished(cmp.Or(arch, Defaults().Arch) + "/" + name)
	}
	if !ok {
		return Source{}, fmt.Errorf("finding weights: %s is no file, no run and no name that 'resnetlab weights list' shows: %w", name, fs.ErrNotExist)
	}
	path, err := p.LocalPath()
	if err != nil {
		return Source{}, err
	}
	if path == "" {
		folder, _ := weights.CheckpointsFolder() // no error: LocalPath has found the folder
		return Source{}, fmt.Errorf("finding weights %s: %s is not in %s: download it with 'resnetlab weights download %s'", name, p.File(), folder, p.Name())
	}
	return sourceOfPublished(path, p), nil
}

// PresetFor returns the preprocessing for predictions: that of the weights, or [transforms.EvalPreset] of imageSize if they have none. imageSize is
// in pixels; 0 stands for that of the weights, or 224. Another size than that of the weights is an error, which names both.
func (s Source) PresetFor(imageSize int) (transforms.Preset, error) {
	asked := transforms.EvalPreset(imageSize)
	switch {
	case s.Preset == nil && imageSize == 0:
		return transforms.EvalPreset(Defaults().ImageSize), nil
	case s.Preset == nil:
		return asked, nil
	case imageSize != 0 && imageSize != s.Preset.Crop:
		return transforms.Preset{}, fmt.Errorf("preprocessing: the weights of %s need resize %d and crop %d, but image size %d means resize %d and crop %d",
			s, s.Preset.Resize, s.Preset.Crop, imageSize, asked.Resize, asked.Crop)
	}
	return *s.Preset, nil
}

// TrainingPreset returns the preprocessing for a training at imageSize pixels that starts from the weights: that of the weights if the size is
// theirs, else [transforms.EvalPreset] with their mean, standard deviation and interpolation.
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

// String returns the run's folder, the name of published weights, or the file's path.
func (s Source) String() string {
	switch {
	case s.Run != nil:
		return s.Run.Dir
	case s.Name != "":
		return s.Name
	}
	return s.Path
}

// StartFrom returns the settings with the architecture and the image size of the weights they start from, where these are not set, and then with
// all other defaults.
func (s Settings) StartFrom(source Source) Settings {
	if s.Arch == "" {
		s.Arch = source.Arch
	}
	if s.ImageSize == 0 && source.Preset != nil {
		s.ImageSize = source.Preset.Crop
	}
	return s.WithDefaults()
}
