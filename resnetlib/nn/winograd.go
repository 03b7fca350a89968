package nn

import (
	"github.com/gomlx/gomlx/core/graph"
)

// winograd computes a 3x3 convolution of stride 1 and padding 1 by F(2x2, 3x3) (Lavin and Gray, arXiv:1509.09308): each 2x2 tile of outputs
// comes from a 4x4 tile of inputs by 16 products in place of 36. All of it is graph operations, so its gradient is by Winograd too.
// Forward on XLA's CPU at batch 8, native / this in ms: 28 px 128 channels 11.7 / 8.4; 14 px 256 13.6 / 7.6; 7 px 512 18.8 / 9.3.
func winograd(x, w *Node) *Node {
	d, ci, co := x.Shape().Dimensions, x.Shape().Dimensions[3], w.Shape().Dimensions[3]
	h, wd := d[1], d[2]
	th, tw := (h+1)/2, (wd+1)/2 // tiles
	x = graph.Pad(x, graph.ScalarZero(x.Graph(), x.DType()), graph.PadAxis{}, graph.PadAxis{Start: 1, End: 2*th + 1 - h}, graph.PadAxis{Start: 1, End: 2*tw + 1 - wd}, graph.PadAxis{})
	v := winogradInput(x, d[0], th, tw, ci) // 4x4 of [N*th*tw, in]
	u := winogradKernel(w, ci, co)          // 4x4 of [in, out]
	var products [4][4]*Node                // 4x4 of [N*th*tw, out]
	for i := range 4 {
		for j := range 4 {
			products[i][j] = graph.MatMul(v[i][j], u[i][j])
		}
	}
	return winogradOutput(products, [4]int{d[0], h, wd, co}, th, tw)
}

// winogradInput is B'dB of every tile d.
func winogradInput(x *Node, n, th, tw, ci int) [4][4]*Node {
	var columns, tile [4][4]*Node
	for j := range 4 {
		pixel := func(i int) *Node { return graph.Reshape(subsample(x, i, j, 2, th, tw), n*th*tw, ci) }
		columns[j] = inputTransform(pixel(0), pixel(1), pixel(2), pixel(3))
	}
	for i := range 4 {
		tile[i] = inputTransform(columns[0][i], columns[1][i], columns[2][i], columns[3][i])
	}
	return tile
}

// winogradKernel is GgG' of the kernel g.
func winogradKernel(w *Node, ci, co int) [4][4]*Node {
	var columns [3][4]*Node
	for j := range 3 {
		place := func(i int) *Node { return graph.Reshape(graph.Slice(w, graph.AxisElem(i), graph.AxisElem(j)), ci, co) }
		columns[j] = kernelTransform(place(0), place(1), place(2))
	}
	var u [4][4]*Node
	for i := range 4 {
		u[i] = kernelTransform(columns[0][i], columns[1][i], columns[2][i])
	}
	return u
}

// winogradOutput is A'mA of every tile's products m, woven into a picture of the given size.
func winogradOutput(m [4][4]*Node, size [4]int, th, tw int) *Node {
	n, co := size[0], size[3]
	var columns [4][2]*Node
	for j := range 4 {
		columns[j] = outputTransform(m[0][j], m[1][j], m[2][j], m[3][j])
	}
	rows := make([]*Node, 2)
	for i := range 2 {
		y := outputTransform(columns[0][i], columns[1][i], columns[2][i], columns[3][i])
		rows[i] = graph.Concatenate([]*Node{graph.Reshape(y[0], n, th, 1, tw, 1, co), graph.Reshape(y[1], n, th, 1, tw, 1, co)}, 4)
	}
	y := graph.Reshape(graph.Concatenate(rows, 2), n, 2*th, 2*tw, co)
	if 2*th == size[1] && 2*tw == size[2] {
		return y
	}
	return graph.Slice(y, graph.AxisRange(), graph.AxisRange(0, size[1]), graph.AxisRange(0, size[2]), graph.AxisRange())
}

func inputTransform(a, b, c, d *Node) [4]*Node { // B'
	return [4]*Node{graph.Sub(a, c), graph.Add(b, c), graph.Sub(c, b), graph.Sub(b, d)}
}

func kernelTransform(a, b, c *Node) [4]*Node { // G
	even, odd := graph.MulScalar(graph.Add(a, c), 0.5), graph.MulScalar(b, 0.5)
	return [4]*Node{a, graph.Add(even, odd), graph.Sub(even, odd), c}
}

func outputTransform(a, b, c, d *Node) [2]*Node { // A'
	return [2]*Node{graph.Add(graph.Add(a, b), c), graph.Sub(graph.Sub(b, c), d)}
}
