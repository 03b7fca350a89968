// Package bench measures speed and memory: [Run] measures the forward pass and the training step of a network on a backend, with compilation
// timed separately, and [Input] measures how many pictures a second are read, decoded and augmented.
//
// Both use random or drawn data, so they need no weights and no data set. Times are wall-clock seconds: other work on the machine changes
// them, and [Seconds].Min is less affected than the median. The results are the JSON of resnetlab bench.
package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/mark"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Config says what [Run] measures.
type Config struct {
	Arch       string // one of models.Variants
	BatchSize  int
	ImageSize  int // side in pixels
	NumClasses int
	Repeats    int  // timed calls of each kind, after two that compile and warm up
	ByLayer    bool // time each layer and block separately, too
}

// Seconds holds wall-clock seconds for one picture: those of a call divided by the batch size.
type Seconds struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
}

// Timing is the duration of one kind of call.
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

// ErrConfig is the kind of an error about a [Config] or an [InputConfig] with a value that cannot be measured.
var ErrConfig = errors.New("invalid configuration")

// Check returns an [ErrConfig] if the architecture is unknown or a number is below 1. [Run] checks the same; call Check to fail before a backend is
// opened.
func (c Config) Check() error {
	if c.BatchSize < 1 || c.ImageSize < 1 || c.NumClasses < 1 || c.Repeats < 1 {
		return mark.As(ErrConfig, fmt.Errorf("batch size %d, image size %d, classes %d, repeats %d: each must be at least 1",
			c.BatchSize, c.ImageSize, c.NumClasses, c.Repeats))
	}
	_, err := models.Variant(c.Arch)
	return mark.As(ErrConfig, err)
}

// Run measures a network with random weights on random pictures. backendName is copied into the result.
func Run(ctx context.Context, b compute.Backend, backendName string, c Config) (*Result, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	net, err := models.New(model.NewStore(), c.Arch, c.NumClasses)
	if err != nil {
		return nil, err
	}
	defer net.Store.Finalize()
	r := &Result{Schema: 1, Arch: c.Arch, Backend: backendName, BatchSize: c.BatchSize, ImageSize: c.ImageSize, NumClasses: c.NumClasses}
	batch := RandomBatch(c.BatchSize, c.ImageSize, c.NumClasses)
	forward, err := NewForward(b, net, batch)
	if err != nil {
		return nil, err
	}
	if r.Forward, r.CompileSeconds.Forward, err = c.time(ctx, forward); err != nil {
		return nil, err
	}
	step, err := NewStep(b, net, batch)
	if err != nil {
		return nil, err
	}
	if r.Train, r.CompileSeconds.Train, err = c.time(ctx, step); err != nil {
		return nil, err
	}
	r.PeakRSSBytes = PeakRSS()
	if !c.ByLayer {
		return r, nil
	}
	if r.Layers, err = Layers(ctx, b, net, c); err != nil {
		return nil, err
	}
	return r, nil
}

// time measures the work and frees it.
func (c Config) time(ctx context.Context, w *Work) (t Timing, compile float64, err error) {
	t, compile, err = c.measure(ctx, func() error {
		_, err := w.Call()
		return err
	})
	return t, compile, errors.Join(err, w.Finalize())
}

// measureNumber measures calls that return one number on the device, and waits for it: copying a large result to the host would take longer than
// most layers do.
func (c Config) measureNumber(ctx context.Context, call func() (*tensors.Tensor, error)) (t Timing, err error) {
	t, _, err = c.measure(ctx, func() error {
		y, err := call()
		if err != nil {
			return nn.Plain(err)
		}
		defer y.FinalizeAll()
		_, err = tensors.CopyFlatData[float32](y)
		return err
	})
	return t, err
}

// measure calls a function Repeats+2 times. The first call gives the time of compilation; the second is not timed.
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
