package rewrite

import (
	"strings"

	"resnetlab/resnetlib/backend/stablehlo"
)

// extend takes what follows the convolution into its call: a scale and a shift for each channel (a batch norm in evaluation), a sum, a ReLU. An
// operation is taken only if nothing else uses the value before it: a hook that looks at that value keeps it in the program.
func (f function) extend(m *match) {
	if m.Kind != Forward || !f.takeAffine(m) {
		return
	}
	f.takeSum(m)
	f.takeReLU(m)
}

// y is the result of what m computes.
func (m *match) y() string { return m.operations[len(m.operations)-1].Results[0] }

// follower returns the only operation that uses the value, if it has this name and the value and another one of the same type as operands, and that
// other value.
func (f function) follower(value, name string) (o *stablehlo.Operation, other string) {
	o = f.OnlyUser(value, name)
	if o == nil || len(o.Operands) != 2 || len(o.Results) != 1 || o.OperandTypes[0] != o.ResultTypes[0] || o.OperandTypes[1] != o.ResultTypes[0] {
		return nil, ""
	}
	if o.Operands[0] == value {
		return o, o.Operands[1]
	}
	return o, o.Operands[0]
}

// takeAffine takes a multiplication and an addition of channels. Others than both together are left to XLA.
func (f function) takeAffine(m *match) bool {
	multiply, by := f.follower(m.y(), "stablehlo.multiply")
	scale, ok := f.channels(by, m.OutChannels)
	if multiply == nil || !ok {
		return false
	}
	add, by := f.follower(multiply.Results[0], "stablehlo.add")
	shift, ok := f.channels(by, m.OutChannels)
	if add == nil || !ok {
		return false
	}
	m.Affine = true
	m.operations = append(m.operations, multiply, add)
	m.operands = append(m.operands, scale, shift)
	return true
}

// takeSum takes the addition of a shortcut. One of 0, in a network without shortcuts, is nothing to compute.
func (f function) takeSum(m *match) {
	add, residual := f.follower(m.y(), "stablehlo.add")
	if add == nil {
		return
	}
	m.operations = append(m.operations, add)
	if !f.isZero(residual) {
		m.Sum = true
		m.operands = append(m.operands, residual)
	}
}

// takeReLU takes a maximum with 0.
func (f function) takeReLU(m *match) {
	if maximum, other := f.follower(m.y(), "stablehlo.maximum"); maximum != nil && f.isZero(other) {
		m.ReLU = true
		m.operations = append(m.operations, maximum)
	}
}

// channels returns the value [1, 1, 1, C] that a value [N, H, W, C] repeats.
func (f function) channels(value string, n int) (vector string, ok bool) {
	o := f.Definition(value)
	if o == nil || o.Name != "stablehlo.broadcast_in_dim" || o.Attributes["broadcast_dimensions"] != "array<i64: 0, 1, 2, 3>" ||
		len(o.Operands) != 1 || o.OperandTypes[0] != typeOf([]int{1, 1, 1, n}) {
		return "", false
	}
	return o.Operands[0], true
}

// isZero reports whether a value is 0 everywhere.
func (f function) isZero(value string) bool {
	o := f.Definition(value)
	if o != nil && o.Name == "stablehlo.broadcast_in_dim" && len(o.Operands) == 1 {
		o = f.Definition(o.Operands[0])
	}
	return o != nil && o.Name == "stablehlo.constant" && strings.HasPrefix(o.Attributes["value"], "dense<0.0> : ")
}
