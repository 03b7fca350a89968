package train

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

// Config is the settings of a run: the flags of `resnetlab train`, and the larger part of run.json. Zero values are the defaults.
type Config = runs.Settings

// Event is what Fit has to say while it works.
type Event struct {
	Note    string        // something to know, one line or more; all else is zero then
	Phase   string        // "train" or "val"; before them, once, "train features" and "val features"
	Epoch   int           // from 1
	Epochs  int           // in all
	Done    int           // pictures of the phase
	Total   int           // pictures of the phase
	Loss    float64       // mean of the epoch so far, in training
	Rate    float64       // pictures a second, in training
	Metrics *runs.Metrics // of an epoch that has ended
}

// Option of Fit.
type Option func(*session)

// On trains on an opened backend; name goes into run.json. Without it the fastest that works here is opened.
func On(b compute.Backend, name string) Option {
	return func(s *session) { s.backend, s.backendName = b, name }
}

// Data trains on a data set of your own instead of the one that Config.Data names.
func Data(d *datasets.Splits) Option { return func(s *session) { s.data = d } }

// Report is called with what happens, by one goroutine at a time.
func Report(f func(Event)) Option { return func(s *session) { s.report = f } }

// session is one call of Fit.
type session struct {
	config      Config
	backend     compute.Backend
	backendName string
	data        *datasets.Splits
	report      func(Event)

	unreadable []runs.Unreadable
	preset     transforms.Preset
	net        *models.ResNet
	plan       Plan
	frozen     *frozenBody // where features are computed once; else nil
	memory     int64       // bytes left for features
	run        *runs.Run
	trainer    *Trainer
	machinery  *machinery            // net, frozen and trainer, with the graphs of validation
	shared     map[string]*machinery // see sharing; nil: none
	progress   *progress

	plainEpochs bool // no features are kept: the range test has no folder for them, and tests compare
}

func newSession(options []Option) *session {
	s := &session{report: func(Event) {}, memory: featureMemory}
	for _, o := range options {
		o(s)
	}
	return s
}

// ErrPartial is what errors.Is finds in the error of a training that is done but left out unreadable pictures.
var ErrPartial = errors.New("pictures were left out")

// ErrInput is what errors.Is finds in an error of the data, the weights or the settings, found before the first step.
var ErrInput = errors.New("bad input")

// inputError is such an error.
type inputError struct{ error }

func (e inputError) Is(target error) bool { return target == ErrInput }
func (e inputError) Unwrap() error        { return e.error }

// Fit trains a network as the settings say and returns the run's folder. Weights to start from bring their architecture, image size and
// preprocessing with them where the settings leave these out. When ctx ends, what was done is on disk and the error is ctx's; a run
// that is done but for unreadable pictures comes with an error that is [ErrPartial].
func Fit(ctx context.Context, c Config, options ...Option) (*runs.Run, error) {
	c, err := complete(c)
	if err != nil {
		return nil, input(ctx, err)
	}
	s := newSession(options)
	s.config = c
	if err := s.config.Validate(); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s.run, s.loop(ctx)
}

// input marks an error as one of the input, unless it is the context's.
func input(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return inputError{err}
}

// begin does all that comes before the first step: data, network, plan, run folder.
func (s *session) begin(ctx context.Context) error {
	if err := s.assemble(ctx); err != nil {
		return err
	}
	info, err := s.info()
	if err != nil {
		return err
	}
	s.progress = newProgress(s.config)
	first, err := s.snapshot()
	if err != nil {
		return err
	}
	if s.run, err = runs.Create(s.config.Out, s.config, info, first, s.config.Overwrite); err != nil {
		return err
	}
	s.note("run %s", s.run.Dir)
	return nil
}

// assemble makes all that a step needs.
func (s *session) assemble(ctx context.Context) error {
	if err := s.open(ctx); err != nil {
		return input(ctx, err)
	}
	net, note, err := build(s.config, len(s.data.Train.Classes()))
	if err != nil {
		return input(ctx, err)
	}
	s.note("%s", note)
	s.net = net
	return input(ctx, s.prepare())
}

// open opens backend and data, and finds the pictures that cannot be read.
func (s *session) open(ctx context.Context) (err error) {
	if s.backend == nil {
		b, choice, err := backend.OpenWith("", backend.Options{Threads: s.config.Threads})
		if err != nil {
			return err
		}
		s.backend, s.backendName = b, choice.Name
		s.note("%s", choice)
	}
	if s.preset, err = s.preprocessing(); err != nil {
		return err
	}
	if s.data == nil {
		if s.data, err = OpenData(s.config); err != nil {
			return err
		}
	}
	if s.data.Val, err = datasets.WithClasses(s.data.Val, s.data.Train.Classes()); err != nil {
		return fmt.Errorf("validation data: %w", err)
	}
	if s.data.Train, err = s.readable(ctx, "train", s.data.Train); err != nil {
		return err
	}
	if s.data.Val, err = s.readable(ctx, "val", s.data.Val); err != nil {
		return err
	}
	s.note("%d pictures to train on, %d to validate, %d classes", s.data.Train.Len(), s.data.Val.Len(), len(s.data.Train.Classes()))
	if classes := s.data.Train.Classes(); len(classes) == 1 {
		s.note("one class alone, %s, is nothing to tell apart: often the path is one level too high", classes[0])
	}
	return nil
}

