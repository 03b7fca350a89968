package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transfer"
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

// A run that was stopped in the middle of an epoch and gone on with, with another number of workers, ends with the very bytes of one that
// was not: best weights, last checkpoint and metrics but for their seconds.
func TestResumeToTheByte(t *testing.T) {
	testbackend.Quick(t, func(t *testing.T, b compute.Backend) {
		for name, change := range map[string]func(c *Config){
			"features":                 func(c *Config) { c.Strategy, c.Augment = "last:fc", "none" },
			"two versions of features": func(c *Config) { c.Strategy, c.AugmentRepeats = "last:layer4", 2 },
			"adam":                     func(c *Config) { c.Optimizer = "adam" },
			"sgd":                      func(c *Config) { c.Optimizer, c.Momentum = "sgd", 0.9 },
			"accumulating 3":           func(c *Config) { c.Accumulate = 3 }, // of an epoch's 4 batches; stopped after 1 of 3, and after the step of the 4th
		} {
			t.Run(name, func(t *testing.T) {
				_, c := small()
				c.Scheduler = "cosine"
				change(&c)
				dir := t.TempDir()
				c.Out = filepath.Join(dir, "straight")
				mustFit(t, b, c)
				for i, stop := range []int{8, 34} { // pictures after which it is stopped: in epoch 1, in epoch 2
					broken := c
					broken.Out = filepath.Join(dir, "broken")
					broken.Overwrite = true
					stopAndResume(t, b, broken, stop, func(o *options) { o.featureMemory *= int64(i) }) // features, if any, first on disk, then in memory
					sameRun(t, c.Out, broken.Out)
				}
			})
		}
	})
}

func stopAndResume(t *testing.T, b compute.Backend, c Config, stop int, options ...Option) {
	t.Helper()
	data, _ := small()
	ctx, cancel := context.WithCancel(context.Background())
	options = append(options, On(b, "test"))
	run, err := Fit(ctx, c, append(options, Data(data), Report(func(e Event) {
		if e.Phase == "train" && (e.Epoch-1)*26+e.Done >= stop {
			cancel()
		}
	}))...)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped after %d pictures: %v", stop, err)
	}
	if _, err := network.OpenRun(run.Dir); err != nil {
		t.Errorf("stopped after %d pictures, the run cannot be used: %v", stop, err)
	}
	again, _ := small()
	_, err = Resume(context.Background(), c.Out, func(s Config) (Config, error) {
		s.Workers = 3
		return s, nil
	}, append(options, Data(again))...)
	if err != nil {
		t.Fatal(err)
	}
}

func sameRun(t *testing.T, a, b string) {
	t.Helper()
	names := []string{"best.safetensors", "class_indices.json"}
	for _, dir := range []string{a, b} {
		list, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
		if err != nil || len(list) == 0 {
			t.Fatalf("checkpoints of %s: %v, %v", dir, list, err)
		}
		names = append(names, "checkpoints/"+filepath.Base(list[len(list)-1]))
	}
	for _, name := range names {
		one, errA := os.ReadFile(filepath.Join(a, name))
		two, errB := os.ReadFile(filepath.Join(b, name))
		if errA != nil || errB != nil || !slices.Equal(one, two) {
			t.Errorf("%s differs (%v, %v)", name, errA, errB)
		}
	}
	if one, two := metricsWithoutSeconds(t, a), metricsWithoutSeconds(t, b); one != two {
		t.Errorf("metrics differ:\n%s\n%s", one, two)
	}
}

func metricsWithoutSeconds(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		out.WriteString(line[:strings.LastIndex(line, ",")] + "\n")
	}
	return out.String()
}

