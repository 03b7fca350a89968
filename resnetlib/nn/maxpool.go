package nn

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// maxPool2d is a maximum over each row of a window, then over these, so that of equal numbers the first in reading order has the gradient, as in
// PyTorch. [8, 112, 112, 64] on the Go backend: its own window reduction takes 630 ms, and its gradient more.
func maxPool2d(x *Node, window, stride, pad int) *Node {
	d := x.Shape().Dimensions
	oh, ow := outSize(d[1], window, stride, pad), outSize(d[2], window, stride, pad)
	x = bordered(x, math.Inf(-1), pad, pad, pad, pad)
	x = maxAlong(graph.Reshape(x, d[0]*(d[1]+2*pad), d[2]+2*pad, d[3]), window, stride)
	x = maxAlong(graph.Reshape(x, d[0], d[1]+2*pad, ow*d[3]), window, stride)
	return graph.Reshape(x, d[0], oh, ow, d[3])
}

// maxAlong takes the maximum of every k places of axis 1, stride places apart: [A, L, B] -> [A, (L-k)/stride+1, B].
func maxAlong(x *Node, k, stride int) *Node {
	d := x.Shape().Dimensions
	out := (d[1]-k)/stride + 1
	places := make([]*Node, k) // of each window the first, the second, ...: [A, out, B]
	for i := range k {
		var starts []int32
		for j := range d[0] * out {
			starts = append(starts, int32((j/out*d[1]+j%out*stride+i)*d[2]))
		}
		places[i] = graph.Reshape(copyRuns(x, starts, d[2]), d[0], out, d[2])
	}
	y := places[0]
	for _, place := range places[1:] {
		y = graph.Max(y, place)
	}
	return withGradient(y, func(v *Node) []*Node { return []*Node{spreadMaxima(winners(places, y, v), stride, d[1])} }, x)
}

// winners gives the gradient of each window to the first of its places that is the maximum, as PyTorch does, and 0 to the others.
func winners(places []*Node, y, v *Node) []*Node {
	zero := graph.ZerosLike(v)
	gradients := make([]*Node, len(places))
	last := len(places) - 1
	for i, place := range places[:last] {
		wins := graph.GreaterOrEqual(place, y)
		gradients[i], v = graph.Where(wins, v, zero), graph.Where(wins, zero, v)
	}
	gradients[last] = v
	return gradients
}

// spreadMaxima adds the gradients of the windows' places to the places of the input: of each [A, out, B] -> [A, length, B]. Input places whose
// numbers have the same remainder by the stride are computed together.
func spreadMaxima(gradients []*Node, stride, length int) *Node {
	d := gradients[0].Shape().Dimensions
	quotients := (length + stride - 1) / stride
	zero := graph.ScalarZero(gradients[0].Graph(), gradients[0].DType())
	remainders := make([]*Node, stride)
	for i, v := range gradients {
		by := i / stride
		v = graph.Pad(v, zero, compute.PadAxis{}, compute.PadAxis{Start: by, End: quotients - d[1] - by}, compute.PadAxis{})
		v = graph.Reshape(v, d[0], quotients, 1, d[2])
		if r := i % stride; remainders[r] == nil {
			remainders[r] = v
		} else {
			remainders[r] = graph.Add(remainders[r], v)
		}
	}
	for r := len(gradients); r < stride; r++ { // between the windows
		remainders[r] = graph.ZerosLike(remainders[0])
	}
	y := graph.Reshape(graph.Concatenate(remainders, 2), d[0], quotients*stride, d[2])
	if quotients*stride == length {
		return y
	}
	return graph.Pad(y, zero, compute.PadAxis{}, compute.PadAxis{End: length - quotients*stride}, compute.PadAxis{})
}
