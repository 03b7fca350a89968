package nn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// The Go backend copies memory fast by two operations: Gather of runs of numbers that are side by side, and Pad, also with negative borders, which
// cut. Its Slice copies a number at a time. [8, 56, 56, 64]: Slice 3.7 ms, Pad 2.0; a stride costs more in Slice and nothing in Gather.

// copyRuns copies runs of size numbers that are side by side in x, from the places in starts: -> [runs, size].
func copyRuns(x *Node, starts []int32, size int) *Node {
	index := graph.Const(x.Graph(), tensors.FromFlatDataAndDimensions(starts, len(starts), 1))
	return graph.BackendGather(graph.Reshape(x, -1), index, 1, []int{1}, nil, []int{0}, []int{size}, false)
}

// bordered adds a border with the value around pictures, or cuts one off where a number is negative: [N, H, W, C] ->
// [N, top+H+bottom, left+W+right, C].
func bordered(x *Node, value float64, top, left, bottom, right int) *Node {
	if top == 0 && left == 0 && bottom == 0 && right == 0 {
		return x
	}
	y := graph.Pad(x, graph.Scalar(x.Graph(), x.DType(), value),
		compute.PadAxis{}, compute.PadAxis{Start: top, End: bottom}, compute.PadAxis{Start: left, End: right}, compute.PadAxis{})
	return withGradient(y, func(v *Node) []*Node { return []*Node{bordered(v, 0, -top, -left, -bottom, -right)} }, x)
}
