package main

import (
	"context"
	"strings"

	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/models"
)

// layers says how fast the layers and blocks of a network compute, each alone, beside a large matrix product.
type layers struct {
	Arch   string  `json:"arch"`
	Batch  int     `json:"batch"`
	Size   int     `json:"size"`
	Peak   float64 `json:"matmul_macs_per_second"` // multiply-adds
	Layers []layer `json:"layers"`
}

// layer is a layer or block.
type layer struct {
	Name    string  `json:"name"`
	MACs    int     `json:"macs"`    // of one picture
	Seconds float64 `json:"seconds"` // for one picture
}

const (
	peakRows     = 2048 // of the matrices whose product gives the peak
	layerRepeats = 9
)

// layers measures the forward pass by layer, and the peak before it.
func (w *worker) layers(ctx context.Context, l load) (*layers, error) {
	if err := w.open(l.Arch); err != nil {
		return nil, err
	}
	summary, err := models.Summarize(w.net, 1, l.Size, l.Size, 3)
	if err != nil {
		return nil, err
	}
	result := &layers{Arch: l.Arch, Batch: l.Batch, Size: l.Size}
	if result.Peak, err = bench.MatMulPeak(ctx, w.backend, peakRows, layerRepeats); err != nil {
		return nil, err
	}
	c := bench.Config{Arch: l.Arch, BatchSize: l.Batch, ImageSize: l.Size, NumClasses: classes, Repeats: layerRepeats}
	timings, err := bench.Layers(ctx, w.backend, w.net, c)
	if err != nil {
		return nil, err
	}
	for _, t := range timings {
		result.Layers = append(result.Layers, layer{t.Name, macsOf(summary, t.Name), t.SecondsPerImage.Median})
	}
	return result, nil
}

// macsOf returns the multiply-adds of a layer, or of all layers of a block.
func macsOf(s *models.Summary, name string) (macs int) {
	for _, l := range s.Layers {
		if l.Name == name || strings.HasPrefix(l.Name, name+".") {
			macs += l.MACs
		}
	}
	return macs
}
