package rewrite

import (
	"fmt"
	"strings"
)

// NormKind is what is computed of a layer's batch norm in training.
type NormKind int

// The kinds, with the operands and results of their calls.
const (
	NormForward  NormKind = iota // (x, scale, offset[, residual]) -> (y, mean, variance)
	NormGradient                 // (x, scale, mean, variance, gradient of y[, offset or y]) -> (gradients of x, scale, offset[, residual])
)

// normKinds has a name of each kind for messages, and the target of its custom call.
var normKinds = [...]struct{ name, target string }{
	NormForward:  {"batch norm", "resnetlab.norm"},
	NormGradient: {"gradient of batch norm", "resnetlab.norm_gradient"},
}

// NormKinds is the number of kinds.
const NormKinds = len(normKinds)

// String returns the name for messages.
func (k NormKind) String() string { return normKinds[k].name }

// Target returns the name that the custom call's handler is registered by.
func (k NormKind) Target() string { return normKinds[k].target }

// Follows is what is computed together with a batch norm, behind it.
type Follows int

// What may follow, in the order of norm.h.
const (
	Nothing Follows = iota
	ReLU
	AddReLU // the sum with a residual, and ReLU
)

var follows = [...]string{Nothing: "", ReLU: " and ReLU", AddReLU: ", sum and ReLU"}

// Norm describes a batch norm of float32 values by the statistics of the batch, x [..., Channels] -> y of the same shape, or its gradient.
type Norm struct {
	Kind             NormKind
	Layer            string // name of the layer for messages; may be empty
	Pixels, Channels int    // pixels of all pictures
	Follows          Follows
	Epsilon          string // added to the variance, as the program has it: "9.999999747378752e-06 : f32"
}

// NormNumbers is the length of [Norm.Numbers].
const NormNumbers = 3

// Numbers returns what the handler is told, in the order of norm_shape in norm.h.
func (n Norm) Numbers() [NormNumbers]int64 {
	return [NormNumbers]int64{int64(n.Pixels), int64(n.Channels), int64(n.Follows)}
}

// large reports for each operand and each result of the call whether it has all pixels, not one value a channel.
func (n Norm) large() (operands, results []bool) {
	results = []bool{true, false, false}
	if n.Kind == NormForward {
		operands = []bool{true, false, false}
		if n.Follows == AddReLU {
			operands = append(operands, true)
		}
		return operands, results
	}
	operands = []bool{true, false, false, false, true}
	switch n.Follows {
	case ReLU:
		operands = append(operands, false)
	case AddReLU:
		operands, results = append(operands, true), append(results, true)
	}
	return operands, results
}

// Sizes returns the number of values of each operand and each result.
func (n Norm) Sizes() (operands, results []int) {
	sizes := func(large []bool) (s []int) {
		for _, is := range large {
			size := n.Channels
			if is {
				size *= n.Pixels
			}
			s = append(s, size)
		}
		return s
	}
	in, out := n.large()
	return sizes(in), sizes(out)
}

// String describes the norm in one line, with the layer's name.
func (n Norm) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s%s %s, %d pixels of %d channels", n.Kind, follows[n.Follows], n.Layer, n.Pixels, n.Channels))
}
