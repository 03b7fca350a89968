package nn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// pointwise computes a 1x1 convolution without padding as one matrix product: [N, H, W, in] by [1, 1, in, out]. Both gradients are products too;
// only the smaller of input and output gradient is copied with its axes swapped, where automatic differentiation copies both.
func pointwise(x, w *Node, stride int) *Node {
	d, ci, co := x.Shape().Dimensions, w.Shape().Dimensions[2], w.Shape().Dimensions[3]
	oh, ow := outSize(d[1], 1, stride, 0), outSize(d[2], 1, stride, 0)
	rows := graph.Reshape(strided(x, stride, oh, ow), -1, ci) // [M, in]
	y := graph.Reshape(product(rows, 1, graph.Reshape(w, ci, co), 0), d[0], oh, ow, co)
	return withGradient(y, func(v *Node) []*Node {
		v = graph.Reshape(v, -1, co)
		dx := graph.Reshape(product(v, 1, graph.Reshape(w, ci, co), 1), d[0], oh, ow, ci)
		return []*Node{spread(dx, stride, d[1], d[2]), graph.Reshape(outerProduct(rows, v), 1, 1, ci, co)}
	}, x, w)
}

// outerProduct sums over the rows of both: [M, A], [M, B] -> [A, B].
func outerProduct(x, y *Node) *Node {
	if x.Shape().Size() <= y.Shape().Size() {
		return product(transposed(x), 1, y, 0)
	}
	return transposed(product(transposed(y), 1, x, 0))
}

// strided takes every stride-th pixel of every stride-th row: [N, H, W, C] -> [N, oh, ow, C].
func strided(x *Node, stride, oh, ow int) *Node {
	if stride == 1 {
		return x
	}
	d := x.Shape().Dimensions
	var starts []int32
	for i := range d[0] * oh * ow {
		row, column := i/ow%oh*stride, i%ow*stride
		starts = append(starts, int32(((i/(oh*ow)*d[1]+row)*d[2]+column)*d[3]))
	}
	return graph.Reshape(copyRuns(x, starts, d[3]), d[0], oh, ow, d[3])
}

// spread is the gradient of strided: zeros between the pixels.
func spread(v *Node, stride, h, w int) *Node {
	if stride == 1 {
		return v
	}
	d := v.Shape().Dimensions
	axis := func(size, n int) compute.PadAxis {
		return compute.PadAxis{Interior: stride - 1, End: size - 1 - (n-1)*stride}
	}
	return graph.Pad(v, graph.ScalarZero(v.Graph(), v.DType()), compute.PadAxis{}, axis(h, d[1]), axis(w, d[2]), compute.PadAxis{})
}

// gathered computes a convolution by im2col: for each output pixel the input pixels under the kernel stand side by side, and one matrix product, or
// one for each group, does the rest.
func gathered(x, w *Node, stride, pad, groups int) *Node {
	c := newColumns(x, w, stride, pad, groups)
	columns, kernel := c.cut(x), c.kernel(w)
	y := graph.Reshape(innermostGroups(products(columns, 2, kernel, 1)), c.n, c.oh, c.ow, -1) // [N, oh, ow, groups*co]
	return withGradient(y, func(v *Node) []*Node { return c.gradients(columns, w, v) }, x, w)
}

// columns are the shapes of a convolution by im2col; ci and co are the channels of a group.
type columns struct{ n, h, w, oh, ow, k, stride, pad, groups, ci, co int }

func newColumns(x, w *Node, stride, pad, groups int) columns {
	d, kernel := x.Shape().Dimensions, w.Shape().Dimensions
	return columns{d[0], d[1], d[2], outSize(d[1], kernel[0], stride, pad), outSize(d[2], kernel[0], stride, pad),
		kernel[0], stride, pad, groups, kernel[2], kernel[3] / groups}
}

// kernel puts the groups first: [k, k, ci, groups*co] -> [groups, k*k*ci, co].
func (c columns) kernel(w *Node) *Node {
	return outermostGroups(graph.Reshape(w, c.k*c.k*c.ci, c.groups, c.co))
}

