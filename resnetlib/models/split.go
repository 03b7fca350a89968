package models

import (
	"fmt"

	"resnetlab/resnetlib/nn"
)

// Sequence is modules one after the other, PyTorch's nn.Sequential: a part of a network.
type Sequence []nn.Module

// Name is "": a part of a network has no place of its own in the state dict.
func (s Sequence) Name() string { return "" }

// Forward gives each module what the one before it returned.
func (s Sequence) Forward(x *nn.Node) *nn.Node {
	for _, m := range s {
		x = m.Forward(x)
	}
	return x
}

// Split cuts the network before the child with the given name ("layer4", "fc"): tail(body(x)) is Forward(x). Its parts own nothing; the body
// before fc is the network whose fc is PyTorch's Identity.
func (r *ResNet) Split(before string) (body, tail Sequence, err error) {
	children := r.Children()
	for i, m := range children {
		if m.Name() == before {
			return children[:i], children[i:], nil
		}
	}
	return nil, nil, fmt.Errorf("the network has no child %q to be cut before", before)
}
