package nn

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// withGradient gives y a gradient in closed form: gradients is called with the gradient by y and returns those by the inputs, in their order. GoMLX
// then differentiates nothing between y and the inputs. A scheduling barrier is the one operation of several inputs that costs nothing: the Go
// backend passes y's memory on.
func withGradient(y *Node, gradients func(v *Node) []*Node, inputs ...*Node) *Node {
	y = graph.SchedulingBarrier(y, inputs...)
	model.SetGraphParam(y.Graph(), gradientKey(y), gradients)
	return y
}

func gradientKey(y *Node) string { return fmt.Sprintf("/nn/gradient/%d", y.Id()) }

func init() {
	former := graph.VJPRegistration[graph.NodeTypeSchedulingBarrier]
	graph.VJPRegistration[graph.NodeTypeSchedulingBarrier] = func(y *Node, v []*Node, shape shapes.Shape) []*Node {
		if gradients, ok := model.GetGraphParam(y.Graph(), gradientKey(y)); ok {
			return append([]*Node{nil}, gradients.(func(*Node) []*Node)(v[0])...) // nil: none through y itself
		}
		return former(y, v, shape)
	}
}

// transposed swaps the axes of a matrix.
func transposed(x *Node) *Node { return graph.TransposeAllAxes(x, 1, 0) }

// product multiplies matrices by summing over one axis of each: [M, K] by [K, N] with axes 1 and 0. The Go backend takes axis 1 of x and any of y
// as they are, and copies other ones, an element at a time.
func product(x *Node, xAxis int, y *Node, yAxis int) *Node {
	return graph.DotGeneral(x, []int{xAxis}, nil, y, []int{yAxis}, nil)
}

// products multiplies pairs of matrices, whose number is axis 0 of both: [P, M, K] by [P, K, N] with axes 2 and 1 -> [P, M, N].
func products(x *Node, xAxis int, y *Node, yAxis int) *Node {
	return graph.DotGeneral(x, []int{xAxis}, []int{0}, y, []int{yAxis}, []int{0})
}