// gradients returns the gradients by the input and by w, from the input's columns and the gradient v by the output [N, oh, ow, groups*co].
func (c columns) gradients(columns, w, v *Node) []*Node {
	v = outermostGroups(graph.Reshape(v, -1, c.groups, c.co)) // [groups, M, co]
	dw := c.kernelGradient(columns, v)
	return []*Node{c.inputGradient(v, c.kernel(w)), graph.Reshape(innermostGroups(dw), w.Shape().Dimensions...)}
}

// cut copies the rows of each window: [N, H, W, groups*ci] -> [groups, M, k*k*ci].
func (c columns) cut(x *Node) *Node {
	x = bordered(x, 0, c.pad, c.pad, c.pad, c.pad)
	hp, wp, all := c.h+2*c.pad, c.w+2*c.pad, c.groups*c.ci
	var starts []int32
	for i := range c.n * c.oh * c.ow {
		for row := range c.k {
			top, left := i/c.ow%c.oh*c.stride+row, i%c.ow*c.stride
			starts = append(starts, int32(((i/(c.oh*c.ow)*hp+top)*wp+left)*all))
		}
	}
	x = copyRuns(x, starts, c.k*all) // [M*k, k*groups*ci]
	if c.groups > 1 {
		x = graph.TransposeAllAxes(graph.Reshape(x, -1, c.k*c.k, c.groups, c.ci), 2, 0, 1, 3)
	}
	return graph.Reshape(x, c.groups, -1, c.k*c.k*c.ci)
}

// kernelGradient sums over the windows: [groups, M, k*k*ci], [groups, M, co] -> [groups, k*k*ci, co].
func (c columns) kernelGradient(columns, v *Node) *Node {
	if c.groups == 1 {
		return graph.Reshape(outerProduct(graph.Reshape(columns, -1, c.k*c.k*c.ci), graph.Reshape(v, -1, c.co)), 1, -1, c.co)
	}
	return outermost(products(outermost(v), 2, columns, 1))
}

// inputGradient adds to each input pixel what the windows over it have for it: [groups, M, co], [groups, k*k*ci, co] -> [N, H, W, groups*ci].
// A pixel has at most ceil(k/stride)^2 windows; in place of those that it lacks, the row of zeros behind the last window is added.
func (c columns) inputGradient(v, kernel *Node) *Node {
	v = graph.Pad(v, graph.ScalarZero(v.Graph(), v.DType()), compute.PadAxis{}, compute.PadAxis{End: 1}, compute.PadAxis{})
	rows := innermostGroups(graph.Reshape(products(v, 2, kernel, 2), c.groups, -1, c.ci)) // [(M+1)*k*k, groups*ci]
	all := c.groups * c.ci
	var starts []int32
	reach := (c.k + c.stride - 1) / c.stride
	for tap := range reach * reach {
		for i := range c.n * c.h * c.w {
			picture, row, column := i/(c.h*c.w), i/c.w%c.h+c.pad, i%c.w+c.pad
			oi, oj := row/c.stride-tap/reach, column/c.stride-tap%reach
			place := c.n * c.oh * c.ow * c.k * c.k
			if ki, kj := row-oi*c.stride, column-oj*c.stride; oi >= 0 && oj >= 0 && oi < c.oh && oj < c.ow && ki < c.k && kj < c.k {
				place = ((picture*c.oh+oi)*c.ow+oj)*c.k*c.k + ki*c.k + kj
			}
			starts = append(starts, int32(place*all))
		}
	}
	taps := graph.Reshape(copyRuns(rows, starts, all), reach*reach, c.n, c.h, c.w, all)
	return graph.ReduceSum(taps, 0)
}

// outermostGroups and innermostGroups move the groups: [A, groups, B] -> [groups, A, B] and back.
func outermostGroups(x *Node) *Node {
	d := x.Shape().Dimensions
	if d[1] == 1 {
		return graph.Reshape(x, 1, d[0], d[2])
	}
	return graph.TransposeAllAxes(x, 1, 0, 2)
}

func innermostGroups(x *Node) *Node {
	d := x.Shape().Dimensions
	if d[0] == 1 {
		return graph.Reshape(x, d[1], d[2])
	}
	return graph.Reshape(graph.TransposeAllAxes(x, 1, 0, 2), d[1], d[0]*d[2])
}
