package compare

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/weights"
)

// small is a data set whose training pictures leave a last batch of 2, and settings that take a second.
func small() (*datasets.Splits, runs.Settings) {
	c := sketch.Config{Train: 26, Val: 10, Test: 5, Size: 32}
	return &datasets.Splits{Train: sketch.New("train", c), Val: sketch.New("val", c)},
		runs.Settings{Arch: "resnet18", ImageSize: 32, BatchSize: 8, Epochs: 2, LR: 1e-3, CheckpointEvery: 5, Seed: 7}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// comparisonOf is a small one, from a run that is made first, with options that count the pictures trained on.
func comparisonOf(t *testing.T) (c Config, options []train.Option, trained *int) {
	t.Helper()
	b := testbackend.Open(t, backend.Go)
	data, start := small()
	start.Out, start.Epochs = filepath.Join(t.TempDir(), "start"), 1
	if _, err := train.Fit(context.Background(), start, train.On(b, "test"), train.Data(data)); err != nil {
		t.Fatal(err)
	}
	data.Test = sketch.New("test", sketch.Config{Test: 10, Size: 32})
	trained = new(int)
	c = Config{Settings: start, Seeds: 2}
	c.Weights, c.Out, c.HeadLR = start.Out, filepath.Join(t.TempDir(), "compare"), 1e-2
	return c, []train.Option{train.On(b, "test"), train.Data(data), train.Report(func(e train.Event) {
		if e.Phase == "train" && e.Metrics == nil {
			*trained++
		}
	})}, trained
}

// A comparison that is stopped in its third run goes on there; done again it trains nothing; and its figures are its runs'.
func TestRunResumes(t *testing.T) {
	c, options, trained := comparisonOf(t)
	c.Strategies = []string{"last:fc", "upto:layer3", Scratch}
	ctx, cancel := context.WithCancel(context.Background())
	stopping := append(slices.Clone(options), train.Report(func(e train.Event) {
		if e.Phase != "train" || e.Metrics != nil {
			return
		}
		if *trained++; *trained == 10 {
			cancel()
		}
	}))
	if _, err := Run(ctx, c, stopping...); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	*trained = 0
	r, err := Run(context.Background(), c, options...)
	if err != nil {
		t.Fatal(err)
	}
	if *trained != 14 { // six runs of four batches, less the ten before the stop
		t.Errorf("%d steps after the stop, want 14", *trained)
	}
	checkComparison(t, c, r)
	*trained = 0
	again, err := Run(context.Background(), c, options...)
	if err != nil || *trained != 0 {
		t.Fatalf("a finished comparison trained %d steps: %v", *trained, err)
	}
	for i, s := range again.Strategies {
		if s.Accuracy != r.Strategies[i].Accuracy || s.SecondsPerEpoch != r.Strategies[i].SecondsPerEpoch {
			t.Errorf("%s: %+v, and then %+v", s.Name, r.Strategies[i].Accuracy, s.Accuracy)
		}
	}
	c.LR *= 2
	if _, err := Run(context.Background(), c, options...); !errors.Is(err, train.ErrInput) || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("another learning rate in the same folder: %v", err)
	}
}

// An overwritten comparison that is stopped does not take the old one's figures for its own, and no member is kept that saw other pictures.
func TestRunRefusesMembersOfAnotherExperiment(t *testing.T) {
	c, options, trained := comparisonOf(t)
	c.Strategies, c.Seeds = []string{"last:fc"}, 1
	if _, err := Run(context.Background(), c, options...); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.Out, "last-fc-seed-7", runs.TestFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start, rest, _ := strings.Cut(string(text), `"seconds": [`)
	_, rest, _ = strings.Cut(rest, "]")
	if err := os.WriteFile(file, []byte(start+`"seconds": [`+"]"+rest), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), c, options...); !errors.Is(err, train.ErrInput) || !strings.Contains(err.Error(), "it has no epochs") {
		t.Errorf("a member without epochs: %v", err)
	}
	c.LR, c.Overwrite = 0.05, true
	ctx, cancel := context.WithCancel(context.Background())
	stopping := append(slices.Clone(options), train.Report(func(e train.Event) {
		if e.Phase == "train" {
			cancel()
		}
	}))
	if _, err := Run(ctx, c, stopping...); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	c.Overwrite, *trained = false, 0
	if _, err := Run(context.Background(), c, options...); err != nil || *trained == 0 {
		t.Errorf("%d steps after the stop: %v", *trained, err)
	}
	other, _ := small()
	other.Train, other.Test = sketch.New("train", sketch.Config{Train: 45, Size: 32, Seed: 9}), sketch.New("test", sketch.Config{Test: 10, Size: 32})
	if _, err := Run(context.Background(), c, append(slices.Clone(options), train.Data(other))...); !errors.Is(err, train.ErrInput) || !strings.Contains(err.Error(), "trained on other pictures") {
		t.Errorf("other pictures to train on: %v", err)
	}
}

