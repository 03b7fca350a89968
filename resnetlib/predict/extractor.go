package predict

import (
	"context"
	"iter"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/network"
)

// Extractor computes the features of pictures: the input of the network's fc, which is its output with PyTorch's Identity in the place of fc.
type Extractor struct{ predictor *Predictor }

// NewExtractor makes an extractor for any network that has an fc.
func NewExtractor(b compute.Backend, net *network.Network, opts ...Option) (*Extractor, error) {
	body, _, err := net.Split("fc")
	if err != nil {
		return nil, err
	}
	forward, err := NewPart(b, net.ResNet, body, optionsOf(opts).batchSize)
	if err != nil {
		return nil, err
	}
	return &Extractor{&Predictor{Preset: net.Preset, forward: forward}}, nil
}

// Features are those of one picture, or the error that kept it from them.
type Features struct {
	File   string    // the name that was asked for
	Values []float32 // [C]: C is 512, or 2048 for networks of bottlenecks
	Err    error     // nil, or why there are none
}

// Files is [Predictor.Files] for features.
func (e *Extractor) Files(ctx context.Context, root string, names []string, workers int) iter.Seq2[Features, error] {
	return func(yield func(Features, error) bool) {
		for r, err := range e.predictor.rows(ctx, root, names, workers) {
			f := Features{File: r.file, Values: r.values, Err: r.err}
			if bad := checkFinite(r.values); bad != nil {
				f.Values, f.Err = nil, bad
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// Finalize frees the compiled graph.
func (e *Extractor) Finalize() { e.predictor.Finalize() }
