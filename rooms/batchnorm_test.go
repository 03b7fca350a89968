package rooms

import (
	"math"
	"strings"
	"testing"

	"resnetlab/resnetlib/explain"
)

// near reports whether two numbers are equal but for rounding to float32.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*(1+math.Abs(a)+math.Abs(b)) }

// withLargerInput starts a session in which the tests' network sees 64 x 64 pixels: at 32 layer4 has one place, and a batch norm of one picture has
// nothing to normalise.
func withLargerInput(t *testing.T) *Session {
	t.Helper()
	s := newSession(t)
	if _, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "own", Classes: testClasses, Side: 64}, courseFiles(t)[1]); err != nil {
		t.Fatal(err)
	}
	return s
}

// The layer's output is the formula's, with the numbers that the page shows, in both modes.
func TestBatchNormFollowsItsFormula(t *testing.T) {
	s := withLargerInput(t)
	two, half := 2.0, 0.5
	for _, a := range []BatchNormArguments{
		{Channel: 3, Batch: 8, Train: true}, {Channel: 3, Batch: 8}, {Channel: 5, Batch: 1, Train: true, Gamma: &two, Beta: &half},
	} {
		got, _, err := ask[BatchNormAnswer](t, s, "batchnorm", a)
		if err != nil {
			t.Fatal(err)
		}
		mean, variance := got.RunningMean, got.RunningVar
		if a.Train {
			mean, variance = got.BatchMean, got.BatchVar
		}
		for i, x := range got.Before {
			if y := got.Gamma*(float64(x)-mean)/math.Sqrt(variance+1e-5) + got.Beta; !near(y, float64(got.After[i])) {
				t.Fatalf("%+v: value %d is %g, by the formula %g", a, i, got.After[i], y)
			}
		}
		if y := got.Gamma*(got.X-mean)/math.Sqrt(variance+1e-5) + got.Beta; !near(y, got.Y) || len(got.Before) == 0 || len(got.Before) > shownValues {
			t.Errorf("%+v: y = %g, by the formula %g; %d values", a, got.Y, y, len(got.Before))
		}
		if a.Gamma != nil && (got.Gamma != two || got.Beta != half) {
			t.Errorf("gamma %g and beta %g are not those asked for", got.Gamma, got.Beta)
		}
	}
}

// Without gamma and beta of the reader's, the channel alone gives what the network gives.
func TestBatchNormOfOneChannelIsTheNetworks(t *testing.T) {
	s := withLargerInput(t)
	got, _, err := ask[BatchNormAnswer](t, s, "batchnorm", BatchNormArguments{Channel: 2, Batch: 4, Train: true})
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := spreadPictures(4)
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.explainer.BatchNorm(t.Context(), explain.Train, pictures, "bn1")
	if err != nil {
		t.Fatal(err)
	}
	if n := normNumbers(want, 2); !near(n.Y, got.Y) || n.X != got.X || n.BatchMean != got.BatchMean {
		t.Errorf("%+v, the network's %+v", got.NormNumbers, n)
	}
}

func TestSpreadFallsWithTheBatch(t *testing.T) {
	got, _, err := ask[SpreadAnswer](t, withLargerInput(t), "spread", SpreadArguments{Channel: 1, Batch: 4})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(got.Sizes); i++ {
		if got.Measured[i] >= got.Measured[i-1] || math.Abs(got.Measured[i]/got.Pictures[i]-1) > 0.1 {
			t.Errorf("batch %d: measured %g after %g, closed form %g", got.Sizes[i], got.Measured[i], got.Measured[i-1], got.Pictures[i])
		}
	}
}

// Small batches have noisier means, and the running mean follows the rule.
func TestNormTrainRecordsStatistics(t *testing.T) {
	got, _, err := ask[NormTrainAnswer](t, newSession(t), "normtrain", NormTrainArguments{Channel: 2, Batches: []int{2, 16}, Momentum: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	var noise [2]float64
	for i, n := range got.Trainings {
		if len(n.Loss) != normTrainSteps || len(n.BatchMean) != normTrainSteps || len(n.RunningMean) != normTrainSteps+1 || n.RunningMean[0] != 0 {
			t.Fatalf("training %d has %d losses, %d means, %d running means", i, len(n.Loss), len(n.BatchMean), len(n.RunningMean))
		}
		for k, m := range n.BatchMean {
			if !near(n.RunningMean[k+1], 0.9*n.RunningMean[k]+0.1*m) {
				t.Errorf("training %d, step %d: the running mean does not follow the rule", i, k)
			}
			if k > 0 {
				noise[i] += math.Abs(m - n.BatchMean[k-1])
			}
		}
	}
	if noise[0] <= noise[1] {
		t.Errorf("the means of 2 pictures move by %g, those of 16 by %g", noise[0], noise[1])
	}
}

func TestBatchNormRefusesInOneLine(t *testing.T) {
	s := withLargerInput(t)
	refuse := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q in one line", what, err, want)
		}
	}
	_, _, err := ask[BatchNormAnswer](t, s, "batchnorm", BatchNormArguments{Channel: 64, Batch: 2})
	refuse("channel 64", err, "channels 0 to 63")
	_, _, err = ask[BatchNormAnswer](t, s, "batchnorm", BatchNormArguments{Batch: 1000000})
	refuse("a large batch", err, "1 to 64")
	_, _, err = ask[SpreadAnswer](t, s, "spread", SpreadArguments{Channel: -1, Batch: 1})
	refuse("channel -1", err, "channel -1")
	_, _, err = ask[NormTrainAnswer](t, s, "normtrain", NormTrainArguments{Batches: []int{2}, Momentum: 2})
	refuse("momentum 2", err, "momentum 2")
	_, _, err = ask[NormTrainAnswer](t, s, "normtrain", NormTrainArguments{Batches: []int{1}, Momentum: 0.1})
	refuse("a batch of 1", err, "2 to 32")
	_, _, err = ask[NormTrainAnswer](t, s, "normtrain", NormTrainArguments{Channel: 8, Batches: []int{2}, Momentum: 0.1})
	refuse("channel 8", err, "channels 0 to 7")
	_, _, err = ask[BatchNormAnswer](t, newSession(t), "batchnorm", BatchNormArguments{Batch: 1})
	refuse("no network", err, "no network is open")
}
