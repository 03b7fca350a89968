package nn_test

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/nn"
)

// PyTorch's ReLU passes no gradient where its input is 0. Whole channels are 0 after a norm whose weight starts at 0.
func TestReLUPassesNoGradientAtZero(t *testing.T) {
	relu := nn.NewReLU(nn.NewScope(model.NewStore()))
	gradient, err := graph.CallOnce(testbackend.Open(t, backend.Go), func(x *graph.Node) *graph.Node {
		return graph.Gradient(graph.ReduceAllSum(relu.Forward(x)), x)[0]
	}, []float32{-1, 0, 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors.MustCopyFlatData[float32](gradient); !slices.Equal(got, []float32{0, 0, 1}) {
		t.Errorf("gradient %v, want [0 0 1]", got)
	}
}
