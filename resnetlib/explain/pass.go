package explain

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Mode is the mode of a network: PyTorch's net.eval() or net.train().
type Mode bool

// The two modes.
const (
	Eval  Mode = false // batch norm uses the running statistics, dropout is off
	Train Mode = true  // batch norm uses the batch's statistics, dropout is on
)

// String returns "eval" or "train".
func (m Mode) String() string {
	if m == Train {
		return "train"
	}
	return "eval"
}

// pass is a forward pass in a graph: the network's output, and the nodes that the hook sees.
type pass struct {
	logits *Node            // [N, classes]
	output map[string]*Node // of every module, at its last call
	before map[string]*Node // output of the module that computed just before it: the input of a layer in a sequence, such as a batch norm
}

// forward builds a pass. Each output is a node of its own, so that one can differentiate by it whatever lies before it: a frozen part behind
// a StopGradient, for instance.
func forward(net *models.ResNet, mode Mode, images *Node) *pass {
	g := images.Graph()
	p := &pass{output: map[string]*Node{}, before: map[string]*Node{}}
	var last *Node
	nn.WithHook(g, func(m nn.Module, y *Node) *Node {
		p.before[m.Name()] = last
		last = IdentityWithCustomGradient(y, func(_, v *Node) *Node { return v }) // Identity alone has no gradient
		p.output[m.Name()] = last
		return last
	})
	nn.SetTraining(g, bool(mode))
	defer keepBuffers(net, g)()
	p.logits = net.Forward(images)
	return p
}

// keepBuffers notes the running statistics and returns a function that restores them: explaining a network must not change it.
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

// score returns the logit of the target, summed over the pictures, and its class, [N]. Target is a scalar (int32) and may be Top.
func score(logits, target *Node) (sum, class *Node) {
	n, classes := logits.Shape().Dimensions[0], logits.Shape().Dimensions[1]
	given := BroadcastToShape(Reshape(target, 1), ArgMax(logits, 1, dtypes.Int32).Shape())
	class = Where(LessThan(given, ScalarZero(logits.Graph(), dtypes.Int32)), ArgMax(logits, 1, dtypes.Int32), given)
	chosen := Mul(OneHot(class, classes, logits.DType()), logits)
	return ReduceAllSum(chosen), ConvertDType(Reshape(class, n), dtypes.Float32)
}
