package nn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Constants of torch.nn.BatchNorm2d.
const (
	Epsilon  = 1e-5
	Momentum = 0.1 // weight of the new value: running = 0.9*running + 0.1*batch; a BatchNorm2D may have another
)

// BatchNorm2D normalises each channel: y = (x - mean) / sqrt(var + eps) * weight + bias (Ioffe and Szegedy, arXiv:1502.03167).
// While training, mean and var are the batch's and the running ones move towards them; in evaluation the running ones are used.
type BatchNorm2D struct {
	named
	Channels                int
	Weight, Bias            *Parameter // gamma and beta, [C]
	RunningMean, RunningVar *Parameter // [C]
	NumBatchesTracked       *Parameter // scalar, int64
	Momentum                float64    // weight of the new value, Momentum unless changed before a graph is built
	Eval                    bool       // use and keep the running statistics even while the network trains: bn.eval()
}

// NewBatchNorm2D starts with weight gamma (1; 0 for torchvision's zero_init_residual), bias 0, running mean 0 and variance 1.
func NewBatchNorm2D(s *Scope, channels int, gamma float32) *BatchNorm2D {
	d := []int{channels}
	b := &BatchNorm2D{named: named{s.Name()}, Channels: channels, Momentum: Momentum,
		Weight:            s.parameter("weight", plain, d, constant(gamma)),
		Bias:              s.parameter("bias", plain, d, constant(0)),
		RunningMean:       s.buffer("running_mean", filled(channels, 0)),
		RunningVar:        s.buffer("running_var", filled(channels, 1)),
		NumBatchesTracked: s.buffer("num_batches_tracked", tensors.FromScalar(int64(0)))}
	s.net.batchNorms = append(s.net.batchNorms, b)
	return b
}

func filled(n int, value float32) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, n))
	tensors.MustMutableFlatData(t, func(v []float32) { constant(value)(v, nil) })
	return t
}

// Forward: [N, H, W, C] -> [N, H, W, C].
func (b *BatchNorm2D) Forward(x *Node) *Node {
	b.takes(x, "N, H, W", b.Channels)
	if b.Eval || !Training(x.Graph()) {
		return Observe(b, b.byRunning(x))
	}
	return Observe(b, b.byBatch(x))
}

// byRunning is a scale and a shift per channel: x*s + (bias - mean*s), s = weight / sqrt(var + eps).
func (b *BatchNorm2D) byRunning(x *Node) *Node {
	scale := graph.Mul(b.row(x, b.Weight), inverseStd(b.row(x, b.RunningVar)))
	shift := graph.Sub(b.row(x, b.Bias), graph.Mul(b.row(x, b.RunningMean), scale))
	return graph.Add(graph.Mul(x, scale), shift)
}

// byBatch normalises with the batch's own statistics. The gradient is the closed form rather than what automatic differentiation
// makes of the formula: with xhat = (x - mean)/std and v = dL/dxhat / std, dL/dx = v - mean(v) - xhat*mean(v*xhat).
// Measured with a ReLU behind it, forward and backward, [8, 112, 112, 64] on XLA's CPU: 14 ms, by automatic differentiation 36 ms.
func (b *BatchNorm2D) byBatch(x *Node) *Node {
	n := float64(x.Shape().Size() / b.Channels)
	if n == 1 {
		panic(LayerError{fmt.Errorf("%s: expected more than 1 value per channel when training, got input size %v", b.name, x.Shape().Dimensions)})
	}
	mean := graph.StopGradient(channelMean(x))                                                        // [1, 1, 1, C]
	variance := graph.StopGradient(channelMean(graph.Square(graph.Sub(graph.StopGradient(x), mean)))) // biased: divided by n
	istd := inverseStd(variance)
	b.track(x.Graph(), mean, graph.MulScalar(variance, n/(n-1)))
	x = graph.IdentityWithCustomGradient(x, func(x, v *Node) *Node {
		xhat := graph.Mul(graph.Sub(x, mean), istd)
		return graph.Sub(graph.Sub(v, channelMean(v)), graph.Mul(xhat, channelMean(graph.Mul(v, xhat))))
	})
	xhat := graph.Mul(graph.Sub(x, mean), istd)
	return graph.Add(graph.Mul(xhat, b.row(x, b.Weight)), b.row(x, b.Bias))
}

// track moves the running statistics; the variance is the unbiased one (divided by n-1), as in PyTorch.
func (b *BatchNorm2D) track(g *Graph, mean, unbiased *Node) {
	move := func(p *Parameter, batch *Node) {
		old := graph.MulScalar(p.Variable.NodeValue(g), 1-b.Momentum)
		p.Variable.SetNodeValue(graph.Add(old, graph.MulScalar(graph.Reshape(batch, b.Channels), b.Momentum)))
	}
	move(b.RunningMean, mean)
	move(b.RunningVar, unbiased)
	count := b.NumBatchesTracked.Variable
	count.SetNodeValue(graph.OnePlus(count.NodeValue(g)))
}

// row is a per-channel parameter shaped to meet [N, H, W, C].
func (b *BatchNorm2D) row(x *Node, p *Parameter) *Node {
	return graph.Reshape(p.Variable.NodeValue(x.Graph()), 1, 1, 1, b.Channels)
}

func channelMean(x *Node) *Node { return graph.ReduceAndKeep(x, graph.ReduceMean, 0, 1, 2) }

func inverseStd(variance *Node) *Node {
	return graph.Reciprocal(graph.Sqrt(graph.AddScalar(variance, Epsilon)))
}
