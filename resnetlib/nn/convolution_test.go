package nn

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/internal/testbackend"
)

// convolution is a case of the table: shapes, and the plain loops that every lowering must agree with.
type convolution struct{ n, h, w, in, out, k, stride, pad, groups int }

func (c convolution) String() string {
	return fmt.Sprintf("%dx%dx%dx%d to %d, k %d, stride %d, pad %d, groups %d", c.n, c.h, c.w, c.in, c.out, c.k, c.stride, c.pad, c.groups)
}

func (c convolution) x() array { return random(1, c.n, c.h, c.w, c.in) }
func (c convolution) kernel() array {
	return random(2, c.k, c.k, c.in/c.groups, c.out)
}

// cotangent is the gradient of the loss by the output: the loss is the sum of output*cotangent.
func (c convolution) cotangent() array {
	return random(3, c.n, outSize(c.h, c.k, c.stride, c.pad), outSize(c.w, c.k, c.stride, c.pad), c.out)
}

// each calls f for every product of the convolution, with the places of output, input and kernel.
func (c convolution) each(x, w, y array, f func(y, x, w int)) {
	in, out := c.in/c.groups, c.out/c.groups
	for n := range c.n {
		for i := range y.dims[1] {
			for j := range y.dims[2] {
				for o := range c.out {
					for a := range c.k {
						for b := range c.k {
							row, column := i*c.stride+a-c.pad, j*c.stride+b-c.pad
							if row < 0 || row >= c.h || column < 0 || column >= c.w {
								continue
							}
							for ci := range in {
								f(y.at(n, i, j, o), x.at(n, row, column, o/out*in+ci), w.at(a, b, ci, o))
							}
						}
					}
				}
			}
		}
	}
}

// want is the output and the loss's gradients by input and kernel, in float64.
func (c convolution) want() [3]array {
	x, w, v := c.x(), c.kernel(), c.cotangent()
	y, dx, dw := newArray(v.dims...), newArray(x.dims...), newArray(w.dims...)
	c.each(x, w, y, func(i, j, k int) {
		y.values[i] += x.values[j] * w.values[k]
		dx.values[j] += v.values[i] * w.values[k]
		dw.values[k] += v.values[i] * x.values[j]
	})
	return [3]array{y, dx, dw}
}

// convolve is one way to compute a convolution.
type convolve struct {
	name     string
	computes func(c convolution) bool
	run      func(x, w *Node, stride, pad, groups int) *Node
}

var convolves = []convolve{
	{"graph.Convolve", func(convolution) bool { return true }, native},
	{"gathered", func(convolution) bool { return true }, gathered},
	{"slicedColumns", func(c convolution) bool { return c.groups == 1 },
		func(x, w *Node, stride, pad, _ int) *Node { return slicedColumns(x, w, stride, pad) }},
	{"grouped", func(c convolution) bool { return c.groups > 1 }, grouped},
	{"pointwise", func(c convolution) bool { return c.k == 1 && c.pad == 0 && c.groups == 1 },
		func(x, w *Node, stride, _, _ int) *Node { return pointwise(x, w, stride) }},
	{"slicedPointwise", func(c convolution) bool { return c.k == 1 && c.pad == 0 && c.groups == 1 },
		func(x, w *Node, stride, _, _ int) *Node { return slicedPointwise(x, w, stride) }},
	{"slicedWinograd", convolution.suitsWinograd, func(x, w *Node, _, _, _ int) *Node { return slicedWinograd(x, w) }},
	{"winograd 2x2", convolution.suitsWinograd, func(x, w *Node, _, _, _ int) *Node { return winograd(x, w, 2) }},
	{"winograd 4x4", convolution.suitsWinograd, func(x, w *Node, _, _, _ int) *Node { return winograd(x, w, 4) }},
	{"conv2d in evaluation", func(convolution) bool { return true }, conv2d},
	{"conv2d in training", func(convolution) bool { return true }, func(x, w *Node, stride, pad, groups int) *Node {
		SetTraining(x.Graph(), true)
		defer SetTraining(x.Graph(), false)
		return conv2d(x, w, stride, pad, groups)
	}},
}

