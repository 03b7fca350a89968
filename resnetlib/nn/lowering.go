package nn

import (
	"path/filepath"
	"strings"

	"resnetlab/internal/nativeconv"
)

// lowering says how a backend computes convolutions and max-pools. This file decides it, by backend, mode and shape, and no other does. What it
// says comes from times of single layers and whole networks, measured with `resnetlab bench`.
type lowering struct {
	convolve func(c convolving, x, w *Node) *Node
	maxPool  func(x *Node, window, stride, pad int) *Node
}

// convolving is the shape of a convolution: x [n, h, w, in], w [k, k, in/groups, out].
type convolving struct {
	n, h, w, in, k, stride, pad, groups int
	training                            bool
}

// lowerings are those of measured CPU backends.
var lowerings = map[string]lowering{
	"Go Backend": {convolveGo, maxPool2d},
	"xla":        {convolveXLA, slicedMaxPool},
}

// others is the lowering of a backend that was not measured, such as an accelerator: its own convolutions.
var others = lowering{convolving.native, slicedMaxPool}

// loweringOf returns a backend's line of the table. XLA has one name for all of its plugins: the plugin's own name tells the CPU from an accelerator.
func loweringOf(b interface{ Name() string }) lowering {
	if nativeconv.Used(b) {
		return lowering{convolving.nativeOnly, nativeMaxPool}
	}
	if xla, ok := b.(interface{ PluginName() string }); ok && !strings.Contains(strings.ToLower(filepath.Base(xla.PluginName())), "cpu") {
		return others
	}
	if l, ok := lowerings[b.Name()]; ok {
		return l
	}
	return others
}

// conv2d convolves by the lowering for this backend, mode and shape: x [N, H, W, in], w [k, k, in/groups, out] -> [N, (H+2*pad-k)/stride+1, ..., out].
func conv2d(x, w *Node, stride, pad, groups int) *Node {
	d := x.Shape().Dimensions
	c := convolving{d[0], d[1], d[2], d[3], w.Shape().Dimensions[0], stride, pad, groups, Training(x.Graph())}
	return loweringOf(x.Graph().Backend()).convolve(c, x, w)
}

// pool computes a max-pool by the lowering for this backend.
func pool(x *Node, window, stride, pad int) *Node {
	return loweringOf(x.Graph().Backend()).maxPool(x, window, stride, pad)
}

// convolveGo is for the Go backend, whose own convolution is a scalar loop. It does not depend on the mode: features of frozen layers, which are
// computed in evaluation, are the bits of the same layers in training.
func convolveGo(c convolving, x, w *Node) *Node {
	switch {
	case c.k == 1 && c.pad == 0 && c.groups == 1:
		return pointwise(x, w, c.stride)
	case c.suitsWinograd() && c.h >= tiny && c.h <= 56 && c.winogradSaves():
		return winograd(x, w, 4)
	}
	return gathered(x, w, c.stride, c.pad, c.groups)
}

// tiny is the height below which training does not use Winograd, on any backend, nor evaluation on the Go backend. In such a picture whole rows of
// the kernel see nothing but border, and their gradient is exactly 0. Winograd rounds it to about 1e-9, and Adam, which divides by the gradient's own
// size, makes a full step of that (golden all_trainable_bn_eval: 15 times PyTorch's noise with Winograd, a hundredth of the tolerance without).
const tiny = 7

// convolveXLA is for XLA on the processor without oneDNN. Wall time of the whole network without one lowering, as a multiple of that with all of them,
// forward / training step (batch 8, interleaved, two cores with AVX-512; 224 px unless said):
//
//	                  ResNet-18        ResNet-34    ResNet-50    ResNeXt-50
//	slicedWinograd    1.21 / 1.17      1.29 / 1.28  - / 1.13
//	slicedColumns     - / 1.00                      - / 0.97
//	the same, 48 px   - / 6.6
//	slicedPointwise   1.06 / 1.04      0.99 / 1.00  1.01 / 1.64
//	grouped                                                      1.20 / 1.04
//	slicedMaxPool     1.04 / 1.07
//
// A lowering stays that brings 10 % in one of them. slicedMaxPool does not here; it stays for training with oneDNN, see [nativeMaxPool].
func convolveXLA(c convolving, x, w *Node) *Node {
	highest := 56 // Winograd wins up to here
	if c.training {
		highest = 28
	}
	switch {
	case c.suitsWinograd() && c.h <= highest && (!c.training || c.h >= tiny):
		return slicedWinograd(x, w)
	case c.k == 3 && c.groups == 1 && c.training && c.h <= 14:
		return slicedColumns(x, w, c.stride, c.pad)
	case c.groups > 1:
		return grouped(x, w, c.stride, c.pad, c.groups)
	}
	return c.native(x, w)
}

// suitsWinograd tells whether Winograd computes the convolution, and has enough channels to win.
func (c convolving) suitsWinograd() bool {
	return c.k == 3 && c.stride == 1 && c.pad == 1 && c.groups == 1 && c.in >= 16
}

// winogradSaves tells whether F(4x4, 3x3) is faster than im2col for this number of pictures. For a pair of an input and an output channel it takes 36
// multiplications for each tile and 36*9 for the kernel's transform, which also is written to memory and read again and counts three times; the
// definition takes 9 for each pixel. Milliseconds of [N, 7, 7, 512] to 512 channels, Winograd / im2col, one picture and two: 5.0 / 2.4 and
// 5.3 / 3.6 with AVX-512 on two cores, 144 / 89 and 172 / 165 in WebAssembly.
func (c convolving) winogradSaves() bool {
	tiles := c.n * ((c.h + 3) / 4) * ((c.w + 3) / 4)
	return 36*tiles+3*36*9 < 9*c.n*c.h*c.w
}

// native leaves all but 1x1 convolutions to the backend.
func (c convolving) native(x, w *Node) *Node {
	if c.k == 1 && c.pad == 0 && c.groups == 1 {
		return slicedPointwise(x, w, c.stride)
	}
	return native(x, w, c.stride, c.pad, c.groups)
}

// nativeOnly leaves all convolutions to the backend, see package nativeconv.
func (c convolving) nativeOnly(x, w *Node) *Node {
	return nativeConvolution(x, w, c.stride, c.pad, c.groups)
}

// outSize is the height or width of a window operation's output.
func outSize(size, kernelSize, stride, pad int) int { return (size+2*pad-kernelSize)/stride + 1 }
