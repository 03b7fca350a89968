package explain

import (
	"math"
	"slices"
	"testing"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/transforms"
)

func close(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// Before and after a batch norm fit its formula, with the batch's statistics in train mode and the running ones in eval mode.
func TestBatchNormIsItsFormula(t *testing.T) {
	e := build(t, models.Config{}, 32)
	pictures, labels := drawn(t, 8)
	trainer := ok(optim.NewTrainer(e.backend, e.Net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "sgd"}}))(t)
	classes := make([]int32, 8)
	for i, l := range labels {
		classes[i] = int32(l)
	}
	for range 2 { // so that gamma, beta and the running statistics are not what they begin with
		ok(trainer.Step(ok(Input(e.Preset, pictures...))(t), classes, 0.5))(t)
	}
	for _, layer := range []string{"bn1", "layer2.0.bn2", "layer2.0.downsample.1"} {
		for _, mode := range []Mode{Train, Eval} {
			n := ok(e.BatchNorm(ctx, mode, pictures, layer))(t)
			for c, s := range n.Channels {
				mean, variance := s.RunningMean, s.RunningVar
				if mode == Train {
					mean, variance = s.BatchMean, s.BatchVar
				}
				before, after := n.Before.Channel(c), n.After.Channel(c)
				for i := range before {
					if y := (before[i]-mean)/math.Sqrt(variance+1e-5)*s.Gamma + s.Beta; !close(y, after[i], 1e-3*(1+math.Abs(y))) {
						t.Fatalf("%s in %s mode, channel %d: %g becomes %g, by the formula %g", layer, mode, c, before[i], after[i], y)
					}
				}
			}
			if n.Channels[0].RunningMean == 0 || n.Channels[0].Gamma == 1 || n.Picture().Height < 300 || n.Statistics().Height < 300 {
				t.Errorf("%s: %+v", layer, n.Channels[0])
			}
		}
	}
	if _, err := e.BatchNorm(ctx, Eval, pictures, "conv1"); err == nil {
		t.Error("conv1 is no batch norm")
	}
}

// After k steps of equal batches the running mean is mu*(1 - (1-m)^k).
func TestRunningMeanFollowsItsFormula(t *testing.T) {
	pictures, _ := drawn(t, 4)
	a := ok(Momentum(ctx, testbackend.Open(t, "go"), Batch{Preset: transforms.EvalPreset(32), Pictures: pictures}, 20, 0.01, 0.1, 1))(t)
	for _, m := range a {
		if len(m.Running) != 21 || m.Mean == 0 {
			t.Fatalf("%+v", m)
		}
		for k, got := range m.Running {
			if want := m.Mean * (1 - math.Pow(1-m.Momentum, float64(k))); !close(got, want, 1e-5) || got != 0 != (k > 0) || m.Formula[k] != want {
				t.Errorf("momentum %g, step %d: %g, want %g", m.Momentum, k, got, want)
			}
		}
	}
	if _, err := Momentum(ctx, testbackend.Open(t, "go"), Batch{Preset: transforms.EvalPreset(32), Pictures: pictures}, 1, 0); err == nil {
		t.Error("a momentum of 0 never moves")
	}
}

// The means of batches spread as 1/sqrt(m) for m pictures, and many times more than pixels drawn one by one would.
func TestBatchMeansSpreadWithTheRootOfPictures(t *testing.T) {
	e := build(t, models.Config{}, 32)
	pictures, _ := drawn(t, 40)
	n := ok(e.BatchNorm(ctx, Eval, pictures, "bn1"))(t)
	s := ok(n.BatchMeans(3, 1, 4, 16, 64))(t)
	for i, m := range s.Sizes {
		if got := s.Measured[i] / s.Pictures[i]; got < 0.93 || got > 1.07 { // 2000 batches: a standard error of 1.6 %
			t.Errorf("batches of %d: %.3f of the closed form", m, got)
		}
		if s.Pixels[i] > s.Pictures[i]/2 || !close(s.Pictures[0]/s.Pictures[i], math.Sqrt(float64(m)), 1e-9) {
			t.Errorf("batches of %d: by pictures %g, by pixels %g", m, s.Pictures[i], s.Pixels[i])
		}
	}
	// A batch's mean, which the batch norm takes, is the mean of its pictures' means.
	whole := ok(e.BatchNorm(ctx, Train, pictures[:8], "bn1"))(t)
	sum := 0.0
	for _, p := range pictures[:8] {
		sum += ok(e.BatchNorm(ctx, Eval, []*transforms.RGB{p}, "bn1"))(t).Channels[3].BatchMean / 8
	}
	if !close(sum, whole.Channels[3].BatchMean, 1e-5) {
		t.Errorf("mean of the batch %g, of its pictures' means %g", whole.Channels[3].BatchMean, sum)
	}
	if _, err := n.BatchMeans(64, 2); err == nil {
		t.Error("there is no channel 64")
	}
}

