package models

import (
	"cmp"
	"reflect"

	"resnetlab/resnetlib/nn"
)

// Layer is one line of a summary: a layer, or in the tree also a block, a stage or the network.
type Layer struct {
	Name      string `json:"name"`  // "layer1.0.conv1"; "" for the network
	Kind      string `json:"kind"`  // "Conv2D", "Bottleneck"
	Depth     int    `json:"depth"` // in the tree of modules: 0 for the network, 1 for its parts
	Kernel    int    `json:"kernel,omitempty"`
	Stride    int    `json:"stride,omitempty"`
	Groups    int    `json:"groups,omitempty"`
	Output    []int  `json:"output"` // [N, H, W, C] or [N, C]
	Params    int    `json:"params"` // including those of its parts
	Trainable int    `json:"trainable"`
	MACs      int    `json:"macs"` // multiply-adds for one picture, of convolutions and fully connected layers, as torchvision counts

	module nn.Module
}

// describe asks a module what it is. A module that is no [nn.Describer] is no layer: blocks, stages and networks are counted by what is inside
// them. MACs are those of one output element.
func describe(m nn.Module) (l Layer, layer bool) {
	l = Layer{Name: m.Name(), Kind: kindOf(m), module: m}
	d, layer := m.(nn.Describer)
	if !layer {
		return l, false
	}
	is := d.Describe()
	l.Kind = cmp.Or(is.Kind, l.Kind)
	l.Kernel, l.Stride, l.Groups, l.MACs = is.Kernel, is.Stride, is.Groups, is.MACs
	l.count(is.Parameters...)
	return l, true
}

// kindOf returns the name of a module's type, as PyTorch prints it.
func kindOf(m nn.Module) string {
	t := reflect.TypeOf(m)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

func (l *Layer) count(parameters ...*nn.Parameter) {
	for _, p := range parameters {
		l.Params += p.Size()
		if p.RequiresGrad() {
			l.Trainable += p.Size()
		}
	}
}

// add adds the numbers of a part.
func (l *Layer) add(part Layer) {
	l.Params += part.Params
	l.Trainable += part.Trainable
	l.MACs += part.MACs
}
