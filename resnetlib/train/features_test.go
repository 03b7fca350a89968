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
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
)

// plain computes what is frozen anew in every epoch.
func plain(o *options) { o.cacheFeatures = false }

// fitNotes trains and returns what was said, and how many pictures' features were computed.
func fitNotes(t *testing.T, b compute.Backend, c Config, options ...Option) (run *runs.Run, notes string, computed int) {
	t.Helper()
	last := 0
	run = mustFit(t, b, c, append(options, Report(func(e Event) {
		if e.Note != "" {
			notes += e.Note + "\n"
		}
		if strings.HasSuffix(e.Phase, "features") {
			if e.Done < last {
				last = 0
			}
			computed += e.Done - last
			last = e.Done
		}
	}))...)
	return run, notes, computed
}

// Features computed once give what the plain recipe gives, within float noise, and each version of a picture is computed once.
func TestFeaturesOnceAreThePlainRecipe(t *testing.T) {
	testbackend.Quick(t, func(t *testing.T, b compute.Backend) {
		dir := t.TempDir()
		_, start := small()
		start.Out, start.Epochs = filepath.Join(dir, "start"), 1
		mustFit(t, b, start)
		// Batches of 8 at 64 pixels: a batch norm over few values, as in a last batch of 2 at 1 pixel, makes much of float noise.
		size := sketch.Config{Train: 24, Val: 10, Size: 64}
		data := Data(&datasets.Splits{Train: sketch.New("train", size), Val: sketch.New("val", size)})
		for name, test := range map[string]struct {
			strategy, augment string
			repeats, computed int
		}{
			"last:fc":               {"last:fc", "none", 0, 34},
			"last:layer4":           {"last:layer4", "none", 0, 34},
			"new":                   {"new", "none", 0, 34},
			"last:fc, two versions": {"last:fc", "default", 2, 58},
		} {
			t.Run(name, func(t *testing.T) {
				_, c := small()
				c.Weights, c.Epochs, c.Optimizer, c.ImageSize = start.Out, 3, "sgd", 64
				c.Strategy, c.Augment, c.AugmentRepeats = test.strategy, test.augment, test.repeats
				c.Out = filepath.Join(dir, name)
				once, notes, computed := fitNotes(t, b, c, data)
				if computed != test.computed || !strings.Contains(notes, "computed once") {
					t.Errorf("features of %d pictures, want %d; %s", computed, test.computed, notes)
				}
				c.Out += " plain"
				each, notes, computed := fitNotes(t, b, c, data, plain)
				if computed != 0 || strings.Contains(notes, "computed once") {
					t.Errorf("the plain recipe computed %d features: %s", computed, notes)
				}
				nearRuns(t, once, each)
			})
		}
	})
}

// values returns a parameter's values.
func values(t *testing.T, p *nn.Parameter) []float32 {
	t.Helper()
	w, err := p.Tensor()
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func nearRuns(t *testing.T, a, b *runs.Run) {
	t.Helper()
	for i, m := range a.Metrics() {
		n := b.Metrics()[i]
		if math.Abs(m.TrainLoss-n.TrainLoss) > 1e-4 || math.Abs(m.ValLoss-n.ValLoss) > 1e-4 || m.ValAccuracy != n.ValAccuracy {
			t.Errorf("epoch %d: %+v, plain %+v", i+1, m, n)
		}
	}
	one, errA := network.OpenRun(a.Dir)
	two, errB := network.OpenRun(b.Dir)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	for _, p := range one.Parameters() {
		if p.Buffer && strings.HasSuffix(p.Key, "tracked") {
			continue
		}
		v, w := values(t, p), values(t, two.Parameter(p.Key))
		for i := range v {
			if d := math.Abs(float64(v[i] - w[i])); d > 1e-4*(1+math.Abs(float64(w[i]))) {
				t.Errorf("%s[%d]: %g, plain %g", p.Key, i, v[i], w[i])
				break
			}
		}
	}
}

// Where the frozen part is no fixed function, or its pictures are new in each epoch, the plain way is taken, and a note says why.
func TestFeaturesAreNotComputedOnce(t *testing.T) {
	moving := false
	for _, test := range []struct {
		strategy, augment string
		freezeBN          *bool
		says              string
	}{
		{"all", "none", nil, ""},
		{"last:fc", "none", &moving, "batch norms keep updating"},
		{"last:fc", "default", nil, "whose crops are new"},
	} {
		_, c := small()
		c.Out, c.Epochs, c.Strategy, c.Augment, c.FreezeBN = filepath.Join(t.TempDir(), "run"), 1, test.strategy, test.augment, test.freezeBN
		_, notes, computed := fitNotes(t, testbackend.Open(t, backend.Go), c)
		if computed != 0 || strings.Contains(notes, "are computed in every epoch") != (test.says != "") || !strings.Contains(notes, test.says) {
			t.Errorf("%+v: features of %d pictures; %s", test, computed, notes)
		}
	}
}

// A run that was stopped uses the features that it finds on disk, and leaves none behind.
func TestFeaturesOnDisk(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	data, c := small()
	c.Out, c.Strategy, c.Augment = filepath.Join(t.TempDir(), "run"), "last:fc", "none"
	onDisk := func(o *options) { o.featureMemory = 0 }
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Fit(ctx, c, On(b, "test"), Data(data), onDisk, Report(func(e Event) {
		if e.Phase == "train features" && e.Done == 16 {
			cancel()
		}
	}))
	files, _ := filepath.Glob(filepath.Join(c.Out, "features", "train-*.bin"))
	if !errors.Is(err, context.Canceled) || len(files) != 1 {
		t.Fatalf("%v, files %v", err, files)
	}
	first := 0
	again, _ := small()
	if _, err := Resume(context.Background(), c.Out, nil, On(b, "test"), Data(again), onDisk, Report(func(e Event) {
		if e.Phase == "train features" && first == 0 {
			first = e.Done
		}
	})); err != nil {
		t.Fatal(err)
	}
	if first != 24 { // two batches of 8 were there
		t.Errorf("the first features that were computed anew end at %d, want 24", first)
	}
	if _, err := os.Stat(filepath.Join(c.Out, "features")); !errors.Is(err, os.ErrNotExist) {
		t.Error("features are left behind:", err)
	}
}

// Features that cannot be kept are an error, not a panic, wherever the first file of them is opened.
func TestFeaturesThatCannotBeKeptAreAnError(t *testing.T) {
	const picture = 512 * 4 // bytes of one picture's features before fc
	for _, memory := range []int64{0, 26 * picture} {
		data, c := small()
		c.Out, c.Epochs, c.Strategy, c.Augment = filepath.Join(t.TempDir(), "run"), 1, "last:fc", "none"
		_, err := Fit(context.Background(), c, On(testbackend.Open(t, backend.Go), "test"), Data(data), func(o *options) { o.featureMemory = memory },
			Report(func(e Event) {
				if strings.HasPrefix(e.Note, "run ") { // a file where the folder of features should be
					if err := os.WriteFile(filepath.Join(c.Out, "features"), nil, 0o666); err != nil {
						t.Error(err)
					}
				}
			}))
		if err == nil || !strings.Contains(err.Error(), "keeping features") {
			t.Errorf("%d bytes of memory: error %v", memory, err)
		}
	}
}
