package models_test

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// gate is a layer of a reader's own: a gate as in squeeze-and-excitation (arXiv:1709.01507), with an activation and a pooling that package nn does
// not have.
type gate struct{ linear *nn.Linear }

func (gate) Name() string { return "gate" }

func (g gate) Forward(x *nn.Node) *nn.Node { // [N, H, W, C]
	means := graph.ReduceMean(x, 1, 2)                                                                      // [N, C]
	weight := g.linear.Weight.Variable.NodeValue(x.Graph())                                                 // [C, C]
	open := graph.Reshape(graph.Sigmoid(graph.MatMul(means, weight)), x.Shape().Dim(0), 1, 1, g.linear.Out) // [N, 1, 1, C]
	y := graph.Where(graph.GreaterThan(x, graph.ZerosLike(x)), graph.Tanh(x), graph.Exp(x))                 // an activation
	pooled := graph.MaxPool(y).Window(2).Done()                                                             // [N, H/2, W/2, C]
	return nn.Observe(g, graph.Mul(graph.Concatenate([]*nn.Node{pooled, pooled}, 1), open))                 // [N, H, W/2, C]
}

func (g gate) Describe() nn.Description {
	return nn.Description{Kind: "Gate", Kernel: 2, Stride: 2, MACs: 3, Parameters: []*nn.Parameter{g.linear.Weight}}
}

// A layer made outside package nn describes itself to the summary, which has no case for it.
func TestSummaryShowsALayerOfOnesOwn(t *testing.T) {
	s := nn.NewScope(model.NewStore(), nn.SkipInit())
	block := models.Sequence{nn.NewReLU(s.In("relu")), gate{nn.NewLinear(s.In("gate"), 6, 6)}}
	got, err := models.Summarize(block, 2, 8, 4, 6)
	if err != nil {
		t.Fatal(err)
	}
	l := got.Layers[1]
	if l.Name != "gate" || l.Kind != "Gate" || l.Kernel != 2 || l.Params != 36 || l.MACs != 3*8*2*6 || !slices.Equal(l.Output, []int{2, 8, 2, 6}) {
		t.Errorf("%+v", l)
	}
	if got.Params != 36 || got.MACs != l.MACs {
		t.Errorf("the sums are %d parameters and %d multiply-adds", got.Params, got.MACs)
	}
}
