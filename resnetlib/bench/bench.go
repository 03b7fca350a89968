// Package bench measures what a network costs on a backend, the forward pass and the training step, compilation apart; and how fast pictures come in.
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/predict"
)

// Config says what is measured.
type Config struct {
	Arch       string
	BatchSize  int
	ImageSize  int // side in pixels
	NumClasses int
	Repeats    int // timed calls of each, after the first two, which compile and warm up
	ByLayer    bool
}

// Seconds are wall-clock seconds of one picture.
type Seconds struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
}

// Timing of one kind of call.
type Timing struct {
	SecondsPerImage Seconds `json:"seconds_per_image"`
}

// Result is the JSON of `resnetlab bench --json`.
type Result struct {
	Schema         int    `json:"schema"` // 1
	Arch           string `json:"arch"`
	Backend        string `json:"backend"`
	BatchSize      int    `json:"batch_size"`
	ImageSize      int    `json:"image_size"`
	NumClasses     int    `json:"num_classes"`
	Forward        Timing `json:"forward"`
	Train          Timing `json:"train"` // forward, backward and an Adam update
	CompileSeconds struct {
		Forward float64 `json:"forward"`
		Train   float64 `json:"train"`
	} `json:"compile_seconds"` // of the first call
	PeakRSSBytes int64         `json:"peak_rss_bytes"`   // of the whole process; 0 where the system does not tell
	Layers       []LayerTiming `json:"layers,omitempty"` // with ByLayer: of the forward pass
}

// Run measures on random pictures and random weights. backendName goes into the result.
func Run(ctx context.Context, b compute.Backend, backendName string, c Config) (*Result, error) {
	net, err := models.New(model.NewStore(), c.Arch, c.NumClasses)
	if err != nil {
		return nil, err
	}
	if c.BatchSize < 1 || c.ImageSize < 1 || c.Repeats < 1 {
		return nil, fmt.Errorf("batch size %d, image size %d, repeats %d: each must be at least 1", c.BatchSize, c.ImageSize, c.Repeats)
	}
	r := &Result{Schema: 1, Arch: c.Arch, Backend: backendName, BatchSize: c.BatchSize, ImageSize: c.ImageSize, NumClasses: c.NumClasses}
	pixels, labels := randomBatch(c)

	forward, err := predict.NewForward(b, net, c.BatchSize)
	if err != nil {
		return nil, err
	}
	defer forward.Finalize()
	r.Forward, r.CompileSeconds.Forward, err = c.measure(ctx, func() error {
		_, err := forward.Logits(pixels, c.BatchSize, c.ImageSize, c.ImageSize)
		return err
	})
	if err != nil {
		return nil, err
	}

	trainer, err := optim.NewTrainer(b, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
	if err != nil {
		return nil, err
	}
	defer trainer.Finalize()
	r.Train, r.CompileSeconds.Train, err = c.measure(ctx, func() error {
		_, err := trainer.Step(optim.Images(pixels, c.BatchSize, c.ImageSize, c.ImageSize), labels, 1e-4)
		return err
	})
	r.PeakRSSBytes = PeakRSS()
	if err == nil && c.ByLayer {
		r.Layers, err = c.layers(ctx, b, net)
	}
	return r, err
}

func randomBatch(c Config) (pixels []float32, labels []int32) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pixels = noise(rnd, c.BatchSize*c.ImageSize*c.ImageSize*3)
	for range c.BatchSize {
		labels = append(labels, rnd.Int32N(int32(c.NumClasses)))
	}
	return pixels, labels
}

// noise is n numbers as of normalised pixels.
func noise(rnd *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rnd.NormFloat64())
	}
	return values
}

func (c Config) measure(ctx context.Context, call func() error) (t Timing, compile float64, err error) {
	var seconds []float64
	for i := range c.Repeats + 2 {
		if err := ctx.Err(); err != nil {
			return t, compile, err
		}
		start := time.Now()
		if err := call(); err != nil {
			return t, compile, err
		}
		switch spent := time.Since(start).Seconds(); {
		case i == 0:
			compile = spent
		case i > 1:
			seconds = append(seconds, spent/float64(c.BatchSize))
		}
	}
	slices.Sort(seconds)
	return Timing{Seconds{Median: seconds[len(seconds)/2], Min: seconds[0]}}, compile, nil
}
