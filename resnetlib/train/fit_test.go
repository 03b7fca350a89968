package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/runs"
)

// small is a data set whose training pictures leave a last batch of 2, and settings that take a second.
func small() (*datasets.Splits, Config) {
	c := sketch.Config{Train: 26, Val: 10, Test: 5, Size: 32}
	return &datasets.Splits{Train: sketch.New("train", c), Val: sketch.New("val", c)},
		Config{Arch: "resnet18", ImageSize: 32, BatchSize: 8, Epochs: 2, LR: 1e-3, CheckpointEvery: 5, Seed: 7}
}

func mustFit(t *testing.T, b compute.Backend, c Config, options ...Option) *runs.Run {
	t.Helper()
	data, _ := small()
	run, err := Fit(context.Background(), c, append([]Option{On(b, "test"), Data(data)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// Every picture is seen once an epoch, and counts the same in the means.
func TestFitSeesEveryPicture(t *testing.T) {
	_, c := small()
	c.Out, c.Exif = filepath.Join(t.TempDir(), "run"), true
	seen := map[string]int{}
	run := mustFit(t, testbackend.Open(t, backend.Go), c, Report(func(e Event) {
		if e.Phase != "" && e.Metrics == nil {
			seen[e.Phase] = max(seen[e.Phase], e.Done)
			if e.Done > e.Total {
				t.Errorf("%d of %d pictures", e.Done, e.Total)
			}
		}
	}))
	if seen["train"] != 26 || seen["val"] != 10 {
		t.Errorf("saw %v, want 26 and 10", seen)
	}
	if m := run.Metrics(); len(m) != 2 || m[0].LR != 1e-3 || math.Mod(m[1].ValAccuracy*10, 1) > 1e-9 {
		t.Errorf("metrics %+v", m)
	}
	if n := len(run.Classes); n != 5 || !run.Preset.Exif {
		t.Errorf("%d classes; preprocessing %+v does not turn pictures for predictions as it did for training", n, run.Preset)
	}
}

// A network can learn a handful of pictures: the loss falls well below that of guessing.
func TestFitLearns(t *testing.T) {
	_, c := small()
	c.Out, c.Epochs, c.Augment = filepath.Join(t.TempDir(), "run"), 16, "none"
	m := mustFit(t, testbackend.Open(t, backend.Go), c).Metrics()
	if last := m[len(m)-1].TrainLoss; !(last < 1.2) {
		t.Errorf("training loss %.3f after %d epochs of 26 pictures, guessing is %.3f", last, len(m), math.Log(5))
	}
}

// A last batch of one picture, which would leave batch norm one value per channel, is left out where the last feature map is 1 x 1.
func TestFitLeavesOutASingleLastPicture(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	pictures := sketch.Config{Train: 9, Val: 5, Size: 32} // batches of 8 and 1
	data := Data(&datasets.Splits{Train: sketch.New("train", pictures), Val: sketch.New("val", pictures)})
	c := Config{Arch: "resnet18", ImageSize: 32, BatchSize: 8, Epochs: 1, Out: filepath.Join(t.TempDir(), "run")}
	seen, total, notes := 0, 0, ""
	run, err := Fit(context.Background(), c, On(b, "test"), data, Report(func(e Event) {
		notes += e.Note
		if e.Phase == "train" {
			seen, total = e.Done, e.Total
		}
	}))
	if err != nil || len(run.Metrics()) != 1 || seen != 8 || total != 8 || !strings.Contains(notes, "8 of 9 pictures") {
		t.Errorf("trained on %d of %d pictures: %v; %s", seen, total, err, notes)
	}
	c.BatchSize, c.Out = 1, filepath.Join(t.TempDir(), "run")
	if _, err := Fit(context.Background(), c, On(b, "test"), data); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "--batch-size 2 or more") {
		t.Errorf("batches of one: %v", err)
	}
	if _, err := os.Stat(c.Out); err == nil {
		t.Error("a refused training made a run")
	}
}

// Class weights and label smoothing against the closed form.
func TestClassWeightsBalanced(t *testing.T) {
	data := datasets.NewMemory([]string{"a", "b"}, []datasets.Sample{{Label: 0}, {Label: 0}, {Label: 0}, {Label: 1}})
	w, err := classWeights(Config{ClassWeights: "balanced"}, data)
	if err != nil || len(w) != 2 || math.Abs(float64(w[0])-4.0/6) > 1e-6 || math.Abs(float64(w[1])-2) > 1e-6 {
		t.Errorf("weights %v (%v), want 0.667 and 2", w, err)
	}
}

// A loss that is no number ends the training, names the step and a checkpoint that is there, and leaves that one newest.
func TestDivergence(t *testing.T) {
	for _, accumulate := range []int{1, 3} {
		data, c := small()
		c.Out, c.LR, c.Optimizer, c.Epochs, c.CheckpointEvery, c.Accumulate = filepath.Join(t.TempDir(), "run"), 1e38, "sgd", 9, 1, accumulate
		_, err := Fit(context.Background(), c, On(testbackend.Open(t, backend.Go), "test"), Data(data))
		if err == nil || !strings.Contains(err.Error(), "of step ") || !strings.Contains(err.Error(), "diverged") {
			t.Fatalf("error %v", err)
		}
		path := err.Error()[strings.LastIndex(err.Error(), " ")+1:]
		list, _ := filepath.Glob(filepath.Join(c.Out, "checkpoints", "*"))
		if len(list) == 0 || list[len(list)-1] != path {
			t.Errorf("%v, but the checkpoints are %v", err, list)
		}
		if _, err := runs.ReadCheckpoint(path); err != nil {
			t.Error(err)
		}
	}
}

// The best epoch is the more accurate, of equals that of the lower loss, of those the first; patience counts the epochs since.
func TestBestAndPatience(t *testing.T) {
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "run"), 1
	data, _ := small()
	s, err := newSession(c, []Option{On(testbackend.Open(t, backend.Go), "test"), Data(data)})
	if err := errors.Join(err, s.openData(context.Background()), s.startNetwork(), s.createRun()); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	e := &evaluate.Result{Confusion: [][]int{{1, 0}, {0, 1}}}
	s.run.Classes = []string{"a", "b"}
	for i, want := range []struct {
		accuracy, loss float64
		best, waited   int
	}{{0.5, 2, 1, 0}, {0.5, 2, 1, 1}, {0.5, 1.5, 3, 0}, {0.4, 0.1, 3, 1}, {0.5, 1.6, 3, 2}, {0.6, 9, 6, 0}} {
		if err := s.keepBest(runs.Metrics{Epoch: i + 1, ValAccuracy: want.accuracy, ValLoss: want.loss}, e); err != nil {
			t.Fatal(err)
		}
		if s.progress.Best.Epoch != want.best || s.progress.state.Waited != want.waited {
			t.Errorf("after epoch %d: best %d, waited %d, want %+v", i+1, s.progress.Best.Epoch, s.progress.state.Waited, want)
		}
	}
}
