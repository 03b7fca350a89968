package rewrite

import (
	"fmt"
	"slices"
)

// Kind is what is computed of a layer's convolution.
type Kind int

// The three kinds, with the operands of their calls. See [Conv] for what may follow a convolution.
const (
	Forward        Kind = iota // (x, kernel) -> y
	InputGradient              // (gradient of y, kernel) -> gradient of x
	KernelGradient             // (x, gradient of y) -> gradient of the kernel
)

// kinds has a name of each kind for messages, and the target of its custom call.
var kinds = [...]struct{ name, target string }{
	Forward:        {"convolution", "resnetlab.conv"},
	InputGradient:  {"gradient by input of convolution", "resnetlab.conv_input_gradient"},
	KernelGradient: {"gradient by kernel of convolution", "resnetlab.conv_kernel_gradient"},
}

// Kinds is the number of kinds.
const Kinds = len(kinds)

// String returns the name for messages.
func (k Kind) String() string { return kinds[k].name }

// Target returns the name that the custom call's handler is registered by.
func (k Kind) Target() string { return kinds[k].target }

// Conv describes a convolution of float32 values, x [Batch, In, InChannels] -> y [Batch, Out, OutChannels], or a gradient of it: the sizes are the
// layer's own in all three kinds.
type Conv struct {
	Kind                            Kind
	Layer                           string // name of the layer for messages; may be empty
	Batch                           int
	In, Out, Kernel, Strides        [2]int // height and width
	InChannels, OutChannels, Groups int
	Before, After                   [2]int // zeros above and left, below and right of x

	// KernelOI tells the order of the kernel's axes: [height, width, out/groups, in] where true, else [height, width, in/groups, out].
	KernelOI bool

	// What follows the convolution and is computed with it, in this order; a gradient has none of the three.
	Affine bool // y * scale + shift, a number for each channel of both: two more operands [1, 1, 1, OutChannels]
	Sum    bool // y + residual: one more operand [Batch, Out, OutChannels]
	ReLU   bool // max(0, y)
}

// Limits on what is passed on, far above what fits into memory: sums and products of sizes below them do not overflow.
const (
	maxSize     = 1 << 20
	maxElements = 1 << 40
)

// Check returns an error for sizes that contradict each other.
func (c Conv) Check() error {
	sizes := []int{c.Batch, c.In[0], c.In[1], c.Out[0], c.Out[1], c.Kernel[0], c.Kernel[1], c.Strides[0], c.Strides[1], c.InChannels, c.OutChannels, c.Groups}
	if slices.Min(sizes) < 1 || slices.Max(sizes) > maxSize {
		return fmt.Errorf("%s: a size is not from 1 to %d", c, maxSize)
	}
	if c.InChannels%c.Groups != 0 || c.OutChannels%c.Groups != 0 {
		return fmt.Errorf("%s: the channels are no multiples of the groups", c)
	}
	for axis := range 2 {
		if p := []int{c.Before[axis], c.After[axis]}; slices.Min(p) < 0 || slices.Max(p) >= c.Kernel[axis] {
			return fmt.Errorf("%s: a padding is negative, or not smaller than the kernel", c)
		}
		room := c.In[axis] + c.Before[axis] + c.After[axis] - c.Kernel[axis]
		if room < 0 || room/c.Strides[axis]+1 != c.Out[axis] {
			return fmt.Errorf("%s: the output's size does not follow from the input, the padding, the kernel and the stride", c)
		}
	}
	if c.Kind != Forward && (c.Affine || c.Sum || c.ReLU) {
		return fmt.Errorf("%s: something follows a gradient", c)
	}
	x, k, y := c.shapes()
	for _, s := range [][]int{x, k, y} {
		if s[0]*s[1] > maxElements/s[2]/s[3] {
			return fmt.Errorf("%s: too large", c)
		}
	}
	return nil
}

// shapes returns the shapes of x, of the kernel in its own order, and of y.
func (c Conv) shapes() (x, kernel, y []int) {
	kernel = []int{c.Kernel[0], c.Kernel[1], c.InChannels / max(c.Groups, 1), c.OutChannels}
	if c.KernelOI {
		kernel = []int{c.Kernel[0], c.Kernel[1], c.OutChannels / max(c.Groups, 1), c.InChannels}
	}
	return []int{c.Batch, c.In[0], c.In[1], c.InChannels}, kernel, []int{c.Batch, c.Out[0], c.Out[1], c.OutChannels}
}

// Shapes returns the shapes of the call's operands and of its result: those of [Kind], scale and shift, residual.
func (c Conv) Shapes() (operands [][]int, result []int) {
	x, kernel, y := c.shapes()
	switch c.Kind {
	case InputGradient:
		return [][]int{y, kernel}, x
	case KernelGradient:
		return [][]int{x, y}, kernel
	}
	operands = [][]int{x, kernel}
	if c.Affine {
		channels := []int{1, 1, 1, c.OutChannels}
		operands = append(operands, channels, channels)
	}
	if c.Sum {
		operands = append(operands, y)
	}
	return operands, y
}

// Numbers is the length of [Conv.Numbers].
const Numbers = 20

// Numbers returns what the handler is told, in the order of conv_shape in conv.h.
func (c Conv) Numbers() [Numbers]int64 {
	flag := func(set bool) int {
		if set {
			return 1
		}
		return 0
	}
	var v [Numbers]int64
	for i, n := range [Numbers]int{c.Batch, c.In[0], c.In[1], c.InChannels, c.Out[0], c.Out[1], c.OutChannels, c.Kernel[0], c.Kernel[1],
		c.Strides[0], c.Strides[1], c.Before[0], c.Before[1], c.After[0], c.After[1], c.Groups, flag(c.KernelOI),
		flag(c.Affine), flag(c.Sum), flag(c.ReLU)} {
		v[i] = int64(n)
	}
	return v
}

// String describes the convolution in one line, with the layer's name.
func (c Conv) String() string {
	layer := ""
	if c.Layer != "" {
		layer = " " + c.Layer
	}
	return fmt.Sprintf("%s%s, %d x %dx%dx%d by %dx%d to %dx%dx%d, stride %dx%d, groups %d%s", c.Kind, layer,
		c.Batch, c.In[0], c.In[1], c.InChannels, c.Kernel[0], c.Kernel[1], c.Out[0], c.Out[1], c.OutChannels, c.Strides[0], c.Strides[1], c.Groups, c.after())
}

// after describes what follows the convolution.
func (c Conv) after() string {
	text := ""
	if c.Affine {
		text += ", scale and shift"
	}
	if c.Sum {
		text += ", sum"
	}
	if c.ReLU {
		text += ", ReLU"
	}
	return text
}
