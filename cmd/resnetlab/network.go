package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
)

// trained holds the flags that name a trained network with its classes: a run, or weights. Flags give what the weight file does not; a flag that
// contradicts it is an error.
type trained struct {
	networkFlags
	Classes string `help:"File class_indices.json with the classes of --weights. Published weights and runs have their own." placeholder:"FILE"`
}

// networkFlags holds the flags that name a network, with or without classes.
type networkFlags struct {
	Run       string `help:"Folder of a run, which has network, classes and preprocessing." placeholder:"DIR"`
	Weights   string `help:"Weights: a .pth or .safetensors file, the folder of a run, or a name that 'weights list' shows." placeholder:"FILE"`
	Arch      string `help:"Architecture of --weights. Without it: that of published weights, else resnet34."`
	ImageSize int    `help:"Side in pixels of the network's input. Without it: that of the weights, else 224."`
}

// options returns the options for opening the network.
func (t networkFlags) options() []network.Option {
	return []network.Option{network.Arch(t.Arch), network.ImageSize(t.ImageSize)}
}

// check returns an error unless exactly one of --run and --weights is given.
func (t networkFlags) check() error {
	if (t.Run == "") == (t.Weights == "") {
		return usage(errors.New("name the network with either --run DIR or --weights FILE"))
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

// openBackbone opens the network for its features: it needs no class names, and no head (the last layer) in the weights.
func (t networkFlags) openBackbone() (*network.Network, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	return t.openWith(network.OpenBackbone, t.options())
}

// openWith opens the network of --run with network.OpenRun, or that of --weights with open. Errors are of the input, except those about flags.
func (t networkFlags) openWith(open func(string, ...network.Option) (*network.Network, error), options []network.Option) (*network.Network, error) {
	if t.Run != "" {
		open = network.OpenRun
	}
	net, err := open(cmp.Or(t.Run, t.Weights), options...)
	if err != nil {
		return nil, badInput(err)
	}
	return net, nil
}

// predictor opens the network and the backend for the prediction of the given number of pictures.
func (t trained) predictor(c *commands, pictures, batchSize int) (*predict.Predictor, error) {
	net, err := t.open()
	if err != nil {
		return nil, err
	}
	b, err := c.openFor(net, pictures, batchSize)
	if err != nil {
		return nil, err
	}
	return predict.New(b, net, predict.BatchSize(batchSize))
}

// openFor opens the backend for a number of pictures that pass through the network in batches.
func (c *commands) openFor(net *network.Network, pictures, batchSize int) (compute.Backend, error) {
	b, _, err := c.openBackend(backend.Options{Work: forwardWork(net, pictures, batchSize)})
	return b, err
}

// forwardWork returns the work of passing pictures through the network in batches. The last batch takes as long as a full one.
func forwardWork(net *network.Network, pictures, batchSize int) backend.Work {
	w := workOf(net, (pictures+batchSize-1)/batchSize*batchSize)
	if w.MACs > 0 {
		w.Program = fmt.Sprintf("forward pass of %s, %d multiply-adds, batch %d, %d px", net.Arch, w.MACs, batchSize, net.Preset.Crop)
	}
	return w
}

// workOf returns the work of passing pictures through the network. It is not known for a network that its input does not fit: that is reported when
// the network computes.
func workOf(net *network.Network, pictures int) backend.Work {
	s, err := models.Summarize(net.ResNet, 1, net.Preset.Crop, net.Preset.Crop, 3)
	if err != nil {
		return backend.Work{}
	}
	return backend.Work{Pictures: pictures, MACs: s.MACs}
}
