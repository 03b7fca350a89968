package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/optim"
)

// The test is the same by its seed, stops when the loss explodes, and leaves a run that it starts from as it is.
func TestFindLR(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "start"), 1
	mustFit(t, b, c)
	before, _ := os.ReadFile(filepath.Join(c.Out, "best.safetensors"))
	c.Weights, c.Optimizer, c.HeadLR = c.Out, "sgd", 2e-3
	c.Out = filepath.Join(t.TempDir(), "none")
	find := func(seed uint64) *optim.LRCurve {
		data, _ := small()
		c := c
		c.Seed = seed
		steps := 0
		curve, err := FindLR(context.Background(), c, optim.RangeTest{From: 1e-3, To: 1e5, Steps: 24}, On(b, "test"), Data(data),
			Report(func(e Event) { steps = max(steps, e.Done) }))
		if err != nil {
			t.Fatal(err)
		}
		if steps != len(curve.Rates) {
			t.Errorf("heard of %d steps of %d", steps, len(curve.Rates))
		}
		return curve
	}
	one, same, other := find(7), find(7), find(8)
	if !slices.Equal(one.Losses, same.Losses) || slices.Equal(one.Losses, other.Losses) {
		t.Error("the seed does not decide the curve")
	}
	if !one.Stopped || len(one.Rates) == 24 {
		t.Errorf("not stopped at a rate of %g", one.Rates[len(one.Rates)-1])
	}
	best := slices.Min(one.Smoothed)
	if worst := slices.Max(one.Smoothed); worst > 4*best || math.Abs(one.Smoothed[0]-one.Losses[0]) > 1e-9 {
		t.Errorf("smoothed losses from %g (first loss %g), best %g, worst %g", one.Smoothed[0], one.Losses[0], best, worst)
	}
	if after, _ := os.ReadFile(filepath.Join(c.Weights, "best.safetensors")); !slices.Equal(before, after) {
		t.Error("the run was changed")
	}
	if _, err := os.Stat(c.Out); err == nil {
		t.Error("a run was made")
	}
}

func TestFindLRRefusesOddRanges(t *testing.T) {
	for _, r := range []optim.RangeTest{{From: 1, To: 0.1}, {From: -1}, {Steps: 1}} {
		if _, err := FindLR(context.Background(), Config{}, r); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
