package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/resnetlib/backend/stablehlo"
)

// convolutionName is the operation's name in a program.
const convolutionName = "stablehlo.convolution"

// match is a convolution of a program that a handler computes.
type match struct {
	Conv
	operations []*stablehlo.Operation // the convolution, and what follows it and is computed with it
	operands   []string               // of the call
}

// replaceConvolutions puts custom calls in the place of the function's convolutions that the handlers compute, and returns these. It begins with the
// last one: where two branches meet in a sum, that of the block itself takes the sum, and the shortcut is the residual.
func replaceConvolutions(f function) []Conv {
	found := matches(f)
	convs := make([]Conv, len(found))
	for i, m := range slices.Backward(found) {
		f.extend(&m)
		convs[i] = m.Conv
		f.Replace(m.operations, m.call())
	}
	return convs
}

// matches finds the convolutions that the handlers compute.
func matches(f function) []match {
	var found []match
	layers := map[string]string{} // by layerKey
	for _, o := range f.Operations {
		if c, ok := readConvolution(o); ok {
			if m, ok := f.match(o, c, layers); ok {
				found = append(found, m)
			}
		}
	}
	return found
}

// match finds out what the convolution computes. ok is false where no handler computes it.
func (f function) match(o *stablehlo.Operation, c convolution, layers map[string]string) (m match, ok bool) {
	m = match{operations: []*stablehlo.Operation{o}, operands: slices.Clone(o.Operands)}
	lhs, rhs := o.Operands[0], o.Operands[1]
	switch c.dimensions {
	case "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]", "[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]":
		if kernel, is := f.reversed(rhs); is {
			if m.Conv, ok = c.inputGradient(); ok {
				rhs = kernel
			}
		}
		if !ok {
			m.Conv, ok = c.forward()
		}
		m.Layer = layerOf(rhs)
	case "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]":
		m.Conv, ok = c.kernelGradient()
		m.Layer = layers[layerKey(lhs, m.Conv)]
	}
	if ok && m.Kind == Forward {
		layers[layerKey(lhs, m.Conv)] = m.Layer
	}
	m.operands[1] = rhs
	return m, ok && m.Check() == nil
}

// reversed returns the kernel that value is, turned by 180 degrees.
func (f function) reversed(value string) (kernel string, ok bool) {
	o := f.Definition(value)
	if o == nil || o.Name != "stablehlo.reverse" || len(o.Operands) != 1 || o.Attributes["dimensions"] != "array<i64: 0, 1>" {
		return "", false
	}
	return o.Operands[0], true
}

// layerKey is what a convolution and the gradient by its kernel have in common.
func layerKey(input string, c Conv) string {
	_, kernel, _ := c.shapes()
	return fmt.Sprint(input, kernel)
}

// layerOf returns a layer's name from its kernel's: "%_resnet_layer1_0_conv1_weight", a parameter of the program, gives "resnet_layer1_0_conv1".
// A kernel that is computed has a number.
func layerOf(kernel string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(kernel, "%"), "_"), "_weight")
}

// ones is the value of strides and dilations that do nothing.
var ones = []int{1, 1}

// forward reads o as a layer's own convolution.
func (o convolution) forward() (Conv, bool) {
	x, k, y := o.shapes[0], o.shapes[1], o.shapes[2]
	c := Conv{Kind: Forward, Batch: x[0], In: [2]int(x[1:]), InChannels: x[3], Out: [2]int(y[1:]), OutChannels: y[3], Kernel: [2]int(k),
		Strides: [2]int(o.strides), Before: o.before, Groups: o.featureGroups, KernelOI: o.swapped()}
	plain := o.batchGroups == 1 && slices.Equal(o.lhsDilation, ones) && slices.Equal(o.rhsDilation, ones)
	return c.fit(o, plain && o.follows(c.In, c.Kernel, c.Out))
}