func checkComparison(t *testing.T, c Config, r *Result) {
	t.Helper()
	if len(r.Strategies) != 3 || r.TestPictures != 10 || r.HeldOut {
		t.Fatalf("%+v", r)
	}
	for i, trained := range []int{512*5 + 5, 11179077, 11179077} {
		s := r.Strategies[i]
		a, b := s.Members[0].Accuracy, s.Members[1].Accuracy
		if s.Name != c.Strategies[i] || s.Accuracy.Mean != (a+b)/2 || math.Abs(float64(s.Accuracy.Std)-math.Abs(a-b)/math.Sqrt2) > 1e-12 ||
			math.Abs(float64(s.Accuracy.Error)-math.Abs(a-b)/2) > 1e-12 {
			t.Errorf("%s: %+v of %v and %v", s.Name, s.Accuracy, a, b)
		}
		if s.Trained != trained || s.Memory != 4*(11179077+3*trained) { // Adam: gradient and two moments
			t.Errorf("%s: %d parameters, %d bytes", s.Name, s.Trained, s.Memory)
		}
		if s.Moved["fc"] == 0 || (s.Moved["layer4"] == 0) != (s.Name == "last:fc") || s.SecondsPerEpoch <= 0 {
			t.Errorf("%s: moved %v, %v s an epoch", s.Name, s.Moved, s.SecondsPerEpoch)
		}
		for j, m := range s.Members {
			if m.Strategy != s.Name || m.Index != 2*i+j || m.Of != 6 {
				t.Errorf("member %d of %s: strategy %q, %d of %d", j, s.Name, m.Strategy, m.Index, m.Of)
			}
			if exists(filepath.Join(m.Run, "checkpoints")) || !exists(filepath.Join(m.Run, "best.safetensors")) {
				t.Errorf("%s: checkpoints are left, or no weights", m.Run)
			}
		}
	}
	if header, rows := r.Table(); len(rows) != 3 || len(rows[0]) != len(header) || !slices.Contains(header, "moved layer4") {
		t.Errorf("table %v\n%v", header, rows)
	}
}

// The members share networks and compiled graphs, and each ends with the bytes of a run of its own.
func TestMembersShareOnlyGraphs(t *testing.T) {
	c, options, _ := comparisonOf(t)
	c.Strategies, c.Augment, c.Epochs = []string{"last:fc", "new", Scratch}, "none", 1
	r, err := Run(context.Background(), c, options...)
	if err != nil {
		t.Fatal(err)
	}
	c.Settings = c.WithDefaults()
	for _, s := range r.Strategies {
		m := s.Members[1] // has taken over what the first left
		alone, err := c.settings(s.Name, m.Seed)
		if err != nil {
			t.Fatal(err)
		}
		alone.Out = filepath.Join(t.TempDir(), "alone")
		run, err := train.Fit(context.Background(), alone, options...)
		if err != nil {
			t.Fatal(err)
		}
		a, err := os.ReadFile(filepath.Join(m.Run, "best.safetensors"))
		b, err2 := os.ReadFile(run.BestPath())
		if err != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: the weights differ from those of a run of its own (%v, %v)", m.Run, err, err2)
		}
	}
}

// Without test pictures a tenth of those to train on is held out, the same for every member, and none of them is trained on.
func TestTestPicturesAreHeldOut(t *testing.T) {
	data, c := small()
	x := &comparison{Config: Config{Settings: c}, setup: &train.Setup{Data: data}}
	if err := x.holdOut(); err != nil || !x.heldOut {
		t.Fatal(err)
	}
	names := func(ds datasets.Dataset) (all []string) {
		for i := range ds.Len() {
			name, _, _ := datasets.Entry(ds, i)
			all = append(all, name)
		}
		return all
	}
	trained, test := names(x.setup.Data.Train), names(x.setup.Data.Test)
	if len(test) != 5 || len(trained) != 21 || slices.ContainsFunc(test, func(n string) bool { return slices.Contains(trained, n) }) {
		t.Errorf("train %v\ntest %v", trained, test)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []Config{
		{Settings: runs.Settings{Out: "x"}, Strategies: []string{"all"}},     // no weights
		{Settings: runs.Settings{Weights: "w"}, Strategies: []string{"all"}}, // no folder
		{Settings: runs.Settings{Weights: "w", Out: "x"}, Strategies: []string{"some"}},
		{Settings: runs.Settings{Out: "x"}, Strategies: []string{Scratch}, Seeds: -1},
	} {
		if _, err := Run(context.Background(), c); !errors.Is(err, train.ErrInput) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The relative distance of a stage is that of all its parameters as one vector; running statistics do not count.
func TestMovedByStage(t *testing.T) {
	dict := func(conv, weight, bias, mean float32) *weights.StateDict {
		sd := weights.NewStateDict()
		for _, x := range []struct {
			key   string
			value float32
		}{{"conv1.weight", conv}, {"bn1.weight", weight}, {"bn1.bias", bias}, {"bn1.running_mean", mean}} {
			sd.Set(x.key, weights.FromFloat32s([]int{2}, []float32{x.value, 0}))
		}
		return sd
	}
	got, err := movedByStage(dict(1, 2, 0, 0), dict(1, 5, 4, 100))
	if err != nil || len(got) != 2 || got["conv1"] != 0 || math.Abs(got["bn1"]-2.5) > 1e-12 { // sqrt(3*3+4*4) / 2
		t.Errorf("moved %v (%v), want 0 and 2.5", got, err)
	}
}
