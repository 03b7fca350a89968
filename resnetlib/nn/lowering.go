package nn

import (
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// How a convolution is computed is decided here, by backend, mode and shape, and nowhere else. The numbers behind the table are
// milliseconds of one layer and of whole networks, taken with `resnetlab bench`; see each lowering for its own.
type lowering struct {
	native          bool // the backend's own convolution is worth using
	winogradEval    side // sides of the picture for which a 3x3, stride 1 convolution is lowered by Winograd
	winogradTrain   side
	winogradMinimum int  // least number of input channels for it
	gatherTrain     side // the same for gathered, where Winograd is not used
}

// side is a range of picture heights, both ends included.
type side struct{ min, max int }

func (s side) holds(h int) bool { return s.min <= h && h <= s.max }

// tiny is the height below which training does not use Winograd, on any backend. There whole rows of the kernel see nothing but border and their
// gradient is exactly 0: Winograd's rounding (1e-9) would be blown up to a full step by Adam, which divides by the gradient's own size (golden
// all_trainable_bn_eval: 15 times PyTorch's noise with Winograd, a hundredth of the tolerance without).
const tiny = 7

// gatherTrain: XLA's own gradient of convolutions of small pictures is slow (ResNet-18, 48 px, batch 16, training step: 0.009 to 0.011 s a
// picture with it, 0.013 where it is used for stride 1 alone; before, with a product for each place, 0.017; 64 px, by XLA itself, 0.20).
var lowerings = map[string]lowering{
	"Go Backend": {native: false, winogradEval: side{1, 56}, winogradTrain: side{tiny, 56}, winogradMinimum: 16},
	"xla":        {native: true, winogradEval: side{1, 56}, winogradTrain: side{tiny, 28}, winogradMinimum: 16, gatherTrain: side{1, 14}},
}

// loweringOf falls back on the backend's own convolution for a backend not measured, an accelerator above all: XLA has one name for all of its
// plugins, which are told apart by their own.
func loweringOf(b interface{ Name() string }) lowering {
	if xla, ok := b.(interface{ PluginName() string }); ok && !strings.Contains(strings.ToLower(filepath.Base(xla.PluginName())), "cpu") {
		return lowering{native: true}
	}
	if l, ok := lowerings[b.Name()]; ok {
		return l
	}
	return lowering{native: true}
}

// conv2d: x [N, H, W, in], w [k, k, in/groups, out] -> [N, (H+2*pad-k)/stride+1, ..., out].
func conv2d(x, w *Node, stride, pad, groups int) *Node {
	k, h, in := w.Shape().Dimensions[0], x.Shape().Dimensions[1], x.Shape().Dimensions[3]
	by := loweringOf(x.Graph().Backend())
	sides, gather := by.winogradEval, side{}
	if Training(x.Graph()) {
		sides, gather = by.winogradTrain, by.gatherTrain
	}
	switch {
	case k == 1 && groups == 1:
		return pointwise(x, w, stride)
	case k == 3 && stride == 1 && pad == 1 && groups == 1 && in >= by.winogradMinimum && sides.holds(h):
		return winograd(x, w)
	case !by.native || k == 3 && groups == 1 && gather.holds(h):
		return gathered(x, w, stride, pad, groups)
	case groups > 1 && by.winogradMinimum > 0: // measured on XLA's CPU only
		return grouped(x, w, stride, pad, groups)
	}
	return graph.Convolve(x, w).Strides(stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).ChannelGroupCount(groups).Done()
}

func outSize(size, kernelSize, stride, pad int) int { return (size+2*pad-kernelSize)/stride + 1 }

// subsample takes the pixels (top+stride*i, left+stride*j): [N, H, W, C] -> [N, oh, ow, C].
func subsample(x *Node, top, left, stride, oh, ow int) *Node {
	return graph.Slice(x, graph.AxisRange(), graph.AxisRange(top, top+(oh-1)*stride+1).Stride(stride),
		graph.AxisRange(left, left+(ow-1)*stride+1).Stride(stride), graph.AxisRange())
}

// padded adds a border of the value around the picture.
func padded(x, value *Node, pad int) *Node {
	p := graph.PadAxis{Start: pad, End: pad}
	return graph.Pad(x, value, graph.PadAxis{}, p, p, graph.PadAxis{})
}

// maxPool2d is a maximum over shifted slices. The window reduction of XLA's CPU is as fast forward, but its gradient takes 112 ms where
// this one takes 15; the Go backend's takes 630 ms forward, this one 33 ([8, 112, 112, 64]).
func maxPool2d(x *Node, window, stride, pad int) *Node {
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
