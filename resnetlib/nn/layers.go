package nn

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// checkInput panics unless x has these axes and this number of channels behind them.
func (l layer) checkInput(x *Node, axes string, channels int) {
	if d := x.Shape().Dimensions; len(d) != 2+strings.Count(axes, ",") || d[len(d)-1] != channels {
		panic(LayerError{fmt.Errorf("nn: %s takes [%s, %d], not %s", l.name, axes, channels, x.Shape())})
	}
}

// Conv2D is torch.nn.Conv2d without bias, because a batch norm follows. The padding is Kernel/2 on each side, which keeps the height and
// width at stride 1 and an odd kernel.
type Conv2D struct {
	layer
	In, Out, Kernel, Stride, Groups int
	Weight                          *Parameter // [k, k, in/groups, out]
}

// NewConv2D makes a convolution from in to out channels with initial weights as torchvision's: normal with variance 2/(out*k*k).
// It panics, as graph building does, where groups does not divide both channel counts.
func NewConv2D(s *Scope, in, out, kernelSize, stride, groups int) *Conv2D {
	if groups < 1 || in%groups != 0 || out%groups != 0 {
		panic(fmt.Errorf("nn: %s: %d groups do not divide %d input and %d output channels", s.Name(), groups, in, out))
	}
	w := s.parameter("weight", kernel, []int{kernelSize, kernelSize, in / groups, out}, kaimingNormalFanOut(kernelSize*kernelSize*out))
	return &Conv2D{layer: layer{s.Name()}, In: in, Out: out, Kernel: kernelSize, Stride: stride, Groups: groups, Weight: w}
}

// Forward convolves: [N, H, W, in] -> [N, ceil(H/stride), ceil(W/stride), out] for odd kernels.
func (c *Conv2D) Forward(x *Node) *Node {
	c.checkInput(x, "N, H, W", c.In)
	return Observe(c, conv2d(x, c.Weight.Variable.NodeValue(x.Graph()), c.Stride, c.Kernel/2, c.Groups))
}

// Describe returns the kernel, and the multiply-adds of one output element: k*k*in/groups.
func (c *Conv2D) Describe() Description {
	return Description{Kernel: c.Kernel, Stride: c.Stride, Padding: c.Kernel / 2, Groups: c.Groups,
		MACs: c.Kernel * c.Kernel * c.In / c.Groups, Parameters: []*Parameter{c.Weight}}
}

// Linear is a fully connected layer with bias, torch.nn.Linear.
type Linear struct {
	layer
	In, Out int
	Weight  *Parameter // [in, out]
	Bias    *Parameter // [out]
}

// NewLinear makes a fully connected layer with PyTorch's initial weights: uniform between -1/sqrt(in) and 1/sqrt(in).
func NewLinear(s *Scope, in, out int) *Linear {
	return &Linear{layer: layer{s.Name()}, In: in, Out: out,
		Weight: s.parameter("weight", matrix, []int{in, out}, uniformFanIn(in)),
		Bias:   s.parameter("bias", plain, []int{out}, uniformFanIn(in))}
}

// Forward multiplies by the weight and adds the bias: [N, in] -> [N, out].
func (l *Linear) Forward(x *Node) *Node {
	l.checkInput(x, "N", l.In)
	g := x.Graph()
	y := graph.MatMul(x, l.Weight.Variable.NodeValue(g))
	return Observe(l, graph.Add(y, graph.Reshape(l.Bias.Variable.NodeValue(g), 1, l.Out)))
}

// Describe returns the parameters, and the multiply-adds of one output element: in.
func (l *Linear) Describe() Description {
	return Description{MACs: l.In, Parameters: []*Parameter{l.Weight, l.Bias}}
}

// ReLU is max(0, x), torch.nn.ReLU.
type ReLU struct{ layer }

// NewReLU makes a ReLU.
func NewReLU(s *Scope) *ReLU { return &ReLU{layer{s.Name()}} }

// Forward computes max(0, x), of any shape. The order of the arguments matters: where both are equal, GoMLX gives the gradient to the first,
// and PyTorch's gradient is 0 where x is 0.
func (r *ReLU) Forward(x *Node) *Node {
	if fusesNorms(x.Graph()) {
		zero := graph.ZerosLike(x)
		return Observe(r, graph.Where(graph.LessOrEqual(x, zero), zero, x)) // its gradient too is of this form, which package onednn finds
	}
	return Observe(r, graph.Max(graph.ScalarZero(x.Graph(), x.DType()), x))
}

// MaxPool2D is a maximum over windows, torch.nn.MaxPool2d. The border is padded with minus infinity.
type MaxPool2D struct {
	layer
	Kernel, Stride, Padding int
}

// NewMaxPool2D makes a max-pool over windows of kernelSize x kernelSize pixels.
func NewMaxPool2D(s *Scope, kernelSize, stride, padding int) *MaxPool2D {
	return &MaxPool2D{layer{s.Name()}, kernelSize, stride, padding}
}

// Forward takes each window's maximum: [N, H, W, C] -> [N, (H+2p-k)/stride+1, (W+2p-k)/stride+1, C].
func (m *MaxPool2D) Forward(x *Node) *Node {
	return Observe(m, pool(x, m.Kernel, m.Stride, m.Padding))
}

// Describe returns the window.
func (m *MaxPool2D) Describe() Description {
	return Description{Kernel: m.Kernel, Stride: m.Stride, Padding: m.Padding}
}

// GlobalAvgPool is torch.nn.AdaptiveAvgPool2d((1, 1)) and a flatten: the mean over all pixels, for pictures of any size.
type GlobalAvgPool struct{ layer }

// NewGlobalAvgPool makes a global average pool.
func NewGlobalAvgPool(s *Scope) *GlobalAvgPool { return &GlobalAvgPool{layer{s.Name()}} }

// Forward takes each channel's mean: [N, H, W, C] -> [N, C].
func (a *GlobalAvgPool) Forward(x *Node) *Node { return Observe(a, graph.ReduceMean(x, 1, 2)) }

// Identity returns its input, torch.nn.Identity. It stands where a network leaves a layer out.
type Identity struct{ layer }

// NewIdentity makes an identity.
func NewIdentity(s *Scope) *Identity { return &Identity{layer{s.Name()}} }

// Forward returns x.
func (i *Identity) Forward(x *Node) *Node { return Observe(i, x) }
