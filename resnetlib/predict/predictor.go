package predict

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/transforms"
)

// Predictor classifies pictures: preprocessing, network, softmax. Make one with [New].
type Predictor struct {
	Classes []string // in label order
	Preset  transforms.Preset
	forward *Forward
	unused  sync.Pool // of *input, whose memory serves for other pictures
}

// input is a picture as the network gets it: [crop, crop, 3], normalised.
type input struct{ values []float32 }

// Option is an option of [New] and [NewExtractor].
type Option func(*options)

type options struct{ batchSize int }

// BatchSize sets the number of pictures that the network computes at once, 8 by default. Another batch size may change the last digits of a
// probability.
func BatchSize(n int) Option { return func(o *options) { o.batchSize = n } }

func optionsOf(opts []Option) options {
	o := options{batchSize: 8}
	for _, option := range opts {
		option(&o)
	}
	return o
}

// New makes a predictor. The network needs the names of its classes. Call [Predictor.Finalize] when the predictor is no longer needed.
func New(b compute.Backend, net *network.Network, opts ...Option) (*Predictor, error) {
	if err := net.CheckClasses(); err != nil {
		return nil, fmt.Errorf("making a predictor: %w", err)
	}
	forward, err := NewForward(b, net.ResNet, optionsOf(opts).batchSize)
	if err != nil {
		return nil, err
	}
	return &Predictor{Classes: net.Classes, Preset: net.Preset, forward: forward}, nil
}

// Pictures classifies decoded pictures in batches and returns one result per picture, in order. With an error it returns the results of the batches
// before it.
func (p *Predictor) Pictures(ctx context.Context, pictures []*transforms.RGB) ([]Result, error) {
	results := make([]Result, 0, len(pictures))
	for batch := range slices.Chunk(pictures, p.forward.BatchSize) {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		inputs := make([]*input, len(batch))
		for i, picture := range batch {
			inputs[i] = p.input(p.Preset.Eval(picture))
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

// Finalize frees the compiled graph. The predictor must not be used afterwards.
func (p *Predictor) Finalize() { p.forward.Finalize() }

// input normalises a picture that has been resized and cropped.
func (p *Predictor) input(picture *transforms.RGB) *input {
	x, ok := p.unused.Get().(*input)
	if !ok || len(x.values) != len(picture.Pix) {
		x = &input{make([]float32, len(picture.Pix))}
	}
	p.Preset.Tensor(picture, x.values)
	return x
}

// logits computes one row for each input. The inputs must not be used afterwards.
func (p *Predictor) logits(inputs []*input) ([][]float32, error) {
	side := p.Preset.Crop
	parts := make([][]float32, len(inputs))
	for i, x := range inputs {
		parts[i] = x.values
	}
	rows, err := p.forward.rowsOf(parts, len(inputs), side, side, 3)
	for _, x := range inputs {
		p.unused.Put(x)
	}
	return rows, err
}
