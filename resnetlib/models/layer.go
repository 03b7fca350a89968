package models

import (
	"fmt"
	"reflect"

	"resnetlab/resnetlib/nn"
)

// Layer is one line of a summary: a layer, or in the tree also a module with its parts.
type Layer struct {
	Name      string `json:"name"`  // "layer1.0.conv1"; "" for the network
	Kind      string `json:"kind"`  // "Conv2D", "Bottleneck"
	Depth     int    `json:"depth"` // in the tree of modules: 0 for the network, 1 for its parts
	Kernel    int    `json:"kernel,omitempty"`
	Stride    int    `json:"stride,omitempty"`
	Groups    int    `json:"groups,omitempty"`
	Output    []int  `json:"output"` // [N, H, W, C] or [N, C]
	Params    int    `json:"params"` // with those of its parts
	Trainable int    `json:"trainable"`
	MACs      int    `json:"macs"` // multiply-adds of one picture, convolutions and fully connected layers alone, as torchvision counts

	module nn.Module
}

// describe says what a layer is; MACs are those of one output element. Blocks, stages and the network are no layers: what they hold
// is counted where it stands.
func describe(m nn.Module) (l Layer, layer bool) {
	l = Layer{Name: m.Name(), Kind: kindOf(m), module: m}
	switch m := m.(type) {
	case *nn.Conv2D:
		l.Kernel, l.Stride, l.Groups = m.Kernel, m.Stride, m.Groups
		l.MACs = m.Kernel * m.Kernel * m.In / m.Groups
		l.count(m.Weight)
	case *nn.BatchNorm2D:
		l.count(m.Weight, m.Bias)
	case *nn.Linear:
		l.MACs = m.In
		l.count(m.Weight, m.Bias)
	case *nn.MaxPool2D:
		l.Kernel, l.Stride = m.Kernel, m.Stride
	case *nn.Dropout:
		l.Kind = fmt.Sprintf("Dropout %g", m.P)
	case *nn.ReLU, *nn.GlobalAvgPool, *nn.Identity:
	default:
		return l, false
	}
	return l, true
}

// kindOf is the name of a module's type, as PyTorch prints it.
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

// add counts a part's numbers as the module's own.
func (l *Layer) add(part Layer) {
	l.Params += part.Params
	l.Trainable += part.Trainable
	l.MACs += part.MACs
}