// In train mode the company changes the answer, in eval mode it does not; with dropout alone the same batch gives another answer each time.
func TestBatchMatesMatterInTrainModeOnly(t *testing.T) {
	e := build(t, models.Config{Dropout: 0.5}, 32)
	pictures, _ := drawn(t, 12)
	m := ok(e.BatchMates(ctx, pictures[0], pictures[1:4], pictures[4:11]))(t)
	apart := func(a, b []float64) (most float64) {
		for i := range a {
			most = max(most, math.Abs(a[i]-b[i]))
		}
		return most
	}
	if d := apart(m.Train[0], m.Train[1]); d < 1e-3 {
		t.Errorf("in train mode the company changes %g", d)
	}
	if d := apart(m.Eval[0], m.Eval[1]); d > 1e-6 {
		t.Errorf("in eval mode the company changes %g", d)
	}
	e.Net.SetBatchNormMode(nn.EvalAll)
	e.Finalize() // its graphs were built in the other mode
	m = ok(e.BatchMates(ctx, pictures[0], pictures[1:4], pictures[1:4]))(t)
	if d := apart(m.Train[0], m.Train[1]); d < 1e-3 || apart(m.Eval[0], m.Eval[1]) > 1e-6 {
		t.Errorf("dropout: two passes in train mode differ by %g", d)
	}
	if header, rows := m.Table(); len(header) != 7 || len(rows) != 4 || rows[1][1] != "eval" {
		t.Errorf("table %v %v", header, rows)
	}
}

// Dropout zeroes a share p and multiplies the rest by 1/(1-p); in eval mode it is the identity.
func TestDropoutScalesWhatItKeeps(t *testing.T) {
	e := build(t, models.Config{Dropout: 0.25}, 32)
	pictures, _ := drawn(t, 8)
	acts := ok(e.Activations(ctx, Train, pictures, "avgpool", "dropout"))(t)
	dropped, all := 0.0, 0.0
	for i, x := range acts[0].Values {
		y := acts[1].Values[i]
		switch {
		case x == 0:
			continue
		case y == 0:
			dropped++
		case !close(float64(y), float64(x)/0.75, 1e-5*float64(x)):
			t.Fatalf("%g becomes %g", x, y)
		}
		all++
	}
	if share := dropped / all; all < 1000 || share < 0.2 || share > 0.3 {
		t.Errorf("%.3f of %g values were dropped", share, all)
	}
	acts = ok(e.Activations(ctx, Eval, pictures, "avgpool", "dropout"))(t)
	if !slices.Equal(acts[0].Values, acts[1].Values) {
		t.Error("eval mode drops")
	}
}

// A history and the movement tell what a step of training moved, and that what was frozen stayed.
func TestHistoryAndMovement(t *testing.T) {
	e := build(t, models.Config{Layers: []int{1, 1}}, 32)
	if err := e.Net.TrainOnly("layer2", "fc"); err != nil {
		t.Fatal(err)
	}
	h := ok(NewHistory(e.Net.Net, "layer2.0.bn1"))(t)
	before := ok(e.Net.StateDict())(t)
	trainer := ok(optim.NewTrainer(e.backend, e.Net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "sgd"}}))(t)
	pictures, _ := drawn(t, 4)
	for range 3 {
		ok(trainer.Step(ok(Input(e.Preset, pictures...))(t), []int32{0, 1, 2, 3}, 0.1))(t)
		if err := h.Record(); err != nil {
			t.Fatal(err)
		}
	}
	for _, entry := range normEntries {
		if r := h.Values[entry]; len(r) != 4 || len(r[0]) != 128 || slices.Equal(r[0], r[1]) || slices.Equal(r[1], r[3]) {
			t.Errorf("%s did not move", entry)
		}
	}
	m := ok(WeightMovement(before, ok(e.Net.StateDict())(t), 1))(t)
	moved := map[string]bool{}
	for _, p := range m {
		moved[p.Part] = p.Relative > 0
	}
	if len(m) != 5 || moved["conv1"] || moved["bn1"] || moved["layer1"] || !moved["layer2"] || !moved["fc"] {
		t.Errorf("movement %+v", m)
	}
	same := ok(WeightMovement(before, before, 2))(t)
	if same[2].Part != "layer1.0" || same[2].Distance != 0 {
		t.Errorf("%+v", same)
	}
}
