package predict

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/transforms"
)

// Predictor classifies pictures: preprocessing, network, softmax.
type Predictor struct {
	Classes []string // in label order
	Preset  transforms.Preset
	forward *Forward
}

// New makes a predictor. The network must have as many classes as there are names.
func New(b compute.Backend, net *models.ResNet, classes []string, preset transforms.Preset, batchSize int) (*Predictor, error) {
	if n := net.Classes(); n != len(classes) {
		return nil, fmt.Errorf("%d class names for a network of %d classes", len(classes), n)
	}
	forward, err := NewForward(b, net, batchSize)
	if err != nil {
		return nil, err
	}
	return &Predictor{Classes: classes, Preset: preset, forward: forward}, nil
}

// Pictures classifies decoded pictures, in batches; the results are in their order. Results beside an error are those of the batches before it.
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
