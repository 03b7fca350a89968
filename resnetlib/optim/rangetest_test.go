package optim

import (
	"math"
	"slices"
	"testing"
)

// The suggestion is where a made-up curve falls most steeply: a logistic step down around 1e-3.
func TestSuggestionIsTheSteepestPoint(t *testing.T) {
	c, r := &LRCurve{}, RangeTest{}.WithDefaults()
	for i := range r.Steps {
		rate := r.Rate(i)
		loss := 2 - 1/(1+math.Exp(-3*math.Log(rate/1e-3)))
		c.Rates, c.Smoothed = append(c.Rates, rate), append(c.Smoothed, loss)
	}
	if got := c.Suggest().Suggestion; got < 0.8e-3 || got > 1.2e-3 {
		t.Errorf("suggestion %g, want about 1e-3", got)
	}
	if first, last := r.Rate(0), r.Rate(99); first != 1e-7 || math.Abs(last-10) > 1e-9 {
		t.Errorf("rates from %g to %g", first, last)
	}
	rising := &LRCurve{Rates: c.Rates, Smoothed: slices.Sorted(slices.Values(c.Smoothed))}
	if got := rising.Suggest().Suggestion; got != 0 {
		t.Errorf("a loss that never falls suggests %g", got)
	}
}
