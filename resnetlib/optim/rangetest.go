package optim

import (
	"fmt"
	"math"
	"slices"
)

// RangeTest says how a learning-rate range test goes through the rates. Zero values stand for fastai's.
type RangeTest struct {
	From  float64 // first learning rate; 0: 1e-7
	To    float64 // last learning rate; 0: 10
	Steps int     // steps from the first to the last, each on one batch; 0: 100
}

// WithDefaults replaces zero values by fastai's.
func (r RangeTest) WithDefaults() RangeTest {
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

// Check returns an error for rates that do not rise, or fewer than two steps.
func (r RangeTest) Check() error {
	if !(r.From > 0 && r.To > r.From) || r.Steps < 2 {
		return fmt.Errorf("a range test needs 0 < from < to and at least 2 steps, not %g, %g and %d", r.From, r.To, r.Steps)
	}
	return nil
}

// Rate returns the rate of step i, from 0: the factor from one step to the next is the same for all.
func (r RangeTest) Rate(i int) float64 {
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

// Add adds a step, unless its smoothed loss explodes, and tells whether the test continues. The smoothed loss is an exponential mean without the bias
// of its start, as Adam's moments are: the first value is the first loss.
func (c *LRCurve) Add(rate, loss float64) bool {
	c.mean = smoothing*c.mean + (1-smoothing)*loss
	smoothed := c.mean / (1 - math.Pow(smoothing, float64(len(c.Rates)+1)))
	if c.Stopped = len(c.Rates) > 0 && !(smoothed <= explosion*slices.Min(c.Smoothed)); c.Stopped { // NaN, too
		return false
	}
	c.Rates, c.Losses, c.Smoothed = append(c.Rates, rate), append(c.Losses, loss), append(c.Smoothed, smoothed)
	return true
}

// Suggest sets Suggestion to the rate at which the smoothed loss falls most steeply over the logarithm of the rate: the least of
// (loss[i+1]-loss[i]) / (log rate[i+1] - log rate[i]), at the left of the two, as fastai's "steep". As there, the first tenth of the steps (whose
// mean is still settling) and the last five (which explode) are left aside.
func (c *LRCurve) Suggest() *LRCurve {
	steepest := 0.0
	for i := len(c.Rates) / 10; i+1 < len(c.Rates)-5; i++ {
		slope := (c.Smoothed[i+1] - c.Smoothed[i]) / math.Log(c.Rates[i+1]/c.Rates[i])
		if slope < steepest {
			steepest, c.Suggestion = slope, c.Rates[i]
		}
	}
	return c
}
