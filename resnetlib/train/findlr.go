package train

import (
	"context"
	"fmt"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/optim"
)

// FindLR runs a learning-rate range test (Smith 2015, arXiv:1506.01186) as fastai's lr_find does: training steps at rates that rise exponentially,
// until the smoothed loss exceeds four times its best. The network is made as [Fit] would make it and dropped afterwards: no run and no file is changed.
// The same settings and seed give the same curve.
//
// [Report] hears of every step: Done of Total steps, and the smoothed loss. A test that left out pictures returns its curve and an error that is
// [ErrLeftOut].
func FindLR(ctx context.Context, c Config, r optim.RangeTest, opts ...Option) (*optim.LRCurve, error) {
	r = r.WithDefaults()
	if err := r.Check(); err != nil {
		return nil, mark.As(ErrInput, err)
	}
	s, err := newSession(c, opts)
	if err != nil {
		return nil, asInput(ctx, err)
	}
	defer s.close()
	s.config.Accumulate, s.config.Scheduler = 1, "none" // a step is a batch, and the rate is the test's
	s.cacheFeatures = false                             // no run, and no folder for them
	if err := s.openData(ctx); err != nil {
		return nil, asInput(ctx, err)
	}
	if err := s.startNetwork(); err != nil {
		return nil, asInput(ctx, err)
	}
	curve, err := s.rangeTest(ctx, r)
	if err == nil && len(s.leftOut) > 0 {
		err = fmt.Errorf("%d unreadable %w", len(s.leftOut), ErrLeftOut)
	}
	return curve, err
}

// rangeTest takes the steps, over as many epochs as they need.
func (s *session) rangeTest(ctx context.Context, r optim.RangeTest) (*optim.LRCurve, error) {
	curve := &optim.LRCurve{}
	loader := datasets.NewLoader(s.data.Train, s.loaderConfig(true))
	for epoch := 0; ; epoch++ {
		for batch, err := range loader.Epoch(ctx, epoch, 0) {
			if err != nil {
				return nil, err
			}
			rate := r.Rate(len(curve.Rates))
			images := optim.Images(batch.Images, batch.N, batch.Height, batch.Width)
			result, err := s.compiled.trainer.Step(images, batch.Labels, s.ratesAt(rate)...)
			_ = images.FinalizeAll() // nobody reads them any more
			if err != nil {
				return nil, err
			}
			if len(curve.Rates) == 0 && !finite(result.Loss) {
				return nil, fmt.Errorf("range test: the loss is %v before a step is taken", result.Loss)
			}
			if !curve.Add(rate, result.Loss) {
				return curve.Suggest(), nil
			}
			done := len(curve.Rates)
			s.report(Event{Phase: "range test", Epoch: 1, Epochs: 1, Done: done, Total: r.Steps, Loss: curve.Smoothed[done-1]})
			if done == r.Steps {
				return curve.Suggest(), nil
			}
		}
	}
}

// ratesAt returns the rates of the parameter groups where the first is given; the head's keeps its ratio to it.
func (s *session) ratesAt(rate float64) []float64 {
	if s.config.HeadLR > 0 {
		return []float64{rate, rate * s.config.HeadLR / s.config.LR}
	}
	return []float64{rate}
}
