package nn

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/weights"
)

// norm is a batch norm's numbers in float64.
type norm struct{ weight, bias, mean, variance array }

func newNorm(channels int) norm {
	n := norm{random(1, channels), random(2, channels), random(3, channels), random(4, channels)}
	for i := range n.variance.values {
		n.variance.values[i] += 2 // above 0
	}
	return n
}

// batchStatistics are each channel's mean and biased variance.
func batchStatistics(x array) (mean, variance array) {
	c := x.dims[len(x.dims)-1]
	mean, variance = newArray(c), newArray(c)
	n := float64(len(x.values) / c)
	for i, v := range x.values {
		mean.values[i%c] += v / n
	}
	for i, v := range x.values {
		variance.values[i%c] += (v - mean.values[i%c]) * (v - mean.values[i%c]) / n
	}
	return mean, variance
}

// forward normalizes with the batch's statistics, or with the running ones.
func (n norm) forward(x array, byBatch bool) array {
	mean, variance := n.mean, n.variance
	if byBatch {
		mean, variance = batchStatistics(x)
	}
	y := newArray(x.dims...)
	c := len(mean.values)
	for i, v := range x.values {
		y.values[i] = (v-mean.values[i%c])/math.Sqrt(variance.values[i%c]+1e-5)*n.weight.values[i%c] + n.bias.values[i%c]
	}
	return y
}

// gradient is that of sum(output*v) by the values of a, which forward reads, by central differences.
func (n norm) gradient(x, v, a array, byBatch bool) array {
	const h = 1e-4 // the error is about h*h and 1e-16/h
	loss := func() (sum float64) {
		for i, y := range n.forward(x, byBatch).values {
			sum += y * v.values[i]
		}
		return sum
	}
	g := newArray(a.dims...)
	for i, old := range a.values {
		a.values[i] = old + h
		up := loss()
		a.values[i] = old - h
		g.values[i] = (up - loss()) / (2 * h)
		a.values[i] = old
	}
	return g
}

// track is what one batch makes of the running statistics: 0.9 of the old and 0.1 of the batch's, whose variance is divided by n-1.
func (n norm) track(x array) (mean, variance array) {
	mean, variance = batchStatistics(x)
	count := float64(len(x.values) / len(mean.values))
	for i := range mean.values {
		mean.values[i] = 0.9*n.mean.values[i] + 0.1*mean.values[i]
		variance.values[i] = 0.9*n.variance.values[i] + 0.1*variance.values[i]*count/(count-1)
	}
	return mean, variance
}

func (n norm) layer(t *testing.T, store *model.Store) *BatchNorm2D {
	t.Helper()
	s := NewScope(store).In("bn")
	bn := NewBatchNorm2D(s, len(n.weight.values), 1)
	for key, a := range map[string]array{"bn.weight": n.weight, "bn.bias": n.bias, "bn.running_mean": n.mean, "bn.running_var": n.variance} {
		if err := s.Net().SetTensor(key, weights.FromFloat32s(a.dims, tensors.MustCopyFlatData[float32](a.tensor()))); err != nil {
			t.Fatal(err)
		}
	}
	return bn
}

// Output, gradients and running statistics are those of plain loops in float64: in training, in evaluation, and in training with the
// layer's own eval mode.
func TestBatchNormEqualsPlainLoops(t *testing.T) {
	// Values of about 1 and sums of 30 of them round by less than 1e-5 in float32.
	const tolerance = 1e-5
	for name, c := range map[string]struct{ training, eval bool }{
		"training": {true, false}, "evaluation": {false, false}, "eval mode in training": {true, true},
	} {
		byBatch := c.training && !c.eval
		n, x, v := newNorm(4), random(5, 2, 3, 5, 4), random(6, 2, 3, 5, 4)
		want := []array{n.forward(x, byBatch), n.gradient(x, v, x, byBatch), n.gradient(x, v, n.weight, byBatch), n.gradient(x, v, n.bias, byBatch)}
		mean, variance, tracked := n.mean, n.variance, int64(0)
		if byBatch {
			mean, variance = n.track(x)
			tracked = 1
		}
		t.Run(name, func(t *testing.T) {
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				bn := n.layer(t, store)
				bn.Eval = c.eval
				exec := model.MustNewExec(b, store, func(_ *model.Scope, x, v *Node) []*Node {
					g := x.Graph()
					SetTraining(g, c.training)
					y := bn.Forward(x)
					return append([]*Node{y}, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, v)), x, bn.Weight.Variable.NodeValue(g), bn.Bias.Variable.NodeValue(g))...)
				})
				defer exec.Finalize()
				out, err := exec.Call(x.tensor(), v.tensor())
				if err != nil {
					t.Fatal(err)
				}
				for i, what := range []string{"output", "gradient by input", "gradient by weight", "gradient by bias"} {
					checkNear(t, what, out[i], want[i], tolerance)
				}
				checkNear(t, "running mean", value(t, bn.RunningMean), mean, tolerance)
				checkNear(t, "running variance", value(t, bn.RunningVar), variance, tolerance)
				if got := value(t, bn.NumBatchesTracked).Value(); got != tracked {
					t.Errorf("%v batches tracked, want %d", got, tracked)
				}
			})
		})
	}
}

func value(t *testing.T, p *Parameter) *tensors.Tensor {
	t.Helper()
	v, err := p.Variable.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A channel with one value has no variance to train with; evaluation does not need it.
func TestBatchNormRefusesOneValuePerChannel(t *testing.T) {
	store := model.NewStore()
	bn := NewBatchNorm2D(NewScope(store).In("bn"), 2, 1)
	for _, training := range []bool{true, false} {
		_, err := model.CallOnce(testbackend.Open(t, testbackend.Names[0]), store, func(_ *model.Scope, x *Node) *Node {
			SetTraining(x.Graph(), training)
			return bn.Forward(x)
		}, random(1, 1, 1, 1, 2).tensor())
		if (err != nil) != training {
			t.Errorf("training is %v: error %v", training, err)
		}
	}
}
