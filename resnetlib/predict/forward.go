package predict

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Forward runs a network, or a part of one, in evaluation mode. All batches have one size, so that one compiled graph serves for all: a smaller
// batch is padded with zeros, and the rows of the padding are dropped. In evaluation mode the pictures of a batch do not affect one another.
type Forward struct {
	BatchSize int // as given to the constructor; do not change it
	exec      *model.Exec
}

// NewForward makes the forward pass of a network. The first batch compiles the graph. The weights are not part of it: each batch uses their current
// values. Call [Forward.Finalize] when it is no longer needed.
func NewForward(b compute.Backend, net *models.ResNet, batchSize int) (*Forward, error) {
	return NewPart(b, net, net, batchSize)
}

// NewPart makes the forward pass of a part of a network (see [models.ResNet.Split]), as [NewForward] does of all of it.
func NewPart(b compute.Backend, net *models.ResNet, part nn.Module, batchSize int) (*Forward, error) {
	if batchSize < 1 {
		return nil, fmt.Errorf("batch size %d: at least 1", batchSize)
	}
	exec, err := model.NewExec(b, net.Store, func(_ *model.Scope, x *nn.Node) *nn.Node { return part.Forward(x) })
	if err != nil {
		return nil, fmt.Errorf("preparing the forward pass: %w", err)
	}
	return &Forward{BatchSize: batchSize, exec: exec}, nil
}

// Logits computes the logits of n pictures of one size, n at most BatchSize: pixels [n, height, width, 3], normalised -> [n, classes].
func (f *Forward) Logits(pixels []float32, n, height, width int) ([][]float32, error) {
	return f.Rows(pixels, n, height, width, 3)
}

// Rows computes the outputs of n inputs, n at most BatchSize: values [n, dims...] -> n rows. A row is the
// output of one input, flattened.
func (f *Forward) Rows(values []float32, n int, dims ...int) ([][]float32, error) {
	return f.rowsOf([][]float32{values}, n, dims...)
}

// rowsOf is [Forward.Rows] for values that lie in several parts, one behind the other.
func (f *Forward) rowsOf(parts [][]float32, n int, dims ...int) ([][]float32, error) {
	if n > f.BatchSize {
		return nil, fmt.Errorf("forward pass of %d inputs: the batch size is %d", n, f.BatchSize)
	}
	x := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{f.BatchSize}, dims...)...))
	size := x.Shape().Size() / f.BatchSize
	tensors.MustMutableFlatData(x, func(v []float32) {
		v = v[:n*size]
		for _, part := range parts {
			v = v[copy(v, part):]
		}
	})
	y, err := f.exec.Call1(x)
	if err != nil {
		return nil, fmt.Errorf("forward pass of %d inputs of shape %v: %w", n, dims, nn.Plain(err))
	}
	defer y.FinalizeAll()
	flat, err := tensors.CopyFlatData[float32](y)
	if err != nil {
		return nil, fmt.Errorf("forward pass of %d inputs of shape %v: reading the output: %w", n, dims, err)
	}
	return slices.Collect(slices.Chunk(flat, len(flat)/f.BatchSize))[:n], nil
}

// Finalize frees the compiled graphs. The forward pass must not be used afterwards.
func (f *Forward) Finalize() { f.exec.Finalize() }
