package nn

import (
	"github.com/gomlx/gomlx/core/graph"
)

// winogradPoints are the points of F(m x m, 3 x 3) beside infinity, by m. For m = 4 those of the paper, 0, +-1 and +-2, round twice as coarsely:
// relative L2 error of 64 channels in float32 1.3e-6, with these 6.2e-7; F(2x2) 2.4e-7, plain sums 0.9e-7.
var winogradPoints = map[int][]float64{2: {0, 1, -1}, 4: {0, 0.75, -0.75, 1.5, -1.5}}

// winograd computes a 3x3 convolution of stride 1 and padding 1 by F(m x m, 3 x 3) (Lavin and Gray, arXiv:1509.09308): each tile of m x m outputs
// comes from one of (m+2) x (m+2) inputs by as many products, in place of 9*m*m. With p = (m+2)*(m+2) products and T tiles, the transforms are
// products with small constant matrices over axis 0 of [p, T*channels], and what is between them p matrix products. Tiles are cut and put together
// by copies of whole pixels. In training both gradients are computed so, too. In evaluation they are looked at (saliency, receptive fields), and a
// pixel that has no influence must have a gradient of exactly 0: rounded transforms would give it 1e-9.
func winograd(x, w *Node, m int) *Node {
	t := newTiling(x, m)
	v := t.cut(x)                                           // [p, T, in]
	y := t.assemble(products(v, 2, t.kernel(w, t.g), 1), x) // [N, H, W, out]
	return withGradient(y, func(dy *Node) []*Node {
		if !Training(x.Graph()) {
			c := newColumns(x, w, 1, 1, 1)
			return c.gradients(c.cut(x), w, dy)
		}
		turned := t.kernel(w, reversed(t.g)) // that of the gradient by x: the kernel turned by 180 degrees, from outputs to inputs
		return []*Node{t.assemble(products(t.cut(dy), 2, turned, 2), x), t.kernelGradient(v, dy)}
	}, x, w)
}

// tiling has the tiles of a picture and the transforms along one axis: b of the inputs [m+2, m+2], g of the kernel [m+2, 3], a of the products
// [m, m+2].
type tiling struct {
	n, h, w, th, tw, m int
	a, g, b            [][]float64
}

func newTiling(x *Node, m int) tiling {
	d := x.Shape().Dimensions
	t := tiling{n: d[0], h: d[1], w: d[2], th: (d[1] + m - 1) / m, tw: (d[2] + m - 1) / m, m: m}
	t.a, t.g, t.b = cookToom(winogradPoints[m], m)
	return t
}

// cut transforms the tiles of inputs, which overlap by 2 pixels: [N, H, W, C] -> [p, T, C].
func (t tiling) cut(x *Node) *Node {
	p, c := t.m+2, x.Shape().Dimensions[3]
	hp, wp := t.th*t.m+2, t.tw*t.m+2
	x = bordered(x, 0, 1, 1, hp-t.h-1, wp-t.w-1) // [N, hp, wp, C]
	var starts []int32
	for i := range p * p {
		for tile := range t.n * t.th * t.tw {
			row, column := tile/t.tw%t.th*t.m+i/p, tile%t.tw*t.m+i%p
			starts = append(starts, int32(((tile/(t.th*t.tw)*hp+row)*wp+column)*c))
		}
	}
	tiles := copyRuns(x, starts, c) // [p*T, C]
	return graph.Reshape(t.transform(twice(t.b), graph.Reshape(tiles, p*p, -1)), p*p, -1, c)
}

// kernel transforms the kernel by g: [3, 3, in, out] -> [p, in, out].
func (t tiling) kernel(w *Node, g [][]float64) *Node {
	d := w.Shape().Dimensions
	return graph.Reshape(t.transform(twice(g), graph.Reshape(w, 9, -1)), -1, d[2], d[3])
}

// assemble transforms the products to tiles of outputs and puts these side by side: [p, T, C] -> [N, H, W, C].
func (t tiling) assemble(products, x *Node) *Node {
	c := products.Shape().Dimensions[2]
	y := t.transform(twice(t.a), graph.Reshape(products, (t.m+2)*(t.m+2), -1)) // [m*m, T*C]
	y = graph.TransposeAllAxes(graph.Reshape(y, t.m, t.m, t.n, t.th, t.tw, c), 2, 3, 0, 4, 1, 5)
	return bordered(graph.Reshape(y, t.n, t.th*t.m, t.tw*t.m, c), 0, 0, 0, t.h-t.th*t.m, t.w-t.tw*t.m)
}

