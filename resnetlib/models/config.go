package models

import (
	"fmt"
	"slices"

	"resnetlab/resnetlib/nn"
)

// Norm makes the layer that follows a convolution, with its weight starting at gamma: torchvision's argument norm_layer.
type Norm func(s *nn.Scope, channels int, gamma float32) nn.Module

// BatchNorm makes torchvision's norm.
func BatchNorm(s *nn.Scope, channels int, gamma float32) nn.Module {
	return nn.NewBatchNorm2D(s, channels, gamma)
}

// NoNorm makes an identity in place of the norm, to show what the norm is good for.
func NoNorm(s *nn.Scope, _ int, _ float32) nn.Module { return nn.NewIdentity(s) }

// Stem is the network's first part: a convolution and, where MaxPool is set, a 3x3 max-pool of stride 2.
type Stem struct {
	Kernel, Stride int
	MaxPool        bool
}

// The stems of He et al., sections 3.3 and 4.2.
var (
	ImageNetStem = Stem{Kernel: 7, Stride: 2, MaxPool: true} // a picture of 224x224 becomes 56x56
	CIFARStem    = Stem{Kernel: 3, Stride: 1}                // keeps height and width
)

// Config describes a network; torchvision's ten are [Variants]. Zero values stand for torchvision's defaults.
type Config struct {
	Block            BlockKind // BlockBasic
	Layers           []int     // number of blocks in each stage; every stage but the first halves height and width
	Groups           int       // of the 3x3 convolutions, 1: ResNeXt's cardinality
	WidthPerGroup    int       // channels of a group at 64 planes, 64
	Planes           int       // of the first stage, 64; each further stage has twice as many
	Stem             Stem      // ImageNetStem
	Norm             Norm      // BatchNorm
	NumClasses       int       // 1000
	NoTop            bool      // no average pool and no fc: the output is a map of features (include_top=False in the study notes)
	Plain            bool      // no shortcuts: the plain networks of He et al., section 3.3
	Dropout          float64   // probability of a dropout before fc, 0; torchvision's networks have none
	ZeroInitResidual bool      // the last norm of each block starts with weight 0, so each block starts as its shortcut (arXiv:1706.02677)
}

func (c Config) withDefaults() Config {
	or := func(v *int, value int) {
		if *v == 0 {
			*v = value
		}
	}
	or(&c.Groups, 1)
	or(&c.WidthPerGroup, 64)
	or(&c.Planes, 64)
	or(&c.NumClasses, 1000)
	if c.Stem == (Stem{}) {
		c.Stem = ImageNetStem
	}
	if c.Norm == nil {
		c.Norm = BatchNorm
	}
	return c
}

// lastGamma is the initial weight of a block's last norm.
func (c Config) lastGamma() float32 {
	if c.ZeroInitResidual {
		return 0
	}
	return 1
}

// check refuses what torchvision's blocks refuse, and numbers that make no network.
func (c Config) check() error {
	switch {
	case c.Block < 0 || int(c.Block) >= len(blockKinds):
		return fmt.Errorf("no kind of block has the number %d: use BlockBasic or BlockBottleneck", int(c.Block))
	case c.Block == BlockBasic && (c.Groups != 1 || c.WidthPerGroup != 64):
		return fmt.Errorf("BasicBlock only supports groups=1 and width per group 64, not %d and %d", c.Groups, c.WidthPerGroup)
	case len(c.Layers) == 0:
		return fmt.Errorf("a network needs at least one stage of blocks")
	case slices.Min(c.Layers) < 1:
		return fmt.Errorf("a stage needs at least one block: %v", c.Layers)
	case c.NumClasses < 0:
		return fmt.Errorf("a network cannot have %d classes", c.NumClasses)
	case c.Stem.Kernel < 1 || c.Stem.Stride < 1:
		return fmt.Errorf("a stem needs a kernel and a stride of at least 1, not %d and %d", c.Stem.Kernel, c.Stem.Stride)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("dropout must be at least 0 and below 1, not %v", c.Dropout)
	case c.Groups < 1 || c.WidthPerGroup < 1 || c.Planes*c.WidthPerGroup < 64:
		return fmt.Errorf("%d groups of width %d at %d planes leave no channels", c.Groups, c.WidthPerGroup, c.Planes)
	}
	return nil
}
