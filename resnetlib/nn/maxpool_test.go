package nn

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
)

// poolReference is a max-pool by plain loops, and the gradient of sum(output*cotangent) by the input: a window's goes to its largest pixel.
func poolReference(x array, k, stride, pad int, cotangent func(dims ...int) array) (y, v, dx array) {
	n, h, w, c := x.dims[0], x.dims[1], x.dims[2], x.dims[3]
	y = newArray(n, outSize(h, k, stride, pad), outSize(w, k, stride, pad), c)
	v, dx = cotangent(y.dims...), newArray(x.dims...)
	for b := range n {
		for i := range y.dims[1] {
			for j := range y.dims[2] {
				for ch := range c {
					most, from := math.Inf(-1), -1
					for row := max(0, i*stride-pad); row < min(h, i*stride-pad+k); row++ {
						for column := max(0, j*stride-pad); column < min(w, j*stride-pad+k); column++ {
							if at := x.at(b, row, column, ch); x.values[at] > most {
								most, from = x.values[at], at
							}
						}
					}
					at := y.at(b, i, j, ch)
					y.values[at] = most
					dx.values[from] += v.values[at]
				}
			}
		}
	}
	return y, v, dx
}

func TestMaxPoolEqualsPlainLoops(t *testing.T) {
	for _, c := range []struct{ h, w, k, stride, pad int }{
		{7, 9, 3, 2, 1}, // ResNet's
		{5, 6, 2, 2, 0},
		{4, 5, 3, 1, 1}, // windows overlap
		{7, 8, 2, 3, 0}, // no window sees every third row and column
	} {
		x := random(1, 2, c.h, c.w, 3)
		for i := range x.values {
			x.values[i]-- // below 0: a border of zeros would be the maximum
		}
		y, v, dx := poolReference(x, c.k, c.stride, c.pad, func(dims ...int) array { return random(2, dims...) })
		t.Run(fmt.Sprintf("%dx%d, window %d, stride %d, pad %d", c.h, c.w, c.k, c.stride, c.pad), func(t *testing.T) {
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				pool := NewMaxPool2D(NewScope(model.NewStore()).In("pool"), c.k, c.stride, c.pad)
				out, err := graph.CallOnceN(b, func(x, v *Node) []*Node {
					y := pool.Forward(x)
					return []*Node{y, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, v)), x)[0]}
				}, x.tensor(), v.tensor())
				if err != nil {
					t.Fatal(err)
				}
				checkNear(t, "output", out[0], y, 1e-7)    // values between -2 and 0, rounded to float32 once
				checkNear(t, "gradient", out[1], dx, 1e-6) // sums of at most 9 numbers below 1
			})
		})
	}
}
