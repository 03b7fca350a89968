// Package train trains networks on labelled pictures and keeps each training in a run's folder.
//
// [Fit] trains from the first step; [Resume] continues a stopped run exactly where it was; [Ensure] does whichever of the two is needed, or neither;
// [FindLR] runs a learning-rate range test. The numbers are PyTorch's: one epoch of the notes' train.py is one epoch here.
//
//	run, err := train.Fit(ctx, train.Config{Data: "flowers", Arch: "resnet34", Weights: "resnet34", Epochs: 3, Out: "runs/flowers"})
//
// The files follow a training from its start to its end: setup.go (data, network, run), graphs.go (what is compiled), frozen.go (features that are
// computed once), epochs.go (steps and validation), checkpoint.go, resume.go.
package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/runs"
)

// Config holds the settings of a run: the flags of `resnetlab train` and the larger part of run.json. Zero values are the defaults.
type Config = runs.Settings

// Event is what a training reports while it works.
type Event struct {
	Note    string        // something to know, one line or more; all other fields are zero then
	Phase   string        // "train" or "val"; before them, once, "train features" and "val features"; of FindLR, "range test"
	Epoch   int           // from 1
	Epochs  int           // in all
	Done    int           // pictures of the phase
	Total   int           // pictures of the phase
	Loss    float64       // mean of the epoch so far, in training
	Rate    float64       // pictures a second, in training
	Metrics *runs.Metrics // of an epoch that has ended
}

// Errors of a training, to be found by errors.Is.
var (
	ErrInput     = errors.New("bad input")                                      // the data, the weights or the settings cannot be used; found before the first step
	ErrLeftOut   = errors.New("pictures were left out")                         // the training is done, without the pictures that cannot be read
	ErrOtherData = errors.New("the data are not those that the run began with") // a run cannot be resumed with other pictures
	ErrDiverged  = errors.New("training has diverged")                          // the loss or the gradient is no longer a finite number
)

// Option is an option of [Fit], [Resume], [Ensure], [FindLR] and [Prepare].
type Option func(*options)

type options struct {
	backend       compute.Backend
	backendName   string
	data          *datasets.Splits
	leftOut       []runs.Unreadable // of data that have been read
	read          bool              // the data have been read
	report        func(Event)
	graphs        *GraphCache // nil: the training's own
	sparse        bool        // see SparseCheckpoints
	cacheFeatures bool
	featureMemory int64 // bytes of features that are kept in memory; the rest goes to the disk
}

func newOptions(opts []Option) options {
	o := options{report: func(Event) {}, cacheFeatures: true, featureMemory: 1 << 30}
	for _, option := range opts {
		option(&o)
	}
	return o
}

// On trains on an open backend; name goes into run.json. Without it, the fastest that works here is opened.
func On(b compute.Backend, name string) Option {
	return func(o *options) { o.backend, o.backendName = b, name }
}

// Data trains on this data set in place of the one that Config.Data names. It needs Train and Val.
func Data(d *datasets.Splits) Option { return func(o *options) { o.data = d } }

// Readable says that all pictures of [Data] can be read, since these were left out: they are not read before the first epoch.
func Readable(leftOut []runs.Unreadable) Option {
	return func(o *options) { o.read, o.leftOut = true, slices.Clip(leftOut) }
}

// Report has f called with what happens, by one goroutine at a time. nil: nothing is reported.
func Report(f func(Event)) Option {
	if f == nil {
		f = func(Event) {}
	}
	return func(o *options) { o.report = f }
}

// Graphs takes compiled graphs from a cache and leaves its own there, for trainings that follow one another.
func Graphs(c *GraphCache) Option { return func(o *options) { o.graphs = c } }

// SparseCheckpoints writes checkpoints after every Config.CheckpointEvery steps and when the training is stopped, and none at the start, after an
// epoch or at the end; the best weights are written with a checkpoint or at the end. It is for runs that take less time than their checkpoints. A
// finished run cannot be resumed for more epochs, and [Ensure] trains a run anew that has no checkpoint; damaged ones are an error.
func SparseCheckpoints() Option { return func(o *options) { o.sparse = true } }

// Fit trains a network with the given settings and returns its run. Weights to start from bring their architecture, image size and preprocessing
// where the settings leave these out. When ctx ends, a checkpoint is written, and the error is that of ctx. A training that left out pictures returns
// its run and an error that is [ErrLeftOut].
func Fit(ctx context.Context, c Config, opts ...Option) (*runs.Run, error) {
	s, err := newSession(c, opts)
	if err != nil {
		return nil, asInput(ctx, err)
	}
	defer s.close()
	if err := s.openData(ctx); err != nil {
		return nil, asInput(ctx, err)
	}
	if err := s.startNetwork(); err != nil {
		return nil, asInput(ctx, err)
	}
	if err := s.createRun(); err != nil {
		return nil, err
	}
	return s.run, s.trainEpochs(ctx)
}

// asInput marks an error as one of the input, unless the context or the machine is its cause.
func asInput(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || datasets.IsSystemError(err) {
		return err
	}
	return mark.As(ErrInput, err)
}

func (s *session) note(format string, args ...any) {
	s.report(Event{Note: fmt.Sprintf(format, args...)})
}
