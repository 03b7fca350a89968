package models

import (
	"fmt"

	"resnetlab/resnetlib/nn"
)

// Sequence is modules one after another, PyTorch's nn.Sequential: a part of a network. An empty one is the identity.
type Sequence []nn.Module

// Name returns "": a part of a network has no place of its own in the state dict.
func (s Sequence) Name() string { return "" }

// Forward calls each module on the output of the one before it. Hooks see the modules, not the sequence.
func (s Sequence) Forward(x *nn.Node) *nn.Node {
	for _, m := range s {
		x = m.Forward(x)
	}
	return x
}

// Split cuts the network before the child with the given name ("layer4", "fc"): tail(body(x)) is Forward(x). The parts share the network's modules;
// body before "fc" is the network whose fc PyTorch users replace by nn.Identity.
func (r *ResNet) Split(before string) (body, tail Sequence, err error) {
	children := r.Children()
	for i, m := range children {
		if m.Name() == before {
			return children[:i:i], children[i:], nil
		}
	}
	return nil, nil, fmt.Errorf("the network has no child %q to be cut before", before)
}

// Stage is torchvision's layer1 to layer4: blocks one after another.
type Stage struct {
	name   string
	Blocks []nn.Module
}

// newStage makes a number of blocks, of which the first has the stride and changes the number of channels.
func newStage(s *nn.Scope, in, planes, blocks, stride int, c Config) *Stage {
	kind := blockKinds[c.Block]
	stage := &Stage{name: s.Name()}
	for j := range blocks {
		stage.Blocks = append(stage.Blocks, kind.build(s.In("%d", j), in, planes, stride, c))
		in, stride = planes*kind.expansion, 1
	}
	return stage
}

// Name returns the stage's place in the network, "layer1".
func (s *Stage) Name() string { return s.name }

// Forward calls the blocks: [N, H, W, in] -> [N, H/stride, W/stride, out].
func (s *Stage) Forward(x *nn.Node) *nn.Node {
	return nn.Observe(s, Sequence(s.Blocks).Forward(x))
}
