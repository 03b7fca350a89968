package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/nn"
)

// Downsample is the projection shortcut, drawn dashed in the paper: a 1x1 convolution and a norm that give the shortcut the main branch's
// shape where stride or width change it.
type Downsample struct {
	name string
	Conv *nn.Conv2D // state dict: downsample.0
	BN   nn.Module  // downsample.1
}

func newDownsample(s *nn.Scope, in, out, stride int, norm Norm) *Downsample {
	return &Downsample{s.Name(), nn.NewConv2D(s.In("0"), in, out, 1, stride, 1), norm(s.In("1"), out, 1)}
}

func (d *Downsample) Name() string { return d.name }

func (d *Downsample) Forward(x *nn.Node) *nn.Node { // [N, H, W, in] -> [N, H/stride, W/stride, out]
	return nn.Observe(d, d.BN.Forward(d.Conv.Forward(x)))
}

// shortcut is the way past the main branch: the input itself, or projected where the shape changes; nil in a plain block.
func shortcut(x *nn.Node, d *Downsample, plain bool) *nn.Node {
	switch {
	case plain:
		return nil
	case d != nil:
		return d.Forward(x)
	}
	return x
}

// join adds the shortcut, if there is one.
func join(out, identity *nn.Node) *nn.Node {
	if identity == nil {
		return out
	}
	return graph.Add(out, identity)
}

// BasicBlock is the residual block of ResNet-18 and -34: two 3x3 convolutions and a shortcut (torchvision's BasicBlock).
type BasicBlock struct {
	name         string
	Conv1, Conv2 *nn.Conv2D
	BN1, BN2     nn.Module
	ReLU         *nn.ReLU
	Downsample   *Downsample // nil where the shortcut is the identity
	Plain        bool        // no shortcut
}

// NewBasicBlock makes a block from in to planes channels. As in torchvision it knows no groups and no width per group.
func NewBasicBlock(s *nn.Scope, in, planes, stride int) *BasicBlock {
	return newBasicBlock(s, in, planes, stride, Config{}.withDefaults())
}

func newBasicBlock(s *nn.Scope, in, planes, stride int, c Config) *BasicBlock {
	b := &BasicBlock{name: s.Name(), ReLU: nn.NewReLU(s.In("relu")), Plain: c.Plain}
	b.Conv1 = nn.NewConv2D(s.In("conv1"), in, planes, 3, stride, 1)
	b.BN1 = c.Norm(s.In("bn1"), planes, 1)
	b.Conv2 = nn.NewConv2D(s.In("conv2"), planes, planes, 3, 1, 1)
	b.BN2 = c.Norm(s.In("bn2"), planes, c.lastGamma())
	if !c.Plain && (stride != 1 || in != planes) {
		b.Downsample = newDownsample(s.In("downsample"), in, planes, stride, c.Norm)
	}
	return b
}

func (b *BasicBlock) Name() string { return b.name }

func (b *BasicBlock) Forward(x *nn.Node) *nn.Node { // [N, H, W, in]
	identity := shortcut(x, b.Downsample, b.Plain)           // [N, H/stride, W/stride, planes]
	out := b.ReLU.Forward(b.BN1.Forward(b.Conv1.Forward(x))) // [N, H/stride, W/stride, planes]
	out = b.BN2.Forward(b.Conv2.Forward(out))                // [N, H/stride, W/stride, planes]
	return nn.Observe(b, b.ReLU.Forward(join(out, identity)))
}

// Bottleneck squeezes with 1x1, works with 3x3 and expands with 1x1. The stride stands on the 3x3 as in torchvision, not on the first 1x1
// as in the paper: "ResNet v1.5", about half a point more accurate (https://ngc.nvidia.com/catalog/model-scripts/nvidia:resnet_50_v1_5_for_pytorch).
type Bottleneck struct {
	name                string
	Conv1, Conv2, Conv3 *nn.Conv2D
	BN1, BN2, BN3       nn.Module
	ReLU                *nn.ReLU
	Downsample          *Downsample // nil where the shortcut is the identity
	Plain               bool        // no shortcut
}