// A damaged newest checkpoint falls back to the one before, and the end is the same.
func TestResumeFromDamagedCheckpoint(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	dir := t.TempDir()
	c.Out = filepath.Join(dir, "straight")
	mustFit(t, b, c)
	c.Out = filepath.Join(dir, "damaged")
	data, _ := small()
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Fit(ctx, c, On(b, "test"), Data(data), Report(func(e Event) {
		if e.Phase == "train" && e.Done >= 26 {
			cancel()
		}
	})); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	list, _ := filepath.Glob(filepath.Join(c.Out, "checkpoints", "*"))
	if err := os.Truncate(list[len(list)-1], 1000); err != nil {
		t.Fatal(err)
	}
	var notes []string
	again, _ := small()
	if _, err := Resume(context.Background(), c.Out, nil, On(b, "test"), Data(again), Report(func(e Event) { notes = append(notes, e.Note) })); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(notes, "\n"), "damaged checkpoint") {
		t.Errorf("no word of the damaged checkpoint in %q", notes)
	}
	sameRun(t, filepath.Join(dir, "straight"), c.Out)
}

// A finished run is left as it is; with more epochs it goes on as one that was given them from the start.
func TestResumeFinishedRun(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "run"), 1
	mustFit(t, b, c)
	before, _ := os.ReadFile(filepath.Join(c.Out, "metrics.csv"))
	data, _ := small()
	if _, err := Resume(context.Background(), c.Out, nil, On(b, "test"), Data(data)); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(filepath.Join(c.Out, "metrics.csv")); !slices.Equal(before, after) {
		t.Error("a finished run was changed")
	}
	more := func(s Config) (Config, error) { s.Epochs = 2; return s, nil }
	run, err := Resume(context.Background(), c.Out, more, On(b, "test"), Data(data))
	if err != nil || len(run.Metrics()) != 2 {
		t.Fatalf("%v, %d epochs, want 2", err, len(run.Metrics()))
	}
}

// Other data or settings than those of the run are refused.
func TestResumeRefusesAnotherTraining(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "run"), 1
	mustFit(t, b, c)
	other := sketch.Config{Train: 26, Val: 10, Size: 32, Seed: 1}
	more := func(s Config) (Config, error) { s.Epochs = 2; return s, nil }
	_, err := Resume(context.Background(), c.Out, more, On(b, "test"), Data(&datasets.Splits{Train: sketch.New("train", other), Val: sketch.New("val", other)}))
	if err == nil || !strings.Contains(err.Error(), "the data are not those") {
		t.Errorf("error %v", err)
	}
	data, _ := small()
	batches := func(s Config) (Config, error) { s.Epochs, s.BatchSize = 2, s.BatchSize+1; return s, nil }
	_, err = Resume(context.Background(), c.Out, batches, On(b, "test"), Data(data))
	if err == nil || !strings.Contains(err.Error(), "only epochs, workers, threads") {
		t.Errorf("another batch size: error %v", err)
	}
	moved := func(s Config) (Config, error) { s.Epochs, s.Data = 2, "elsewhere"; return s, nil }
	run, err := Resume(context.Background(), c.Out, moved, On(b, "test"), Data(data)) // the same pictures by another path
	if err != nil || run.Settings.Data != "elsewhere" || len(run.Metrics()) != 2 {
		t.Errorf("moved data: %v", err)
	}
}

// The three strategies from another run's weights: heads by the rule, and what is frozen stays the same to the byte.
func TestStrategiesFromARun(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	dir := t.TempDir()
	c.Out, c.Epochs = filepath.Join(dir, "start"), 1
	mustFit(t, b, c)
	c.Weights, c.HeadLR = c.Out, 1e-2
	for _, s := range []transfer.Strategy{transfer.All, transfer.LastLayers("fc"), transfer.LastLayers("layer4"), transfer.NewLayer} {
		t.Run(string(s), func(t *testing.T) {
			c := c
			c.Strategy, c.Out = string(s), filepath.Join(t.TempDir(), "run")
			before, err := network.OpenRun(c.Weights)
			if err != nil {
				t.Fatal(err)
			}
			mustFit(t, b, c)
			after, err := network.OpenRun(c.Out)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := s.Apply(after.ResNet)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range before.Parameters() {
				module, _, _ := strings.Cut(p.Key, ".")
				one, _ := p.Tensor()
				two, err := after.Parameter(p.Key).Tensor()
				if err != nil {
					t.Fatal(err)
				}
				if same := slices.Equal(one.Data, two.Data); same != slices.Contains(plan.Frozen, module) {
					t.Errorf("%s: stayed the same is %v", p.Key, same)
				}
			}
			if s == transfer.NewLayer && (after.Head == nil || after.NumClasses() != 5 || after.Source.Run.PyTorchRecipe == "") {
				t.Error("strategy new left no head, or no recipe for PyTorch")
			}
		})
	}
}

