package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// trained names a trained network: a run, or weights with their architecture and classes. Flags are for what the weights do not say of
// themselves; one that says otherwise than they do is an error.
type trained struct {
	networkFlags
	Classes string `help:"A class_indices.json for --weights; published weights and runs have their own." placeholder:"FILE"`
}

// networkFlags is trained without its classes.
type networkFlags struct {
	Run       string `help:"A run's folder: network, classes and preprocessing come from it." placeholder:"DIR"`
	Weights   string `help:"Weights: a file, .pth or .safetensors, a run, or a name of 'weights list'." placeholder:"FILE"`
	Arch      string `help:"Architecture of --weights. Left out: what published weights say, else resnet34."`
	ImageSize int    `help:"Side in pixels of what the network sees. Left out: what belongs to the weights, else 224."`
}

// open loads the network. Whatever is wrong with what it names is bad input.
func (t trained) open() (net *models.ResNet, classes []string, preset transforms.Preset, err error) {
	source, preset, err := t.find()
	if err != nil {
		return nil, nil, preset, err
	}
	if classes, err = t.classes(source); err != nil {
		return nil, nil, preset, err
	}
	net, err = t.load(source, len(classes))
	return net, classes, preset, badInput(err)
}

// load makes the network of a run or a file, for so many classes (0: as many as the file has).
func (t networkFlags) load(source runs.Source, classes int) (*models.ResNet, error) {
	if source.Run != nil {
		net, _, err := train.Load(source.Run.Dir)
		return net, err
	}
	file, err := weights.Read(source.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return train.Restore(cmp.Or(source.Arch, t.Arch, runs.Defaults().Arch), classes, file)
}

// find finds what --run or --weights names, and the preprocessing for it.
func (t networkFlags) find() (source runs.Source, preset transforms.Preset, err error) {
	if source, err = t.source(); err != nil {
		return source, preset, err
	}
	if t.Arch != "" {
		if _, err := models.Variant(t.Arch); err != nil {
			return source, preset, usage(err)
		}
	}
	if t.ImageSize < 0 {
		return source, preset, usage(fmt.Errorf("--image-size %d: at least 1", t.ImageSize))
	}
	if preset, err = source.PresetFor(t.ImageSize); err != nil {
		return source, preset, usage(err)
	}
	if t.Arch != "" && source.Arch != "" && t.Arch != source.Arch {
		return source, preset, usage(fmt.Errorf("--arch %s: the weights of %s are of %s", t.Arch, source, source.Arch))
	}
	return source, preset, nil
}

// openAny loads the network with as many classes as its file has.
func (t networkFlags) openAny() (net *models.ResNet, preset transforms.Preset, err error) {
	source, preset, err := t.find()
	if err != nil {
		return nil, preset, err
	}
	net, err = t.load(source, 0)
	return net, preset, badInput(err)
}

// source finds what --run or --weights names.
func (t networkFlags) source() (runs.Source, error) {
	if (t.Run == "") == (t.Weights == "") {
		return runs.Source{}, usage(errors.New("name a network: either --run DIR, or --weights FILE"))
	}
	if t.Run == "" {
		source, err := runs.FindWeights(t.Weights, t.Arch)
		return source, badInput(err)
	}
	run, err := runs.Open(t.Run)
	if err != nil {
		return runs.Source{}, badInput(err)
	}
	return runs.SourceOf(run), nil
}

// classes are those of --classes, or the weights' own.
func (t trained) classes(source runs.Source) ([]string, error) {
	if t.Classes == "" {
		if source.Classes == nil {
			return nil, usage(errors.New("--weights needs --classes, a class_indices.json"))
		}
		return source.Classes, nil
	}
	classes, err := runs.ReadClasses(t.Classes)
	if err == nil && source.Run != nil && len(classes) != len(source.Classes) {
		err = fmt.Errorf("%s has %d classes, and the run %s has %d", t.Classes, len(classes), source, len(source.Classes))
	}
	return classes, badInput(err)
}

// predictor opens network and backend for prediction in batches.
func (t trained) predictor(c *commands, batchSize int) (*predict.Predictor, error) {
	net, classes, preset, err := t.open()
	if err != nil {
		return nil, err
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return nil, err
	}
	return newPredictor(b, net, classes, preset, batchSize)
}

func newPredictor(b compute.Backend, net *models.ResNet, classes []string, preset transforms.Preset, batchSize int) (*predict.Predictor, error) {
	p, err := predict.New(b, net, classes, preset, batchSize)
	if err != nil {
		return nil, badInput(fmt.Errorf("making the predictor: %w", err))
	}
	return p, nil
}
