package explain

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Mode is a network's mode, PyTorch's net.train() and net.eval().
type Mode bool

const (
	Eval  Mode = false
	Train Mode = true
)

func (m Mode) String() string {
	if m == Train {
		return "train"
	}
	return "eval"
}

// pass is a forward pass as a graph is built: what the network gives, and what the hook sees of the layers.
type pass struct {
	logits *Node            // [N, classes]
	output map[string]*Node // of every module, at its last call
	input  map[string]*Node // of a batch norm: the output of the convolution before it
}

// forward builds a pass. Each output is a node of its own, so that a gradient can be taken by it whatever lies before it: a frozen part
// behind a StopGradient, for instance.
func forward(net *models.ResNet, mode Mode, images *Node) *pass {
	g := images.Graph()
	p := &pass{output: map[string]*Node{}, input: map[string]*Node{}}
	var last *Node
	nn.WithHook(g, func(m nn.Module, y *Node) *Node {
		if _, ok := m.(*nn.BatchNorm2D); ok {
			p.input[m.Name()] = last
		}
		last = IdentityWithCustomGradient(y, func(_, v *Node) *Node { return v }) // Identity alone has no gradient
		p.output[m.Name()] = last
		return last
	})
	nn.SetTraining(g, bool(mode))
	defer keepBuffers(net, g)()
	p.logits = net.Forward(images)
	return p
}

// keepBuffers notes the running statistics and returns what puts them back: looking at a network must not change it.
func keepBuffers(net *models.ResNet, g *Graph) (restore func()) {
	before := map[*nn.Parameter]*Node{}
	for _, p := range net.Parameters() {
		if p.Buffer {
			before[p] = p.Variable.NodeValue(g)
		}
	}
	return func() {
		for p, value := range before {
			p.Variable.SetNodeValue(value)
		}
	}
}

// score is the logit of the target, summed over the pictures, and its class, [N]; target [] (int32) may be Top.
func score(logits, target *Node) (sum, class *Node) {
	n, classes := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1]
	given := BroadcastToShape(Reshape(target, 1), ArgMax(logits, 1, dtypes.Int32).Shape())
	class = Where(LessThan(given, ScalarZero(logits.Graph(), dtypes.Int32)), ArgMax(logits, 1, dtypes.Int32), given)
	chosen := Mul(OneHot(class, classes, logits.DType()), logits)
	return ReduceAllSum(chosen), ConvertDType(Reshape(class, n), dtypes.Float32)
}
