package models

import (
	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/nn"
)

// The shortcut of a block is a module as well, so that a block adds it without asking which of the three it is: [IdentityShortcut],
// [Downsample] or [NoShortcut]. Only a projection has parameters and is seen by hooks.

// IdentityShortcut adds the block's input: the solid lines of He et al., figure 3.
type IdentityShortcut struct{}

// Name returns "": it has no place in the state dict.
func (IdentityShortcut) Name() string { return "" }

// Forward returns x.
func (IdentityShortcut) Forward(x *nn.Node) *nn.Node { return x }

// NoShortcut adds nothing: it makes a block plain (He et al., section 3.3), to show what the shortcut is good for.
type NoShortcut struct{}

// Name returns "": it has no place in the state dict.
func (NoShortcut) Name() string { return "" }

// Forward returns a scalar 0, which broadcasts to the shape of the main branch.
func (NoShortcut) Forward(x *nn.Node) *nn.Node { return graph.ScalarZero(x.Graph(), x.DType()) }

// Downsample is the projection shortcut, dashed in He et al., figure 3: a 1x1 convolution and a norm. It gives the block's input the main
// branch's shape where the stride or the number of channels changes it. The name is torchvision's.
type Downsample struct {
	name string
	Conv *nn.Conv2D // downsample.0 in the state dict
	BN   nn.Module  // downsample.1
}

// Name returns its place in the network, "layer2.0.downsample".
func (d *Downsample) Name() string { return d.name }

// Forward projects: [N, H, W, in] -> [N, H/stride, W/stride, out].
func (d *Downsample) Forward(x *nn.Node) *nn.Node {
	x = d.Conv.Forward(x) // [N, H/stride, W/stride, out]
	x = d.BN.Forward(x)   // [N, H/stride, W/stride, out]
	return nn.Observe(d, x)
}

// newShortcut chooses the shortcut of a block from in to out channels.
func newShortcut(block *nn.Scope, in, out, stride int, c Config) nn.Module {
	if c.Plain {
		return NoShortcut{}
	}
	if stride == 1 && in == out {
		return IdentityShortcut{}
	}
	s := block.In("downsample")
	return &Downsample{s.Name(), conv1x1(s.In("0"), in, out, stride), c.Norm(s.In("1"), out, 1)}
}
