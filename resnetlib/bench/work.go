package bench

import (
	"math/rand/v2"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/predict"
)

// Batch holds normalised pictures and their labels.
type Batch struct {
	Pixels []float32 // [N, Size, Size, 3]
	Labels []int32   // [N]
	Size   int       // side in pixels
}

// RandomBatch returns normally distributed pixels, as those of normalised pictures are, and random labels. It is the same batch at every call.
func RandomBatch(n, size, classes int) Batch {
	rnd := rand.New(rand.NewPCG(1, 2))
	batch := Batch{Pixels: noise(rnd, n*size*size*3), Size: size}
	for range n {
		batch.Labels = append(batch.Labels, rnd.Int32N(int32(classes)))
	}
	return batch
}

// noise returns n normally distributed numbers.
func noise(rnd *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rnd.NormFloat64())
	}
	return values
}

// Work is one call of a network on one batch, to be repeated: the forward pass or the training step. The first call compiles the graph.
type Work struct {
	call     func() ([]float64, error)
	finalize func() error
}

// NewForward prepares the forward pass in evaluation mode. Its value is the logits of the first picture.
func NewForward(b compute.Backend, net *models.ResNet, batch Batch) (*Work, error) {
	n := len(batch.Labels)
	forward, err := predict.NewForward(b, net, n)
	if err != nil {
		return nil, err
	}
	call := func() ([]float64, error) {
		logits, err := forward.Logits(batch.Pixels, n, batch.Size, batch.Size)
		if err != nil {
			return nil, err
		}
		first := make([]float64, len(logits[0]))
		for i, v := range logits[0] {
			first[i] = float64(v)
		}
		return first, nil
	}
	return &Work{call, func() error { forward.Finalize(); return nil }}, nil
}

// NewStep prepares the training step: forward and backward in training mode, cross entropy, and an Adam update at the rate 1e-4. Its value is the
// loss before the update.
func NewStep(b compute.Backend, net *models.ResNet, batch Batch) (*Work, error) {
	trainer, err := optim.NewTrainer(b, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
	if err != nil {
		return nil, err
	}
	call := func() ([]float64, error) {
		images := optim.Images(batch.Pixels, len(batch.Labels), batch.Size, batch.Size)
		defer images.FinalizeAll()
		r, err := trainer.Step(images, batch.Labels, 1e-4)
		if err != nil {
			return nil, err
		}
		return []float64{r.Loss}, nil
	}
	return &Work{call, trainer.Finalize}, nil
}

// Call runs the work once and returns its value when all of it has been computed.
func (w *Work) Call() (value []float64, err error) { return w.call() }

// Finalize frees the compiled graph. The work must not be called afterwards.
func (w *Work) Finalize() error { return w.finalize() }