// readable leaves out the pictures that cannot be read, or refuses them where the settings say so.
func (s *session) readable(ctx context.Context, split string, ds datasets.Dataset) (datasets.Dataset, error) {
	if _, drawn := ds.(datasets.Fingerprinter); drawn || s.shared != nil { // drawn or in memory: nothing to decode; or done for all who share
		return ds, nil
	}
	bad, err := datasets.Check(ctx, ds, s.config.Workers)
	if err != nil {
		return nil, err
	}
	for _, b := range bad {
		if s.config.StrictData {
			return nil, fmt.Errorf("unreadable picture: %w", b)
		}
		s.note("left out of %s: %v", split, b)
		s.unreadable = append(s.unreadable, runs.Unreadable{File: split + "/" + b.Name, Error: b.Err.Error()})
	}
	ds = datasets.Without(ds, bad)
	if ds.Len() == 0 {
		return nil, fmt.Errorf("no readable picture in %s", split)
	}
	return ds, nil
}

// prepare freezes what the strategy leaves alone and makes the trainer.
func (s *session) prepare() (err error) {
	if s.plan, err = Strategy(s.config.Strategy).Apply(s.net, s.config.FreezesBN()); err != nil {
		return err
	}
	s.note("%s", s.plan)
	if err = s.split(); err != nil {
		return err
	}
	if borrowed, err := s.borrow(); borrowed || err != nil {
		return err
	}
	o := StepOptions{LabelSmoothing: s.config.LabelSmoothing, ClipNorm: s.config.ClipNorm, Accumulate: s.config.Accumulate,
		Optimizer: Optimizer{Name: s.config.Optimizer, Momentum: s.config.Momentum, WeightDecay: s.config.WeightDecay}}
	if s.frozen != nil {
		o.Tail = s.frozen.tail
	}
	if s.config.HeadLR > 0 {
		o.Group = headGroup
	}
	if o.ClassWeights, err = s.classWeights(); err != nil {
		return err
	}
	if s.trainer, err = NewTrainer(s.backend, s.net, o); err == nil {
		s.own()
	}
	return err
}

// headGroup puts the head, fc or what was added behind it, into the second parameter group.
func headGroup(p *nn.Parameter) int {
	if under(p.Key, "fc") || under(p.Key, "head") {
		return 1
	}
	return 0
}

// classWeights are one a class, or nil. "balanced" is pictures / (classes * pictures of the class).
func (s *session) classWeights() ([]float32, error) {
	given, balanced, err := s.config.ParseClassWeights()
	classes := len(s.data.Train.Classes())
	if err != nil || !balanced && given == nil {
		return nil, err
	}
	if balanced {
		labels, err := datasets.Labels(s.data.Train)
		if err != nil {
			return nil, err
		}
		counts := make([]int, classes)
		for _, l := range labels {
			counts[l]++
		}
		given = make([]float64, classes)
		for i, n := range counts {
			given[i] = float64(len(labels)) / float64(classes*max(n, 1))
		}
	}
	if len(given) != classes {
		return nil, fmt.Errorf("%d class weights for %d classes", len(given), classes)
	}
	weights := make([]float32, classes)
	for i, w := range given {
		weights[i] = float32(w)
	}
	return weights, nil
}

func (s *session) info() (runs.Info, error) {
	fingerprint, err := s.data.Fingerprint()
	if err != nil {
		return runs.Info{}, err
	}
	info := runs.Info{Classes: s.data.Train.Classes(), Preset: s.preset, Backend: s.backendName, Versions: moduleVersions(), DataFingerprint: fingerprint,
		TrainPictures: s.data.Train.Len(), ValPictures: s.data.Val.Len(), Unreadable: s.unreadable}
	if s.net.Head != nil {
		info.PyTorchRecipe = fmt.Sprintf("net = torchvision.models.%s(num_classes=%d); net = torch.nn.Sequential(collections.OrderedDict(net=net, head=torch.nn.Linear(%d, %d))); "+
			"load keys head.* into head and all others into net", s.config.Arch, s.net.FC.Out, s.net.FC.Out, len(info.Classes))
	}
	return info, nil
}

func (s *session) note(format string, args ...any) {
	s.report(Event{Note: fmt.Sprintf(format, args...)})
}

// checkFinite ends a training whose loss or gradient is no number, before a checkpoint is made of it, and says what a person needs to go on.
func (s *session) checkFinite(step int, r StepResult) error {
	for _, v := range []struct {
		what  string
		value float64
	}{{"loss", r.Loss}, {"gradient's norm", r.GradNorm}} {
		if !finite(v.value) {
			return s.diverged(fmt.Sprintf("the %s of step %d", v.what, step), v.value)
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (s *session) diverged(what string, value float64) error {
	return fmt.Errorf("%s is %v: training has diverged (a smaller --lr, or --clip-norm 1, may help); the last good checkpoint is %s",
		what, value, s.run.CheckpointPath(s.progress.Step))
}