// inputGradient reads o as the gradient by a layer's input: the gradient of y, spread by the stride, with the kernel turned by 180 degrees
// (Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, section 4).
func (o convolution) inputGradient() (Conv, bool) {
	y, k, x := o.shapes[0], o.shapes[1], o.shapes[2]
	c := Conv{Kind: InputGradient, Batch: x[0], In: [2]int(x[1:]), InChannels: x[3], Out: [2]int(y[1:]), OutChannels: y[3], Kernel: [2]int(k),
		Strides: [2]int(o.lhsDilation), Groups: o.featureGroups, KernelOI: !o.swapped()}
	for axis := range 2 {
		c.Before[axis] = c.Kernel[axis] - 1 - o.before[axis]
	}
	plain := o.batchGroups == 1 && slices.Equal(o.strides, ones) && slices.Equal(o.rhsDilation, ones)
	return c.fit(o, plain && o.follows(c.Out, c.Kernel, c.In))
}

// kernelGradient reads o as the gradient by a layer's kernel: x with the gradient of y, spread by the stride, as the kernel.
func (o convolution) kernelGradient() (Conv, bool) {
	x, y, k := o.shapes[0], o.shapes[1], o.shapes[2]
	c := Conv{Kind: KernelGradient, Batch: x[0], In: [2]int(x[1:]), InChannels: x[3], Out: [2]int(y[1:]), OutChannels: y[3], Kernel: [2]int(k),
		Strides: [2]int(o.rhsDilation), Before: o.before, Groups: o.batchGroups}
	plain := o.featureGroups == 1 && slices.Equal(o.strides, ones) && slices.Equal(o.lhsDilation, ones)
	return c.fit(o, plain && o.follows(c.In, c.Out, c.Kernel))
}

// swapped reports whether the kernel's axes are [0, 1, o, i].
func (o convolution) swapped() bool { return strings.Contains(o.dimensions, "x[0, 1, o, i]") }

// follows reports whether the result's height and width follow from those of the operands and the attributes. XLA's own error for a program that
// is wrong must not be lost.
func (o convolution) follows(lhs, rhs, result [2]int) bool {
	for axis := range 2 {
		room := (lhs[axis]-1)*o.lhsDilation[axis] + o.before[axis] + o.after[axis] - (rhs[axis]-1)*o.rhsDilation[axis]
		if room < 0 || o.strides[axis] < 1 || room/o.strides[axis]+1 != result[axis] {
			return false
		}
	}
	return true
}

// fit sets the padding below and on the right to what the last pixel of y needs, and reports whether the operation is c. A program may pad more, or
// less than nothing: those pixels have no part in any result, since the sizes say how many results there are. With groups the shapes also tell which
// of the kernel's channel axes is divided.
func (c Conv) fit(o convolution, plain bool) (Conv, bool) {
	for axis := range 2 {
		c.After[axis] = max(0, (c.Out[axis]-1)*c.Strides[axis]+c.Kernel[axis]-c.In[axis]-c.Before[axis])
	}
	if !plain || c.Check() != nil {
		return c, false
	}
	operands, result := c.Shapes()
	return c, slices.Equal(operands[0], o.shapes[0]) && slices.Equal(operands[1], o.shapes[1]) && slices.Equal(result, o.shapes[2])
}

// call is the custom call's line.
func (m match) call() string {
	operands, result := m.Shapes()
	v := m.Numbers()
	c := customCall{target: m.Kind.Target(), layer: m.Layer, sizes: v[:], operands: m.operands, results: m.operations[len(m.operations)-1].Results[:1],
		resultShapes: [][]int{result}, operandShapes: operands}
	if m.Sum {
		c.attributes = fmt.Sprintf(sameMemory, len(operands)-1)
	}
	return c.line()
}

// sameMemory lets XLA give the result and the operand of this number the same memory: oneDNN adds to what is there.
const sameMemory = "output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = %d, operand_tuple_indices = []>], "
