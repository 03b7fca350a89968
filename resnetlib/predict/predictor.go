// Package predict classifies pictures with a trained network: one, many, or a whole folder.
package predict

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// Forward runs a network, or a part of one, in evaluation mode on batches of one size, so that one compiled graph serves for all: a smaller
// batch is filled up with zeros, and what comes of them is dropped. In evaluation no picture sees its neighbours.
type Forward struct {
	BatchSize int
	exec      *model.Exec
}

// NewForward compiles nothing yet; the first call does. Later changes of the network's weights are seen.
func NewForward(b compute.Backend, net *models.ResNet, batchSize int) (*Forward, error) {
	return NewPart(b, net, net, batchSize)
}

// NewPart is NewForward for a part of a network ([models.ResNet.Split]).
func NewPart(b compute.Backend, net *models.ResNet, part nn.Module, batchSize int) (*Forward, error) {
	if batchSize < 1 {
		return nil, fmt.Errorf("batch size %d", batchSize)
	}
	exec, err := model.NewExec(b, net.Store, func(_ *model.Scope, x *nn.Node) *nn.Node { return part.Forward(x) })
	return &Forward{BatchSize: batchSize, exec: exec}, err
}

// Logits of n pictures of one size, n at most BatchSize: pixels [n, height, width, 3], normalised -> [n, classes].
func (f *Forward) Logits(pixels []float32, n, height, width int) ([][]float32, error) {
	return f.Rows(pixels, n, height, width, 3)
}

// Rows are what comes of n inputs of the given dimensions, n at most BatchSize: values [n, dims...] -> [n], each flat.
func (f *Forward) Rows(values []float32, n int, dims ...int) ([][]float32, error) {
	x := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{f.BatchSize}, dims...)...))
	size := x.Shape().Size() / f.BatchSize
	tensors.MustMutableFlatData(x, func(v []float32) { copy(v, values[:n*size]) })
	y, err := f.exec.Call1(x)
	if err != nil {
		return nil, fmt.Errorf("forward pass of %d inputs of shape %v: %w", n, dims, nn.Plain(err))
	}
	defer y.FinalizeAll()
	flat, err := tensors.CopyFlatData[float32](y)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(flat, len(flat)/f.BatchSize))[:n], nil
}

// Finalize frees the compiled graphs.
func (f *Forward) Finalize() { f.exec.Finalize() }

// Predictor classifies pictures: preprocessing, network, softmax.
type Predictor struct {
	Classes []string
	Preset  transforms.Preset
	forward *Forward
}

// New makes a predictor. The network's classes must be as many as the names.
func New(b compute.Backend, net *models.ResNet, classes []string, preset transforms.Preset, batchSize int) (*Predictor, error) {
	if n := net.Classes(); n != len(classes) {
		return nil, fmt.Errorf("%d class names for a network of %d classes", len(classes), n)
	}
	forward, err := NewForward(b, net, batchSize)
	return &Predictor{Classes: classes, Preset: preset, forward: forward}, err
}

// Result is the prediction of one picture, or the error that kept it from one.
type Result struct {
	File   string // as it was given
	Index  int    // of the most probable class
	Logits []float32
	Probs  []float64 // softmax of the logits, in class order
	Err    error
}

// Pictures classifies decoded pictures, in batches; the results are in their order.
func (p *Predictor) Pictures(ctx context.Context, pictures []*transforms.RGB) ([]Result, error) {
	results := make([]Result, 0, len(pictures))
	for batch := range slices.Chunk(pictures, p.forward.BatchSize) {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		inputs := make([][]float32, len(batch))
		for i, picture := range batch {
			inputs[i] = p.input(picture)
		}
		logits, err := p.logits(inputs)
		if err != nil {
			return results, err
		}
		for _, row := range logits {
			results = append(results, NewResult(row))
		}
	}
	return results, nil
}

// Finalize frees the compiled graph.
func (p *Predictor) Finalize() { p.forward.Finalize() }

// input is what the network sees of a picture: [crop, crop, 3], normalised.
func (p *Predictor) input(picture *transforms.RGB) []float32 {
	picture = p.Preset.Eval(picture)
	x := make([]float32, len(picture.Pix))
	p.Preset.Tensor(picture, x)
	return x
}

func (p *Predictor) logits(inputs [][]float32) ([][]float32, error) {
	side := p.Preset.Crop
	return p.forward.Logits(slices.Concat(inputs...), len(inputs), side, side)
}

// NewResult makes a result of a row of logits.
func NewResult(logits []float32) Result {
	r := Result{Logits: logits, Probs: Softmax(logits)}
	for i, v := range logits {
		if v > logits[r.Index] {
			r.Index = i
		}
	}
	return r
}

// Softmax of a row of logits, in float64.
func Softmax(logits []float32) []float64 {
	most := slices.Max(logits)
	probs, sum := make([]float64, len(logits)), 0.0
	for i, v := range logits {
		probs[i] = math.Exp(float64(v) - float64(most))
		sum += probs[i]
	}
	for i := range probs {
		probs[i] /= sum
	}
	return probs
}

// Top are the indices of the k most probable classes, the most probable first, equals in class order; k = 0 means all.
func (r Result) Top(k int) []int {
	order := make([]int, len(r.Probs))
	for i := range order {
		order[i] = i
	}
	score := func(i int) float64 { return float64(r.Logits[i]) }
	if r.Logits == nil { // a result that was read back has perhaps probabilities alone
		score = func(i int) float64 { return r.Probs[i] }
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := score(a), score(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	if k > 0 && k < len(order) {
		order = order[:k]
	}
	return order
}
