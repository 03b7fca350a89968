package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/optim"
)

// RangeTest says how [FindLR] goes through the learning rates. Zero values stand for fastai's.
type RangeTest struct {
	From  float64 // first learning rate; 0: 1e-7
	To    float64 // last learning rate; 0: 10
	Steps int     // steps from the first to the last, each on one batch; 0: 100
}

func (r RangeTest) withDefaults() RangeTest {
	if r.From == 0 {
		r.From = 1e-7
	}
	if r.To == 0 {
		r.To = 10
	}
	if r.Steps == 0 {
		r.Steps = 100
	}
	return r
}

func (r RangeTest) check() error {
	if !(r.From > 0 && r.To > r.From) || r.Steps < 2 {
		return fmt.Errorf("a range test needs 0 < from < to and at least 2 steps, not %g, %g and %d", r.From, r.To, r.Steps)
	}
	return nil
}

// rate of step i, from 0: equal factors from one step to the next.
func (r RangeTest) rate(i int) float64 {
	return r.From * math.Pow(r.To/r.From, float64(i)/float64(r.Steps-1))
}

// LRCurve is the result of a range test, one entry a step.
type LRCurve struct {
	Rates      []float64 `json:"rates"`
	Losses     []float64 `json:"losses"`               // of each batch
	Smoothed   []float64 `json:"smoothed"`             // exponential mean of the losses, which decides about Stopped and Suggestion
	Suggestion float64   `json:"suggestion,omitempty"` // rate at which Smoothed falls most steeply; 0: it never fell
	Stopped    bool      `json:"stopped"`              // before the last rate: the loss had gone far above its best

	mean float64 // of the losses, exponential, with the bias of its start
}

const (
	smoothing = 0.98 // share of the past in the smoothed loss
	explosion = 4    // times the best smoothed loss, at which the test ends
)

// FindLR runs a learning-rate range test (Smith 2015, arXiv:1506.01186) as fastai's lr_find does: training steps at rates that rise exponentially,
// until the smoothed loss exceeds four times its best. The network is made as [Fit] would make it and dropped afterwards: no run and no file is changed.
// The same settings and seed give the same curve.
//
// [Report] hears of every step: Done of Total steps, and the smoothed loss. A test that left out pictures returns its curve and an error that is
// [ErrLeftOut].
func FindLR(ctx context.Context, c Config, r RangeTest, opts ...Option) (*LRCurve, error) {
	r = r.withDefaults()
	if err := r.check(); err != nil {
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
func (s *session) rangeTest(ctx context.Context, r RangeTest) (*LRCurve, error) {
	curve := &LRCurve{}
	loader := datasets.NewLoader(s.data.Train, s.loaderConfig(true))
	for epoch := 0; ; epoch++ {
		for batch, err := range loader.Epoch(ctx, epoch, 0) {
			if err != nil {
				return nil, err
			}
			rate := r.rate(len(curve.Rates))
			images := optim.Images(batch.Images, batch.N, batch.Height, batch.Width)
			result, err := s.compiled.trainer.Step(images, batch.Labels, s.ratesAt(rate)...)
			if err != nil {
				return nil, err
			}
			if len(curve.Rates) == 0 && !finite(result.Loss) {
				return nil, fmt.Errorf("range test: the loss is %v before a step is taken", result.Loss)
			}
			if !curve.add(rate, result.Loss) {
				return curve.suggest(), nil
			}
			done := len(curve.Rates)
			s.report(Event{Phase: "range test", Epoch: 1, Epochs: 1, Done: done, Total: r.Steps, Loss: curve.Smoothed[done-1]})
			if done == r.Steps {
				return curve.suggest(), nil
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

// add adds a step, unless its smoothed loss explodes, and tells whether the test continues. The smoothed loss is an exponential mean without the bias
// of its start, as Adam's moments are: the first value is the first loss.
func (c *LRCurve) add(rate, loss float64) bool {
	c.mean = smoothing*c.mean + (1-smoothing)*loss
	smoothed := c.mean / (1 - math.Pow(smoothing, float64(len(c.Rates)+1)))
	if c.Stopped = len(c.Rates) > 0 && !(smoothed <= explosion*slices.Min(c.Smoothed)); c.Stopped { // NaN, too
		return false
	}
	c.Rates, c.Losses, c.Smoothed = append(c.Rates, rate), append(c.Losses, loss), append(c.Smoothed, smoothed)
	return true
}

// suggest sets Suggestion to the rate at which the smoothed loss falls most steeply over the logarithm of the rate: the least of
// (loss[i+1]-loss[i]) / (log rate[i+1] - log rate[i]), at the left of the two, as fastai's "steep". As there, the first tenth of the steps (whose
// mean is still settling) and the last five (which explode) are left aside.
func (c *LRCurve) suggest() *LRCurve {
	steepest := 0.0
	for i := len(c.Rates) / 10; i+1 < len(c.Rates)-5; i++ {
		slope := (c.Smoothed[i+1] - c.Smoothed[i]) / math.Log(c.Rates[i+1]/c.Rates[i])
		if slope < steepest {
			steepest, c.Suggestion = slope, c.Rates[i]
		}
	}
	return c
}