func (c convolution) suitsWinograd() bool {
	return c.k == 3 && c.stride == 1 && c.pad == 1 && c.groups == 1
}

// ways are those that compute c.
func (c convolution) ways() []convolve {
	return slices.DeleteFunc(slices.Clone(convolves), func(way convolve) bool { return !way.computes(c) })
}

var convolutionTable = []convolution{
	{n: 2, h: 5, w: 7, in: 3, out: 4, k: 3, stride: 1, pad: 1, groups: 1},    // odd sides: Winograd's last tiles are half empty
	{n: 1, h: 8, w: 6, in: 16, out: 5, k: 3, stride: 1, pad: 1, groups: 1},   // even sides, and enough channels for conv2d to choose Winograd
	{n: 1, h: 1, w: 2, in: 3, out: 2, k: 3, stride: 1, pad: 1, groups: 1},    // most of the kernel sees border alone
	{n: 1, h: 7, w: 9, in: 2, out: 3, k: 3, stride: 1, pad: 0, groups: 1},    // no border
	{n: 2, h: 7, w: 4, in: 3, out: 2, k: 3, stride: 2, pad: 1, groups: 1},    // the last column is skipped
	{n: 1, h: 5, w: 9, in: 3, out: 2, k: 7, stride: 2, pad: 3, groups: 1},    // the stem of ResNet, its kernel higher than the picture
	{n: 2, h: 5, w: 6, in: 3, out: 4, k: 1, stride: 1, pad: 0, groups: 1},    // pointwise
	{n: 1, h: 5, w: 6, in: 3, out: 4, k: 1, stride: 2, pad: 0, groups: 1},    // a projection shortcut
	{n: 1, h: 6, w: 5, in: 16, out: 24, k: 3, stride: 2, pad: 1, groups: 8},  // of 2 input and 3 output channels; one block has all groups
	{n: 1, h: 5, w: 4, in: 32, out: 32, k: 3, stride: 1, pad: 1, groups: 16}, // several blocks of merged groups
	{n: 1, h: 4, w: 5, in: 32, out: 32, k: 3, stride: 2, pad: 1, groups: 2},  // groups wide enough for a block each
	{n: 1, h: 4, w: 5, in: 6, out: 4, k: 1, stride: 1, pad: 0, groups: 2},    // 1x1 in groups
}

// Every lowering of a convolution, the backend's own included, computes what plain loops in float64 do: forward, and the gradients by
// input and kernel.
func TestConvolutions(t *testing.T) {
	// Values are between -1 and 1 and sums have fewer than 600 products, so float32 rounds by about 1e-6; Winograd's sums and differences of
	// inputs and products round a few times more. A wrong place costs 0.01 or more.
	const tolerance = 2e-5
	for _, c := range convolutionTable {
		want := c.want()
		t.Run(c.String(), func(t *testing.T) {
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				ways := c.ways()
				for i, got := range runConvolutions(t, b, c, ways) {
					checkNear(t, ways[i/3].name+", "+[]string{"output", "gradient by input", "gradient by kernel"}[i%3], got, want[i%3], tolerance)
				}
			})
		})
	}
}

// runConvolutions gives three tensors for each way. All are in one graph, so that XLA compiles what conv2d chose once.
func runConvolutions(t *testing.T, b compute.Backend, c convolution, ways []convolve) []*tensors.Tensor {
	t.Helper()
	exec, err := graph.NewExec(b, func(x, w, v *Node) (out []*Node) {
		for _, way := range ways {
			y := way.run(x, w, c.stride, c.pad, c.groups)
			out = append(append(out, y), graph.Gradient(graph.ReduceAllSum(graph.Mul(y, v)), x, w)...)
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(c.x().tensor(), c.kernel().tensor(), c.cotangent().tensor())
	if err != nil {
		t.Fatal(err)
	}
	return out
}
