package rewrite

import (
	"fmt"
	"slices"
	"strings"
)

// names is what a function's values are known to be.
type names struct {
	reversed map[string]string // value -> the kernel that it is, turned by 180 degrees
	layers   map[string]string // input of a convolution and shape of its kernel -> layer
}

func newNames() names { return names{reversed: map[string]string{}, layers: map[string]string{}} }

// forget drops what was known of a value whose name is given again, in another region.
func (n names) forget(value string) { delete(n.reversed, value) }

// replace returns the custom call for an operation that a handler computes.
func (n names) replace(o operation) (call string, c Conv, ok bool) {
	lhs, rhs := o.lhs, o.rhs
	switch o.dimensions {
	case "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]", "[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]":
		if kernel, is := n.reversed[rhs]; is {
			if c, ok = o.inputGradient(); ok {
				rhs = kernel
			}
		}
		if !ok {
			c, ok = o.forward()
		}
		c.Layer = layerOf(rhs)
	case "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]":
		c, ok = o.kernelGradient()
		c.Layer = n.layers[layerKey(lhs, c)]
	}
	if !ok || c.Check() != nil {
		return "", Conv{}, false
	}
	if c.Kind == Forward {
		n.layers[layerKey(lhs, c)] = c.Layer
	}
	return o.call(c, lhs, rhs), c, true
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
func (o operation) forward() (Conv, bool) {
	x, k, y := o.shapes[0], o.shapes[1], o.shapes[2]
	c := Conv{Kind: Forward, Batch: x[0], In: [2]int(x[1:]), InChannels: x[3], Out: [2]int(y[1:]), OutChannels: y[3], Kernel: [2]int(k),
		Strides: [2]int(o.strides), Before: o.before, Groups: o.featureGroups, KernelOI: o.swapped()}
	plain := o.batchGroups == 1 && slices.Equal(o.lhsDilation, ones) && slices.Equal(o.rhsDilation, ones)
	return c.fit(o, plain && o.follows(c.In, c.Kernel, c.Out))
}

// inputGradient reads o as the gradient by a layer's input: the gradient of y, spread by the stride, with the kernel turned by 180 degrees
// (Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, section 4).
func (o operation) inputGradient() (Conv, bool) {
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
func (o operation) kernelGradient() (Conv, bool) {
	x, y, k := o.shapes[0], o.shapes[1], o.shapes[2]
	c := Conv{Kind: KernelGradient, Batch: x[0], In: [2]int(x[1:]), InChannels: x[3], Out: [2]int(y[1:]), OutChannels: y[3], Kernel: [2]int(k),
		Strides: [2]int(o.rhsDilation), Before: o.before, Groups: o.batchGroups}
	plain := o.featureGroups == 1 && slices.Equal(o.strides, ones) && slices.Equal(o.lhsDilation, ones)
	return c.fit(o, plain && o.follows(c.In, c.Out, c.Kernel))
}

// swapped reports whether the kernel's axes are [0, 1, o, i].
func (o operation) swapped() bool { return strings.Contains(o.dimensions, "x[0, 1, o, i]") }

// follows reports whether the result's height and width follow from those of the operands and the attributes. XLA's own error for a program that
// is wrong must not be lost.
func (o operation) follows(lhs, rhs, result [2]int) bool {
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
func (c Conv) fit(o operation, plain bool) (Conv, bool) {
	for axis := range 2 {
		c.After[axis] = max(0, (c.Out[axis]-1)*c.Strides[axis]+c.Kernel[axis]-c.In[axis]-c.Before[axis])
	}
	if !plain || c.Check() != nil {
		return c, false
	}
	a, b, result := c.Shapes()
	return c, slices.Equal(a, o.shapes[0]) && slices.Equal(b, o.shapes[1]) && slices.Equal(result, o.shapes[2])
}

// rowMajor is the layout of an operand of four axes, the fastest axis first.
const rowMajor = "dense<[3, 2, 1, 0]> : tensor<4xindex>"

// call is the custom call's line.
func (o operation) call(c Conv, lhs, rhs string) string {
	v := c.Numbers()
	sizes := strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ", "), "[]")
	return fmt.Sprintf(`%s%s = "stablehlo.custom_call"(%s, %s) {call_target_name = %q, api_version = 4 : i32, `+
		`backend_config = {layer = %q, sizes = array<i64: %s>}, operand_layouts = [%s, %s], result_layouts = [%s]} : %s%s`,
		o.indentation, o.result, lhs, rhs, c.Kind.Target(), c.Layer, sizes, rowMajor, rowMajor, rowMajor, o.signature, o.end)
}
