package nn_test

import (
	"fmt"
	"log"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/nn"
)

// A layer made in a child scope has the child's name, and its parameters have PyTorch's keys and shapes.
func ExampleNewScope() {
	s := nn.NewScope(model.NewStore(), nn.Seed(1))
	nn.NewConv2D(s.In("conv1"), 3, 64, 7, 2, 1)
	nn.NewBatchNorm2D(s.In("bn1"), 64, 1)
	nn.NewLinear(s.In("fc"), 64, 5)
	for _, p := range s.Net().Parameters() {
		fmt.Println(p.Key, p.Shape(), p.RequiresGrad())
	}
	// Output:
	// conv1.weight [64 3 7 7] true
	// bn1.weight [64] true
	// bn1.bias [64] true
	// bn1.running_mean [64] false
	// bn1.running_var [64] false
	// bn1.num_batches_tracked [] false
	// fc.weight [5 64] true
	// fc.bias [5] true
}

// A stride of 2 halves height and width, rounded up.
func ExampleConv2D() {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		log.Fatal(err)
	}
	store := model.NewStore()
	conv := nn.NewConv2D(nn.NewScope(store).In("conv1"), 3, 8, 3, 2, 1) // in, out, kernel, stride, groups
	picture := tensors.FromFlatDataAndDimensions(make([]float32, 9*7*3), 1, 9, 7, 3)
	y, err := model.CallOnce(b, store, func(_ *model.Scope, x *nn.Node) *nn.Node { return conv.Forward(x) }, picture)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Shape().Dimensions, conv.Describe().MACs)
	// Output: [1 5 4 8] 27
}

// In training a batch norm uses the statistics of the batch and moves the running ones a tenth of the way; in evaluation it uses those.
func ExampleBatchNorm2D() {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		log.Fatal(err)
	}
	store := model.NewStore()
	bn := nn.NewBatchNorm2D(nn.NewScope(store).In("bn"), 1, 1)            // one channel, weight 1
	x := tensors.FromFlatDataAndDimensions([]float32{10, 30}, 1, 1, 2, 1) // mean 20, standard deviation 10
	for _, training := range []bool{true, false} {
		y, err := model.CallOnce(b, store, func(_ *model.Scope, x *nn.Node) *nn.Node {
			nn.SetTraining(x.Graph(), training)
			return bn.Forward(x)
		}, x)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("training %t: %.2f, running mean %.0f\n", training, tensors.MustCopyFlatData[float32](y), bn.RunningMean.Variable.MustValue().Value())
	}
	// Output:
	// training true: [-1.00 1.00], running mean [2]
	// training false: [1.75 6.12], running mean [2]
}

// A hook sees the output of every module, and what it returns is used in its place: here twice the output of the first layer.
func ExampleWithHook() {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		log.Fatal(err)
	}
	s := nn.NewScope(model.NewStore())
	first, second := nn.NewIdentity(s.In("first")), nn.NewReLU(s.In("second"))
	y, err := graph.CallOnce(b, func(x *nn.Node) *nn.Node {
		nn.WithHook(x.Graph(), func(m nn.Module, y *nn.Node) *nn.Node {
			fmt.Println(m.Name(), y.Shape().Dimensions)
			if m == first {
				return graph.MulScalar(y, 2)
			}
			return y
		})
		return second.Forward(first.Forward(x))
	}, []float32{-1, 3})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Value())
	// Output:
	// first [2]
	// second [2]
	// [0 6]
}

func ExampleCrossEntropy() {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		log.Fatal(err)
	}
	logits, labels := [][]float32{{0, 0}, {2, 0}}, []int32{0, 1} // ln 2 and ln(1 + e^2)
	loss, err := graph.CallOnceN(b, func(logits, labels *nn.Node) []*nn.Node {
		return []*nn.Node{
			nn.CrossEntropy(logits, labels),
			nn.CrossEntropy(logits, labels, nn.LabelSmoothing(0.1), nn.ClassWeights([]float32{1, 3})),
		}
	}, logits, labels)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %.4f\n", loss[0].Value(), loss[1].Value())
	// Output: 1.4100 1.7076
}
