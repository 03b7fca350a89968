package models

import (
	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/nn"
)

// conv3x3 makes a 3x3 convolution with a border of one pixel.
func conv3x3(s *nn.Scope, in, out, stride, groups int) *nn.Conv2D {
	return nn.NewConv2D(s, in, out, 3, stride, groups)
}

// conv1x1 makes a 1x1 convolution.
func conv1x1(s *nn.Scope, in, out, stride int) *nn.Conv2D {
	return nn.NewConv2D(s, in, out, 1, stride, 1)
}

// BasicBlock is the residual block of ResNet-18 and -34: two 3x3 convolutions and a shortcut (torchvision's BasicBlock).
type BasicBlock struct {
	name         string
	Conv1, Conv2 *nn.Conv2D
	BN1, BN2     nn.Module
	ReLU         *nn.ReLU
	Shortcut     nn.Module // IdentityShortcut, *Downsample or NoShortcut
}

// NewBasicBlock makes a block from in to planes channels. As in torchvision it has no groups and no width per group.
func NewBasicBlock(s *nn.Scope, in, planes, stride int) *BasicBlock {
	return newBasicBlock(s, in, planes, stride, Config{}.withDefaults())
}

func newBasicBlock(s *nn.Scope, in, planes, stride int, c Config) *BasicBlock {
	b := &BasicBlock{name: s.Name()}
	b.Conv1 = conv3x3(s.In("conv1"), in, planes, stride, 1)
	b.BN1 = c.Norm(s.In("bn1"), planes, 1)
	b.ReLU = nn.NewReLU(s.In("relu"))
	b.Conv2 = conv3x3(s.In("conv2"), planes, planes, 1, 1)
	b.BN2 = c.Norm(s.In("bn2"), planes, c.lastGamma())
	b.Shortcut = newShortcut(s, in, planes, stride, c)
	return b
}

// Name returns the block's place in the network, "layer1.0".
func (b *BasicBlock) Name() string { return b.name }

// Forward computes ReLU(main branch + shortcut): [N, H, W, in] -> [N, H/stride, W/stride, planes].
func (b *BasicBlock) Forward(x *nn.Node) *nn.Node {
	identity := b.Shortcut.Forward(x) // [N, H/stride, W/stride, planes]

	out := b.Conv1.Forward(x) // [N, H/stride, W/stride, planes]
	out = b.BN1.Forward(out)  // [N, H/stride, W/stride, planes]
	out = b.ReLU.Forward(out) // [N, H/stride, W/stride, planes]

	out = b.Conv2.Forward(out) // [N, H/stride, W/stride, planes]
	out = b.BN2.Forward(out)   // [N, H/stride, W/stride, planes]

	out = graph.Add(out, identity) // [N, H/stride, W/stride, planes]
	out = b.ReLU.Forward(out)      // [N, H/stride, W/stride, planes]
	return nn.Observe(b, out)
}

// Bottleneck is the residual block of ResNet-50 and deeper, ResNeXt and Wide ResNet: a 1x1 convolution to fewer channels, a 3x3, and a 1x1 to four
// times the planes. The stride is on the 3x3 as in torchvision, where the paper has it on the first 1x1: "ResNet v1.5", about half a
// point more accurate (https://ngc.nvidia.com/catalog/model-scripts/nvidia:resnet_50_v1_5_for_pytorch).
type Bottleneck struct {
	name                string
	Conv1, Conv2, Conv3 *nn.Conv2D
	BN1, BN2, BN3       nn.Module
	ReLU                *nn.ReLU
	Shortcut            nn.Module // IdentityShortcut, *Downsample or NoShortcut
}

// Expansion is the ratio of a bottleneck's output channels to its planes.
const Expansion = 4

// NewBottleneck makes a block from in to 4*planes channels. The 3x3 has planes*widthPerGroup/64*groups channels in groups.
func NewBottleneck(s *nn.Scope, in, planes, stride, groups, widthPerGroup int) *Bottleneck {
	return newBottleneck(s, in, planes, stride, Config{Groups: groups, WidthPerGroup: widthPerGroup}.withDefaults())
}

func newBottleneck(s *nn.Scope, in, planes, stride int, c Config) *Bottleneck {
	width := planes * c.WidthPerGroup / 64 * c.Groups // int(planes * (base_width / 64.0)) * groups
	out := planes * Expansion
	b := &Bottleneck{name: s.Name()}
	b.Conv1 = conv1x1(s.In("conv1"), in, width, 1)
	b.BN1 = c.Norm(s.In("bn1"), width, 1)
	b.Conv2 = conv3x3(s.In("conv2"), width, width, stride, c.Groups)
	b.BN2 = c.Norm(s.In("bn2"), width, 1)
	b.Conv3 = conv1x1(s.In("conv3"), width, out, 1)
	b.BN3 = c.Norm(s.In("bn3"), out, c.lastGamma())
	b.ReLU = nn.NewReLU(s.In("relu"))
	b.Shortcut = newShortcut(s, in, out, stride, c)
	return b
}

// Name returns the block's place in the network, "layer1.0".
func (b *Bottleneck) Name() string { return b.name }

// Forward computes ReLU(main branch + shortcut): [N, H, W, in] -> [N, H/stride, W/stride, 4*planes].
func (b *Bottleneck) Forward(x *nn.Node) *nn.Node {
	identity := b.Shortcut.Forward(x) // [N, H/stride, W/stride, 4*planes]

	out := b.Conv1.Forward(x) // [N, H, W, width]
	out = b.BN1.Forward(out)  // [N, H, W, width]
	out = b.ReLU.Forward(out) // [N, H, W, width]

	out = b.Conv2.Forward(out) // [N, H/stride, W/stride, width]
	out = b.BN2.Forward(out)   // [N, H/stride, W/stride, width]
	out = b.ReLU.Forward(out)  // [N, H/stride, W/stride, width]

	out = b.Conv3.Forward(out) // [N, H/stride, W/stride, 4*planes]
	out = b.BN3.Forward(out)   // [N, H/stride, W/stride, 4*planes]

	out = graph.Add(out, identity) // [N, H/stride, W/stride, 4*planes]
	out = b.ReLU.Forward(out)      // [N, H/stride, W/stride, 4*planes]
	return nn.Observe(b, out)
}

// BlockKind says which block a network is made of, torchvision's argument block.
type BlockKind int

// The kinds of block.
const (
	BlockBasic      BlockKind = iota // BasicBlock
	BlockBottleneck                  // Bottleneck
)

// blockKinds is what a network needs to know of each kind.
var blockKinds = [...]struct {
	name      string
	expansion int // ratio of output channels to planes
	build     func(s *nn.Scope, in, planes, stride int, c Config) nn.Module
}{
	BlockBasic: {"BasicBlock", 1, func(s *nn.Scope, in, planes, stride int, c Config) nn.Module {
		return newBasicBlock(s, in, planes, stride, c)
	}},
	BlockBottleneck: {"Bottleneck", Expansion, func(s *nn.Scope, in, planes, stride int, c Config) nn.Module {
		return newBottleneck(s, in, planes, stride, c)
	}},
}

// String returns the block's type, "BasicBlock".
func (k BlockKind) String() string { return blockKinds[k].name }
