package nn

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// nativeConvolution is the backend's own convolution, with a gradient that consists of such convolutions. See package nativeconv.
func nativeConvolution(x, w *Node, stride, pad, groups int) *Node {
	y := native(x, w, stride, pad, groups)
	if groups > 1 {
		model.SetGraphParam(y.Graph(), groupedKey(y), groupedSettings{stride, pad, groups})
	}
	return y
}

// nativeMaxPool is the backend's own window reduction in evaluation, where there is seldom a gradient: [8, 112, 112, 64] takes 4 ms of the processor,
// slices 10. Its gradient is slow, see [slicedMaxPool].
func nativeMaxPool(x *Node, window, stride, pad int) *Node {
	if Training(x.Graph()) {
		return slicedMaxPool(x, window, stride, pad)
	}
	return graph.MaxPool(x).Window(window).Strides(stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
}

// groupedSettings are the settings of a grouped convolution. A graph keeps them, since GoMLX does not show those of a node.
type groupedSettings struct{ stride, pad, groups int }

func groupedKey(y *Node) string { return fmt.Sprintf("/nn/grouped/%d", y.Id()) }

// GoMLX's gradient of a grouped convolution splits it into one convolution for each group. That of [nativeConvolution] is one operation for each
// operand; GoMLX has no other way to give a node of two operands a gradient of its own. On XLA without oneDNN it would be slower by seconds, and
// the Go backend cannot compute it.
func init() {
	former := graph.VJPRegistration[graph.NodeTypeConvGeneral]
	graph.VJPRegistration[graph.NodeTypeConvGeneral] = func(y *Node, v []*Node, shape shapes.Shape) []*Node {
		if settings, ok := model.GetGraphParam(y.Graph(), groupedKey(y)); ok {
			return settings.(groupedSettings).gradients(y, v[0])
		}
		return former(y, v, shape)
	}
}

// Axes of the convolutions that are gradients.
var (
	// axesNHWC: [N, H, W, in] by [k, k, in/groups, out] -> [N, H, W, out].
	axesNHWC = graph.ConvolveAxesConfig{InputBatch: 0, InputChannels: 3, InputSpatial: []int{1, 2}, KernelInputChannels: 2, KernelOutputChannels: 3,
		KernelSpatial: []int{0, 1}, OutputBatch: 0, OutputChannels: 3, OutputSpatial: []int{1, 2}}

	// axesKernel sums over the pictures: [N, H, W, in] by [N, oh, ow, out] -> [k, k, in/groups, out].
	axesKernel = graph.ConvolveAxesConfig{InputBatch: 3, InputChannels: 0, InputSpatial: []int{1, 2}, KernelInputChannels: 0, KernelOutputChannels: 3,
		KernelSpatial: []int{1, 2}, OutputBatch: 2, OutputChannels: 3, OutputSpatial: []int{0, 1}}
)

// gradients returns the gradients by the two operands of the grouped convolution y, x [N, H, W, in] and w [k, k, in/groups, out]; v is the
// gradient by y [N, oh, ow, out] (Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, section 4).
func (s groupedSettings) gradients(y, v *Node) []*Node {
	x, w := y.Inputs()[0], y.Inputs()[1]
	k, in, out := w.Shape().Dimensions[0], w.Shape().Dimensions[2], w.Shape().Dimensions[3]/s.groups
	var padX, padW [2][2]int
	for i := range 2 {
		size, spread := x.Shape().Dimensions[1+i], (v.Shape().Dimensions[1+i]-1)*s.stride // spread: places of v, with zeros between them, less 1
		padX[i] = [2]int{k - 1 - s.pad, size - 1 - spread + s.pad}
		padW[i] = [2]int{s.pad, k + spread - size - s.pad}
	}
	turned := graph.TransposeAllAxes(graph.Reshape(w, k, k, in, s.groups, out), 0, 1, 4, 3, 2)
	turned = graph.Reverse(graph.Reshape(turned, k, k, out, s.groups*in), 0, 1)
	strides := []int{s.stride, s.stride}
	return []*Node{
		graph.ConvGeneral(v, turned, axesNHWC, nil, padX[:], strides, nil, s.groups, 1),
		graph.ConvGeneral(x, v, axesKernel, nil, padW[:], nil, strides, 1, s.groups),
	}
}
