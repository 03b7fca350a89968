package train

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
	"resnetlab/resnetlib/weights"
)

// contestOf is a small one, from a run that is made first, with options that count the pictures trained on.
func contestOf(t *testing.T) (c Contest, options []Option, trained *int) {
	t.Helper()
	b := testbackend.Open(t, backend.Go)
	data, start := small()
	start.Out, start.Epochs = filepath.Join(t.TempDir(), "start"), 1
	mustFit(t, b, start)
	data.Test = sketch.New("test", sketch.Config{Test: 10, Size: 32})
	trained = new(int)
	c = Contest{Config: start, Seeds: 2}
	c.Weights, c.Out, c.HeadLR = start.Out, filepath.Join(t.TempDir(), "compare"), 1e-2
	return c, []Option{On(b, "test"), Data(data), Report(func(e Event) {
		if e.Phase == "train" && e.Metrics == nil {
			*trained++
		}
	})}, trained
}

// A comparison that is stopped in its third run goes on there; done again it trains nothing; and its figures are its runs'.
func TestCompareGoesOn(t *testing.T) {
	c, options, trained := contestOf(t)
	c.Strategies = []string{"last:fc", "upto:layer3", Scratch}
	ctx, cancel := context.WithCancel(context.Background())
	stopping := append(slices.Clone(options), Report(func(e Event) {
		if e.Phase != "train" || e.Metrics != nil {
			return
		}
		if *trained++; *trained == 10 {
			cancel()
		}
	}))
	if _, err := Compare(ctx, c, nil, stopping...); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	*trained = 0
	r, err := Compare(context.Background(), c, nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	if *trained != 14 { // six runs of four batches, less the ten before the stop
		t.Errorf("%d steps after the stop, want 14", *trained)
	}
	checkComparison(t, c, r)
	*trained = 0
	again, err := Compare(context.Background(), c, nil, options...)
	if err != nil || *trained != 0 {
		t.Fatalf("a finished comparison trained %d steps: %v", *trained, err)
	}
	for i, s := range again.Strategies {
		if s.Accuracy != r.Strategies[i].Accuracy || s.SecondsPerEpoch != r.Strategies[i].SecondsPerEpoch {
			t.Errorf("%s: %+v, and then %+v", s.Name, r.Strategies[i].Accuracy, s.Accuracy)
		}
	}
	c.LR *= 2
	if _, err := Compare(context.Background(), c, nil, options...); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("another learning rate in the same folder: %v", err)
	}
}

// An overwritten comparison that is stopped does not take the old one's figures for its own, and no member is kept that saw other pictures.
func TestCompareIsOfOneExperiment(t *testing.T) {
	c, options, trained := contestOf(t)
	c.Strategies, c.Seeds = []string{"last:fc"}, 1
	if _, err := Compare(context.Background(), c, nil, options...); err != nil {
		t.Fatal(err)
	}
	c.LR, c.Overwrite = 0.05, true
	ctx, cancel := context.WithCancel(context.Background())
	stopping := append(slices.Clone(options), Report(func(e Event) {
		if e.Phase == "train" {
			cancel()
		}
	}))
	if _, err := Compare(ctx, c, nil, stopping...); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	c.Overwrite, *trained = false, 0
	if _, err := Compare(context.Background(), c, nil, options...); err != nil || *trained == 0 {
		t.Errorf("%d steps after the stop: %v", *trained, err)
	}
	other, _ := small()
	other.Train, other.Test = sketch.New("train", sketch.Config{Train: 45, Size: 32, Seed: 9}), sketch.New("test", sketch.Config{Test: 10, Size: 32})
	if _, err := Compare(context.Background(), c, nil, append(slices.Clone(options), Data(other))...); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "trained on other pictures") {
		t.Errorf("other pictures to train on: %v", err)
	}
}

func checkComparison(t *testing.T, c Contest, r *Comparison) {
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
		for _, m := range s.Members {
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
func TestCompareSharesNothingButGraphs(t *testing.T) {
	c, options, _ := contestOf(t)
	c.Strategies, c.Augment, c.Epochs = []string{"last:fc", "new", Scratch}, "none", 1
	r, err := Compare(context.Background(), c, nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	c.Config = c.WithDefaults()
	for _, s := range r.Strategies {
		m := s.Members[1] // has taken over what the first left
		alone, err := c.settings(s.Name, m.Seed)
		if err != nil {
			t.Fatal(err)
		}
		alone.Out = filepath.Join(t.TempDir(), "alone")
		run, err := Fit(context.Background(), alone, options...)
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
func TestCompareHoldsOut(t *testing.T) {
	data, c := small()
	x := &contest{Contest: Contest{Config: c}, session: &session{data: data, config: c}, heldOut: true}
	if err := x.takeTest(context.Background()); err != nil {
		t.Fatal(err)
	}
	names := func(ds datasets.Dataset) (all []string) {
		for i := range ds.Len() {
			name, _, _ := datasets.Entry(ds, i)
			all = append(all, name)
		}
		return all
	}
	train, test := names(x.session.data.Train), names(x.session.data.Test)
	if len(test) != 5 || len(train) != 21 || slices.ContainsFunc(test, func(n string) bool { return slices.Contains(train, n) }) {
		t.Errorf("train %v\ntest %v", train, test)
	}
}

func TestCompareRefuses(t *testing.T) {
	for _, c := range []Contest{
		{Config: Config{Out: "x"}, Strategies: []string{"all"}},     // no weights
		{Config: Config{Weights: "w"}, Strategies: []string{"all"}}, // no folder
		{Config: Config{Weights: "w", Out: "x"}, Strategies: []string{"some"}},
	} {
		if _, err := Compare(context.Background(), c, nil); !errors.Is(err, ErrInput) {
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

// Weights up to a layer are those of the file, and what comes after is what the seed makes.
func TestWeightsUpTo(t *testing.T) {
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "start"), 1
	mustFit(t, testbackend.Open(t, backend.Go), c)
	c = c.WithDefaults()
	random, _, err := build(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	loaded, _, err := Load(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	c.Weights, c.WeightsUpTo = c.Out, "layer2"
	mixed, note, err := build(c, 5)
	if err != nil || !strings.Contains(note, "up to layer2") {
		t.Fatalf("%v, %q", err, note)
	}
	for _, p := range mixed.Parameters() {
		want := loaded
		if strings.HasPrefix(p.Key, "layer3") || strings.HasPrefix(p.Key, "layer4") || strings.HasPrefix(p.Key, "fc") {
			want = random
		}
		a, _ := p.Tensor()
		b, err := want.Parameter(p.Key).Tensor()
		if err != nil || !slices.Equal(a.Data, b.Data) {
			t.Errorf("%s is not as expected (%v)", p.Key, err)
		}
	}
	for _, bad := range []Config{{Weights: c.Out, WeightsUpTo: "layer9"}, {WeightsUpTo: "layer1"}, {Weights: c.Out, WeightsUpTo: "layer1", Strategy: "new"}} {
		bad.Arch = "resnet18"
		if _, _, err := build(bad.WithDefaults(), 5); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}
