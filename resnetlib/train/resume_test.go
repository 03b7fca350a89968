package train

import (
	"context"
	"errors"
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
	"resnetlab/resnetlib/network"
)

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

// Exists completes the settings as Fit does: what they leave out, the weights to start from say.
func TestExistsCompletesTheSettings(t *testing.T) {
	b, c := started(t)
	c.Arch, c.ImageSize = "", 0
	if found, err := Exists(c); found || err != nil {
		t.Errorf("before the training: %v, %v", found, err)
	}
	mustFit(t, b, c)
	if found, err := Exists(c); !found || err != nil {
		t.Errorf("after the training: %v, %v", found, err)
	}
	c.LR *= 2
	if _, err := Exists(c); !errors.Is(err, ErrInput) {
		t.Errorf("other settings: %v", err)
	}
	c.Weights = "nothing"
	if _, err := Exists(c); !errors.Is(err, ErrInput) {
		t.Errorf("weights that are not there: %v", err)
	}
	if _, err := Exists(Config{}); !errors.Is(err, ErrInput) {
		t.Errorf("no folder: %v", err)
	}
}

func TestResumeOfNoRunIsBadInput(t *testing.T) {
	if _, err := Resume(context.Background(), filepath.Join(t.TempDir(), "nothing"), nil); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
}
