package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Dropout is torch.nn.Dropout (Srivastava et al., JMLR 15, 2014). In training it sets each element to zero with probability P and multiplies the
// others by 1/(1-P); in evaluation it is the identity. torchvision's ResNets have none. Dropout and batch norm are the two layers whose
// output depends on train and eval mode.
type Dropout struct {
	layer
	P     float64
	scope *Scope
}

// NewDropout makes a dropout layer. All dropouts of a network draw from one stream of random numbers, which the network's seed starts ([Seed]).
func NewDropout(s *Scope, p float64) *Dropout {
	s.net.seedDropout(s.seed)
	return &Dropout{layer{s.Name()}, p, s}
}

// seedDropout starts the stream of random numbers in the store, once: GoMLX's own starts with another seed in each process.
func (n *Net) seedDropout(seed uint64) {
	if n.Store.GetVariable(model.JoinPath("/", model.RNGStateVariableName)) != nil {
		return
	}
	if err := n.Store.SetRNGStateFromSeed(int64(seed)); err != nil {
		panic(fmt.Errorf("nn: seeding dropout: %w", err))
	}
}

// Forward drops elements of x, of any shape.
func (d *Dropout) Forward(x *Node) *Node {
	if !Training(x.Graph()) || d.P == 0 {
		return Observe(d, x)
	}
	u := d.scope.net.Store.RootScope().RandomUniform(x.Graph(), x.Shape()) // [0, 1)
	keep := graph.GreaterOrEqual(u, graph.Scalar(x.Graph(), x.DType(), d.P))
	return Observe(d, graph.Where(keep, graph.MulScalar(x, 1/(1-d.P)), graph.ZerosLike(x)))
}

// Describe names the probability.
func (d *Dropout) Describe() Description { return Description{Kind: fmt.Sprintf("Dropout %g", d.P)} }
