package nn

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// named is embedded by every module.
type named struct{ name string }

func (n named) Name() string { return n.name }

// takes panics unless x has these axes and so many channels behind them.
func (n named) takes(x *Node, axes string, channels int) {
	if d := x.Shape().Dimensions; len(d) != 2+strings.Count(axes, ",") || d[len(d)-1] != channels {
		panic(LayerError{fmt.Errorf("nn: %s takes [%s, %d], not %s", n.name, axes, channels, x.Shape())})
	}
}

// Conv2D is a convolution without bias (a batch norm follows), padded by Kernel/2 on each side: torchvision's conv3x3 and conv1x1.
type Conv2D struct {
	named
	In, Out, Kernel, Stride, Groups int
	Weight                          *Parameter // [k, k, in/groups, out]
}

// NewConv2D panics, as graph building does, where groups does not divide both channel counts.
func NewConv2D(s *Scope, in, out, kernelSize, stride, groups int) *Conv2D {
	if groups < 1 || in%groups != 0 || out%groups != 0 {
		panic(fmt.Errorf("nn: %s: %d groups do not divide %d input and %d output channels", s.Name(), groups, in, out))
	}
	w := s.parameter("weight", kernel, []int{kernelSize, kernelSize, in / groups, out}, kaimingNormalFanOut(kernelSize*kernelSize*out))
	return &Conv2D{named: named{s.Name()}, In: in, Out: out, Kernel: kernelSize, Stride: stride, Groups: groups, Weight: w}
}

// Forward: [N, H, W, in] -> [N, ceil(H/stride), ceil(W/stride), out] for odd kernels.
func (c *Conv2D) Forward(x *Node) *Node {
	c.takes(x, "N, H, W", c.In)
	return Observe(c, conv2d(x, c.Weight.Variable.NodeValue(x.Graph()), c.Stride, c.Kernel/2, c.Groups))
}

// Linear is a fully connected layer with bias.
type Linear struct {
	named
	In, Out      int
	Weight, Bias *Parameter // [in, out], [out]
}

func NewLinear(s *Scope, in, out int) *Linear {
	return &Linear{named: named{s.Name()}, In: in, Out: out,
		Weight: s.parameter("weight", matrix, []int{in, out}, uniformFanIn(in)),
		Bias:   s.parameter("bias", plain, []int{out}, uniformFanIn(in))}
}

// Forward: [N, in] -> [N, out].
func (l *Linear) Forward(x *Node) *Node {
	l.takes(x, "N", l.In)
	g := x.Graph()
	y := graph.MatMul(x, l.Weight.Variable.NodeValue(g))
	return Observe(l, graph.Add(y, graph.Reshape(l.Bias.Variable.NodeValue(g), 1, l.Out)))
}

// ReLU is max(0, x). The order matters: GoMLX gives the gradient of a tie to the first, and PyTorch's is 0 where x is 0.
type ReLU struct{ named }

func NewReLU(s *Scope) *ReLU { return &ReLU{named{s.Name()}} }

func (r *ReLU) Forward(x *Node) *Node {
	return Observe(r, graph.Max(graph.ScalarZero(x.Graph(), x.DType()), x))
}

// MaxPool2D is a maximum over windows; the border is padded with minus infinity.
type MaxPool2D struct {
	named
	Kernel, Stride, Padding int
}

func NewMaxPool2D(s *Scope, kernelSize, stride, padding int) *MaxPool2D {
	return &MaxPool2D{named{s.Name()}, kernelSize, stride, padding}
}

// Forward: [N, H, W, C] -> [N, (H+2p-k)/stride+1, (W+2p-k)/stride+1, C].
func (m *MaxPool2D) Forward(x *Node) *Node {
	return Observe(m, maxPool2d(x, m.Kernel, m.Stride, m.Padding))
}

// GlobalAvgPool is AdaptiveAvgPool2d((1, 1)) and flatten: the mean over all places, whatever the picture's size.
type GlobalAvgPool struct{ named }

func NewGlobalAvgPool(s *Scope) *GlobalAvgPool { return &GlobalAvgPool{named{s.Name()}} }

// Forward: [N, H, W, C] -> [N, C].
func (a *GlobalAvgPool) Forward(x *Node) *Node { return Observe(a, graph.ReduceMean(x, 1, 2)) }

// Dropout zeroes each element with probability P while training and scales the others by 1/(1-P); in evaluation it is the identity.
// ResNet has none; the lessons show it beside batch norm, since train() and eval() change these two layers alone.
type Dropout struct {
	named
	P     float64
	scope *Scope
}

// NewDropout draws from a stream that begins with the seed of the network ([Seed]), the same one for all its dropouts.
func NewDropout(s *Scope, p float64) *Dropout {
	s.net.seedDropout(s.seed)
	return &Dropout{named{s.Name()}, p, s}
}

func (d *Dropout) Forward(x *Node) *Node {
	if !Training(x.Graph()) || d.P == 0 {
		return Observe(d, x)
	}
	u := d.scope.net.Store.RootScope().RandomUniform(x.Graph(), x.Shape()) // [0, 1)
	keep := graph.GreaterOrEqual(u, graph.Scalar(x.Graph(), x.DType(), d.P))
	return Observe(d, graph.Where(keep, graph.MulScalar(x, 1/(1-d.P)), graph.ZerosLike(x)))
}

// Identity returns its input: what stands where a network leaves a layer out.
type Identity struct{ named }

func NewIdentity(s *Scope) *Identity { return &Identity{named{s.Name()}} }

func (i *Identity) Forward(x *Node) *Node { return Observe(i, x) }
