package predict

import (
	"context"
	"iter"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/network"
)

// Extractor computes the features of pictures: the input of the network's fc layer, as in PyTorch after net.fc = torch.nn.Identity().
type Extractor struct{ predictor *Predictor }

// NewExtractor makes an extractor. The network needs an fc layer, but no names of classes. Call [Extractor.Finalize] when it is no longer needed.
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

// Features holds the features of one picture, or the error why there are none.
type Features struct {
	File   string    // the name as given to Files
	Values []float32 // [C]; C is 512 for ResNet-18 and -34, 2048 for networks of bottleneck blocks
	Err    error     // nil, or why Values is nil
}

// Files computes the features of picture files. Arguments, order and errors are those of [Predictor.Files].
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

// Finalize frees the compiled graph. The extractor must not be used afterwards.
func (e *Extractor) Finalize() { e.predictor.Finalize() }
