package predict

import (
	"context"
	"iter"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/transforms"
)

// Extractor computes the features of pictures: what the network gives with its fc replaced by PyTorch's Identity.
type Extractor struct{ predictor *Predictor }

// NewExtractor makes one for any network that has an fc.
func NewExtractor(b compute.Backend, net *models.ResNet, preset transforms.Preset, batchSize int) (*Extractor, error) {
	body, _, err := net.Split("fc")
	if err != nil {
		return nil, err
	}
	forward, err := NewPart(b, net, body, batchSize)
	return &Extractor{&Predictor{Preset: preset, forward: forward}}, err
}

// Features are those of one picture, or the error that kept it from them.
type Features struct {
	File   string    // as it was given
	Values []float32 // [C]: 512, or 2048 for networks of bottlenecks
	Err    error
}

// Files is [Predictor.Files] for features.
func (e *Extractor) Files(ctx context.Context, root string, names []string, workers int) iter.Seq[Features] {
	return func(yield func(Features) bool) {
		for r := range e.predictor.Files(ctx, root, names, workers) {
			if !yield(Features{File: r.File, Values: r.Logits, Err: r.Err}) {
				return
			}
		}
	}
}

// Finalize frees the compiled graph.
func (e *Extractor) Finalize() { e.predictor.Finalize() }