// A batch that leaves batch norm one value per channel is PyTorch's error, in one line.
func TestOneValuePerChannel(t *testing.T) {
	c := sketch.Config{Train: 9, Val: 5, Size: 32} // batches of 8 and 1
	_, err := Fit(context.Background(), Config{Arch: "resnet18", ImageSize: 32, BatchSize: 8, Epochs: 1, Out: filepath.Join(t.TempDir(), "run")},
		On(testbackend.Open(t, backend.Go), "test"), Data(&datasets.Splits{Train: sketch.New("train", c), Val: sketch.New("val", c)}))
	want := "training step 2: layer4.0.downsample.1: expected more than 1 value per channel when training, got input size [1 1 1 512]"
	if err == nil || err.Error() != want {
		t.Errorf("error %q", err)
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

// Early stopping ends a run that does not become better, and says in its checkpoint that it is done.
func TestEarlyStop(t *testing.T) {
	data, c := small()
	c.Out, c.Epochs, c.EarlyStop, c.LR, c.Optimizer, c.Strategy = filepath.Join(t.TempDir(), "run"), 9, 2, 1e-30, "sgd", "last:fc" // nothing moves
	c.Augment = "none"
	run := mustFit(t, testbackend.Open(t, backend.Go), c)
	checkpoint, _, err := run.LatestCheckpoint()
	if len(run.Metrics()) != 3 || err != nil || !checkpoint.Progress.Done || checkpoint.Progress.Best.Epoch != 1 {
		t.Errorf("%d epochs, want 3: the first is the best, and two are waited for; %+v, %v", len(run.Metrics()), checkpoint.Progress, err)
	}
	again, err := Resume(context.Background(), c.Out, nil, On(testbackend.Open(t, backend.Go), "test"), Data(data))
	if err != nil || len(again.Metrics()) != 3 {
		t.Errorf("a run that stopped early went on: %v, %v", again, err)
	}
}

// With --freeze-bn=false a head's training moves the running statistics below it, and nothing else there; the plan says so.
func TestFreezeBNFalse(t *testing.T) {
	_, c := small()
	dir, moving := t.TempDir(), false
	c.Out, c.Epochs = filepath.Join(dir, "start"), 1
	b := testbackend.Open(t, backend.Go)
	mustFit(t, b, c)
	c.Weights, c.Out, c.Strategy, c.FreezeBN = c.Out, filepath.Join(dir, "run"), "last:fc", &moving
	_, notes, _ := fitNotes(t, b, c)
	if !strings.Contains(notes, "keep updating their running statistics") {
		t.Errorf("no word of what moves: %s", notes)
	}
	before, errA := network.OpenRun(c.Weights)
	after, errB := network.OpenRun(c.Out)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	for _, p := range before.Parameters() {
		one, _ := p.Tensor()
		two, err := after.Parameter(p.Key).Tensor()
		if err != nil {
			t.Fatal(err)
		}
		if moves := p.Buffer || strings.HasPrefix(p.Key, "fc."); moves == slices.Equal(one.Data, two.Data) {
			t.Errorf("%s: moves is to be %v", p.Key, moves)
		}
	}
}