// Expansion is the ratio of a bottleneck's output channels to its planes.
const Expansion = 4

// NewBottleneck makes a block from in to 4*planes channels; the 3x3 works on planes*widthPerGroup/64*groups channels in groups.
func NewBottleneck(s *nn.Scope, in, planes, stride, groups, widthPerGroup int) *Bottleneck {
	return newBottleneck(s, in, planes, stride, Config{Groups: groups, WidthPerGroup: widthPerGroup}.withDefaults())
}

func newBottleneck(s *nn.Scope, in, planes, stride int, c Config) *Bottleneck {
	width := planes * c.WidthPerGroup / 64 * c.Groups // int(planes * (base_width / 64.0)) * groups
	out := planes * Expansion
	b := &Bottleneck{name: s.Name(), ReLU: nn.NewReLU(s.In("relu")), Plain: c.Plain}
	b.Conv1 = nn.NewConv2D(s.In("conv1"), in, width, 1, 1, 1)
	b.BN1 = c.Norm(s.In("bn1"), width, 1)
	b.Conv2 = nn.NewConv2D(s.In("conv2"), width, width, 3, stride, c.Groups)
	b.BN2 = c.Norm(s.In("bn2"), width, 1)
	b.Conv3 = nn.NewConv2D(s.In("conv3"), width, out, 1, 1, 1)
	b.BN3 = c.Norm(s.In("bn3"), out, c.lastGamma())
	if !c.Plain && (stride != 1 || in != out) {
		b.Downsample = newDownsample(s.In("downsample"), in, out, stride, c.Norm)
	}
	return b
}

func (b *Bottleneck) Name() string { return b.name }

func (b *Bottleneck) Forward(x *nn.Node) *nn.Node { // [N, H, W, in]
	identity := shortcut(x, b.Downsample, b.Plain)            // [N, H/stride, W/stride, 4*planes]
	out := b.ReLU.Forward(b.BN1.Forward(b.Conv1.Forward(x)))  // [N, H, W, width]
	out = b.ReLU.Forward(b.BN2.Forward(b.Conv2.Forward(out))) // [N, H/stride, W/stride, width]
	out = b.BN3.Forward(b.Conv3.Forward(out))                 // [N, H/stride, W/stride, 4*planes]
	return nn.Observe(b, b.ReLU.Forward(join(out, identity)))
}

// Block is the kind of block that a network is made of.
type Block int

const (
	Basic Block = iota
	Bottle
)

func (b Block) String() string { return [...]string{"BasicBlock", "Bottleneck"}[b] }

// expansion is the ratio of a block's output channels to its planes.
func (b Block) expansion() int { return [...]int{1, Expansion}[b] }

func (b Block) build(s *nn.Scope, in, planes, stride int, c Config) nn.Module {
	if b == Basic {
		return newBasicBlock(s, in, planes, stride, c)
	}
	return newBottleneck(s, in, planes, stride, c)
}

// check refuses what torchvision's blocks refuse.
func (c Config) check() error {
	switch {
	case c.Block == Basic && (c.Groups != 1 || c.WidthPerGroup != 64):
		return fmt.Errorf("BasicBlock only supports groups=1 and width per group 64, not %d and %d", c.Groups, c.WidthPerGroup)
	case len(c.Layers) == 0:
		return fmt.Errorf("a network needs at least one stage of blocks")
	case slices.Min(c.Layers) < 1:
		return fmt.Errorf("a stage needs at least one block: %v", c.Layers)
	case c.NumClasses < 0:
		return fmt.Errorf("%d classes", c.NumClasses)
	case c.Stem.Kernel < 1 || c.Stem.Stride < 1:
		return fmt.Errorf("a stem needs a kernel and a stride from 1 on, not %d and %d", c.Stem.Kernel, c.Stem.Stride)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("dropout %v is not from 0 on and below 1", c.Dropout)
	case c.Groups < 1 || c.WidthPerGroup < 1 || c.Planes*c.WidthPerGroup < 64:
		return fmt.Errorf("%d groups of width %d at %d planes leave no channels", c.Groups, c.WidthPerGroup, c.Planes)
	}
	return nil
}
