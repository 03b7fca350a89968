package main

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// trained names a trained network: a run, or a weight file with its architecture and classes.
type trained struct {
	Run       string `help:"A run's folder: network, classes and preprocessing come from it." placeholder:"DIR"`
	Arch      string `help:"Architecture of --weights." default:"resnet34"`
	Weights   string `help:"A weight file, .pth or .safetensors." placeholder:"FILE"`
	Classes   string `help:"A class_indices.json for --weights." placeholder:"FILE"`
	ImageSize int    `help:"Side in pixels of what the network sees, for --weights." default:"224"`
}

// open loads the network. Whatever is wrong with what it names is bad input.
func (t trained) open() (net *models.ResNet, classes []string, preset transforms.Preset, err error) {
	switch {
	case (t.Run == "") == (t.Weights == ""):
		return nil, nil, preset, usage(errors.New("name a network: either --run DIR, or --weights FILE with --arch and --classes"))
	case t.Run != "":
		net, run, err := train.Load(t.Run)
		if err != nil {
			return nil, nil, preset, badInput(err)
		}
		return net, run.Classes, run.Preset, nil
	case t.Classes == "":
		return nil, nil, preset, usage(errors.New("--weights needs --classes, a class_indices.json"))
	}
	if classes, err = runs.ReadClasses(t.Classes); err != nil {
		return nil, nil, preset, badInput(err)
	}
	if net, err = models.New(model.NewStore(), t.Arch, len(classes), nn.SkipInit()); err != nil {
		return nil, nil, preset, usage(err)
	}
	_, err = weights.Load(t.Weights, net)
	return net, classes, transforms.EvalPreset(t.ImageSize), badInput(err)
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