// kernelGradient sums v by the transformed gradient by the output over the tiles, and transforms that back: [p, T, in], [N, H, W, out] ->
// [3, 3, in, out]. The axes of a matrix are swapped where that is cheapest: in dy, before the transform multiplies its size.
func (t tiling) kernelGradient(v, dy *Node) *Node {
	p, in, out := (t.m+2)*(t.m+2), v.Shape().Dimensions[2], dy.Shape().Dimensions[3]
	dy = bordered(dy, 0, 0, 0, t.th*t.m-t.h, t.tw*t.m-t.w)
	dy = graph.TransposeAllAxes(graph.Reshape(dy, t.n, t.th, t.m, t.tw, t.m, out), 2, 4, 0, 1, 3, 5) // [m, m, N, th, tw, out]
	tiles := outermost(graph.Reshape(dy, t.m*t.m, -1, out))                                          // [m*m, out, T]
	dm := t.transform(flipped(twice(t.a)), graph.Reshape(tiles, t.m*t.m, -1))                        // [p, out*T]
	du := products(graph.Reshape(dm, p, out, -1), 2, v, 1)                                           // [p, out, in]
	dw := t.transform(flipped(twice(t.g)), graph.Reshape(du, p, -1))                                 // [9, out*in]
	return graph.Reshape(outermost(graph.Reshape(dw, 9, out, in)), 3, 3, in, out)
}

// outermost swaps the last two axes of [A, B, C] -> [A, C, B], by a transposition of a matrix and a copy of whole rows. In one step the Go
// backend copies an element at a time: [36, 1568, 64] in 15 ms.
func outermost(x *Node) *Node {
	d := x.Shape().Dimensions
	x = transposed(graph.Reshape(x, d[0]*d[1], d[2])) // [C, A*B]
	return graph.TransposeAllAxes(graph.Reshape(x, d[2], d[0], d[1]), 1, 0, 2)
}

// transform multiplies a constant matrix by x: [r, c], [c, n] -> [r, n].
func (t tiling) transform(m [][]float64, x *Node) *Node {
	return product(graph.ConvertDType(graph.Const(x.Graph(), m), x.DType()), 1, x, 0)
}

// cookToom returns the transforms of F(m, 3) along one axis by Cook's and Toom's algorithm, for the points given and infinity: a [m, m+2],
// g [m+2, 3], b [m+2, m+2] (Blahut, Fast algorithms for signal processing, 2010, chapter 5).
func cookToom(points []float64, m int) (a, g, b [][]float64) {
	a = make([][]float64, m)
	for i, point := range points {
		others := append(append([]float64{}, points[:i]...), points[i+1:]...)
		scale, power := 1.0, 1.0
		for _, other := range others {
			scale *= point - other
		}
		for j := range a {
			a[j] = append(a[j], power)
			power *= point
		}
		g = append(g, []float64{1 / scale, point / scale, point * point / scale})
		b = append(b, append(polynomial(others), 0))
	}
	for j := range a {
		a[j] = append(a[j], 0)
	}
	a[m-1][m+1] = 1
	return a, append(g, []float64{0, 0, 1}), append(b, polynomial(points))
}

// polynomial returns the coefficients of the product of (x - root), the constant one first.
func polynomial(roots []float64) []float64 {
	c := []float64{1}
	for _, root := range roots {
		c = append([]float64{0}, c...)
		for i := range len(c) - 1 {
			c[i] -= root * c[i+1]
		}
	}
	return c
}

// twice is the transform along both axes, the Kronecker product of m with itself: [r, c] -> [r*r, c*c].
func twice(m [][]float64) [][]float64 {
	var k [][]float64
	for _, a := range m {
		for _, b := range m {
			var row []float64
			for _, x := range a {
				for _, y := range b {
					row = append(row, x*y)
				}
			}
			k = append(k, row)
		}
	}
	return k
}

// reversed reverses the columns of a matrix, flipped swaps its axes.
func reversed(m [][]float64) [][]float64 {
	r := make([][]float64, len(m))
	for i, row := range m {
		for j := range row {
			r[i] = append(r[i], row[len(row)-1-j])
		}
	}
	return r
}

func flipped(m [][]float64) [][]float64 {
	r := make([][]float64, len(m[0]))
	for _, row := range m {
		for j, x := range row {
			r[j] = append(r[j], x)
		}
	}
	return r
}
