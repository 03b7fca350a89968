package main

import (
	"cmp"
	"errors"

	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
)

// trained names a trained network: a run, or weights with their architecture and classes. Flags say what the weights do not say themselves; a
// flag that contradicts them is an error.
type trained struct {
	networkFlags
	Classes string `help:"A class_indices.json for --weights; published weights and runs have their own." placeholder:"FILE"`
}

// networkFlags is trained without the classes.
type networkFlags struct {
	Run       string `help:"A run's folder: network, classes and preprocessing come from it." placeholder:"DIR"`
	Weights   string `help:"Weights: a file, .pth or .safetensors, a run, or a name of 'weights list'." placeholder:"FILE"`
	Arch      string `help:"Architecture of --weights. Left out: what published weights say, else resnet34."`
	ImageSize int    `help:"Side in pixels of what the network sees. Left out: what belongs to the weights, else 224."`
}

func (t networkFlags) options() []network.Option {
	return []network.Option{network.Arch(t.Arch), network.ImageSize(t.ImageSize)}
}

// check says that exactly one of --run and --weights names the network.
func (t networkFlags) check() error {
	if (t.Run == "") == (t.Weights == "") {
		return usage(errors.New("name a network: either --run DIR, or --weights FILE"))
	}
	return nil
}

// open opens the network and its classes.
func (t trained) open() (*network.Network, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	options := t.options()
	if t.Classes != "" {
		names, err := runs.ReadClasses(t.Classes)
		if err != nil {
			return nil, badInput(err)
		}
		options = append(options, network.Classes(names...))
	}
	return t.openWith(network.Open, options)
}

// openBackbone opens the network for its features: without classes, and without a head where the weights have none.
func (t networkFlags) openBackbone() (*network.Network, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	return t.openWith(network.OpenBackbone, t.options())
}

// openWith opens the run, or the weights by open. Whatever is wrong with what the flags name is bad input.
func (t networkFlags) openWith(open func(string, ...network.Option) (*network.Network, error), options []network.Option) (*network.Network, error) {
	if t.Run != "" {
		open = network.OpenRun
	}
	net, err := open(cmp.Or(t.Run, t.Weights), options...)
	return net, badInput(err)
}

// predictor opens network and backend for prediction in batches.
func (t trained) predictor(c *commands, batchSize int) (*predict.Predictor, error) {
	net, err := t.open()
	if err != nil {
		return nil, err
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return nil, err
	}
	p, err := predict.New(b, net, predict.BatchSize(batchSize))
	return p, badInput(err)
}
