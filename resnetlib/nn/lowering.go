package nn

import (
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/internal/nativeconv"
)

// lowering says how a backend computes convolutions. This file decides it, by backend, mode and shape, and no other does. The numbers in the
// table come from times of single layers and whole networks, measured with `resnetlab bench`.
type lowering struct {
	native          bool    // whether the backend's own convolution is fast enough to use
	nativeOnly      bool    // whether no other is used, see package nativeconv
	winogradEval    heights // pictures for which a 3x3 convolution of stride 1 is computed by winograd, in evaluation
	winogradTrain   heights // the same in training
	winogradMinimum int     // least number of input channels for winograd
	gatherTrain     heights // pictures for which a 3x3 convolution is computed by gathered in training, where winograd does not
}

// heights is a range of picture heights in pixels, both ends included.
type heights struct{ min, max int }

func (r heights) contains(h int) bool { return r.min <= h && h <= r.max }

// tiny is the height below which training does not use Winograd, on any backend. In such a picture whole rows of the kernel see nothing but border,
// and their gradient is exactly 0. Winograd rounds it to about 1e-9, and Adam, which divides by the gradient's own size, makes a full step of
// that (golden all_trainable_bn_eval: 15 times PyTorch's noise with Winograd, a hundredth of the tolerance without).
const tiny = 7

// gatherTrain: XLA's own gradient of convolutions of small pictures is slow. Training step of ResNet-18, 48 px, batch 16, in seconds a picture:
// 0.009 to 0.011 with gathered, 0.013 with gathered for stride 1 alone, 0.017 with one product for each pixel of the kernel. By XLA itself, at
// 64 px: 0.20.
var lowerings = map[string]lowering{
	"Go Backend": {native: false, winogradEval: heights{1, 56}, winogradTrain: heights{tiny, 56}, winogradMinimum: 16},
	"xla":        {native: true, winogradEval: heights{1, 56}, winogradTrain: heights{tiny, 28}, winogradMinimum: 16, gatherTrain: heights{1, 14}},
}

// loweringOf returns a backend's line of the table; for a backend that was not measured, such as an accelerator, the backend's own convolution.
// XLA has one name for all of its plugins: the plugin's own name tells the CPU from an accelerator.
func loweringOf(b interface{ Name() string }) lowering {
	if nativeconv.Used(b) {
		return lowering{native: true, nativeOnly: true}
	}
	if xla, ok := b.(interface{ PluginName() string }); ok && !strings.Contains(strings.ToLower(filepath.Base(xla.PluginName())), "cpu") {
		return lowering{native: true}
	}
	if l, ok := lowerings[b.Name()]; ok {
		return l
	}
	return lowering{native: true}
}

// conv2d convolves by the lowering for this backend, mode and shape: x [N, H, W, in], w [k, k, in/groups, out] -> [N, (H+2*pad-k)/stride+1, ..., out].
func conv2d(x, w *Node, stride, pad, groups int) *Node {
	k, h, in := w.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[3]
	by := loweringOf(x.Graph().Backend())
	winogradFor, gatherFor := by.winogradEval, heights{}
	if Training(x.Graph()) {
		winogradFor, gatherFor = by.winogradTrain, by.gatherTrain
	}
	switch {
	case by.nativeOnly:
		return nativeConvolution(x, w, stride, pad, groups)
	case k == 1 && groups == 1:
		return pointwise(x, w, stride)
	case k == 3 && stride == 1 && pad == 1 && groups == 1 && in >= by.winogradMinimum && winogradFor.contains(h):
		return winograd(x, w)
	case !by.native || k == 3 && groups == 1 && gatherFor.contains(h):
		return gathered(x, w, stride, pad, groups)
	case groups > 1 && by.winogradMinimum > 0: // measured on XLA's CPU only
		return grouped(x, w, stride, pad, groups)
	}
	return native(x, w, stride, pad, groups)
}

// native is the backend's own convolution.
func native(x, w *Node, stride, pad, groups int) *Node {
	return graph.Convolve(x, w).Strides(stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).ChannelGroupCount(groups).Done()
}

// outSize is the height or width of a window operation's output.
func outSize(size, kernelSize, stride, pad int) int { return (size+2*pad-kernelSize)/stride + 1 }

// subsample takes the pixels (top+stride*i, left+stride*j): [N, H, W, C] -> [N, oh, ow, C].
func subsample(x *Node, top, left, stride, oh, ow int) *Node {
	return graph.Slice(x, graph.AxisRange(), graph.AxisRange(top, top+(oh-1)*stride+1).Stride(stride),
		graph.AxisRange(left, left+(ow-1)*stride+1).Stride(stride), graph.AxisRange())
}

// padded adds a border of pad pixels with the value around the picture.
func padded(x, value *Node, pad int) *Node {
	p := graph.PadAxis{Start: pad, End: pad}
	return graph.Pad(x, value, graph.PadAxis{}, p, p, graph.PadAxis{})
}

// maxPool2d is a maximum over shifted slices. Measured at [8, 112, 112, 64]: the gradient takes 15 ms on XLA's CPU, where that of XLA's own window
// reduction takes 112; forward it takes 33 ms on the Go backend, where its window reduction takes 630. In evaluation there is seldom a gradient:
// the window reduction takes 4 ms of the processor there, the slices 10.
func maxPool2d(x *Node, window, stride, pad int) *Node {
	if loweringOf(x.Graph().Backend()).nativeOnly && !Training(x.Graph()) {
		return graph.MaxPool(x).Window(window).Strides(stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).Done()
	}
	d := x.Shape().Dimensions
	oh, ow := outSize(d[1], window, stride, pad), outSize(d[2], window, stride, pad)
	x = padded(x, graph.Infinity(x.Graph(), x.DType(), -1), pad)
	var y *Node
	for i := range window {
		for j := range window {
			s := subsample(x, i, j, stride, oh, ow)
			if y == nil {
				y = s
			} else {
				y = graph.Max(y, s)
			}
		}
	}
	return y
}
