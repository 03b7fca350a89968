package train

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
)

// A test uses the graph that validated a training of a network of the same shape: on XLA, compiling one takes longer than a short run.
func TestForwardSharesTheGraphOfValidation(t *testing.T) {
	b, cache := testbackend.Open(t, backend.Go), &GraphCache{}
	defer cache.Finalize()
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "run"), 1
	run := mustFit(t, b, c, Graphs(cache))
	net, err := network.OpenRun(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	forward, err := cache.Forward(b, net.ResNet, c.BatchSize)
	if err != nil || len(cache.networks) != 1 {
		t.Fatalf("%d networks in the cache, want that of the training alone (%v)", len(cache.networks), err)
	}
	own, err := predict.NewForward(b, net.ResNet, c.BatchSize)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Finalize()
	if got, want := logitsOf(t, forward), logitsOf(t, own); !slices.Equal(got, want) {
		t.Errorf("logits %v, want those of the run's best weights, %v", got, want)
	}
}

// Two networks with the same parameters and other graphs, a residual one and a plain one, do not share.
func TestNetworksOfOtherConfigsDoNotShareGraphs(t *testing.T) {
	b, cache := testbackend.Open(t, backend.Go), &GraphCache{}
	defer cache.Finalize()
	for _, plain := range []bool{false, true} {
		c := models.Config{Layers: []int{1}, NumClasses: 3, Stem: models.CIFARStem, Plain: plain}
		net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(1)), c)
		if err != nil {
			t.Fatal(err)
		}
		shared, errA := cache.Forward(b, net, 1)
		own, errB := predict.NewForward(b, net, 1)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		defer own.Finalize()
		if got, want := logitsOf(t, shared), logitsOf(t, own); !slices.Equal(got, want) {
			t.Errorf("plain %v: logits %v, want %v", plain, got, want)
		}
	}
}

// Trainings that differ in what their graphs compute take no network from one another; those that differ in values do.
func TestTrainingsShareOnlyEqualGraphs(t *testing.T) {
	no := false
	changes := []func(c *Config){
		func(*Config) {},
		func(c *Config) { c.LabelSmoothing = 0.1 },
		func(c *Config) { c.ClassWeights = "1,1,1,1,2" },
		func(c *Config) { c.ClipNorm = 1 },
		func(c *Config) { c.Accumulate = 2 },
		func(c *Config) { c.HeadLR = 1 },
		func(c *Config) { c.WeightDecay = 0.1 },
		func(c *Config) { c.Optimizer = "sgd" },
		func(c *Config) { c.Optimizer, c.Momentum = "sgd", 0.9 },
		func(c *Config) { c.Strategy = "last:fc" },
		func(c *Config) { c.Strategy, c.Augment = "last:fc", "none" },
		func(c *Config) { c.Strategy, c.FreezeBN = "last:fc", &no },
		func(c *Config) { c.BatchSize = 9 },
		func(c *Config) { c.ImageSize = 33 },
	}
	b, seen := testbackend.Open(t, backend.Go), map[string]int{}
	for i, change := range changes {
		key := keyOf(t, b, change)
		if other, ok := seen[key]; ok {
			t.Errorf("changes %d and %d share a network: %s", other, i, key)
		}
		seen[key] = i
	}
	values := func(c *Config) { c.LR, c.Epochs, c.Workers, c.Warmup = 0.5, 9, 3, 2 }
	if _, ok := seen[keyOf(t, b, values)]; !ok {
		t.Error("trainings with other rates and epochs do not share a network")
	}
}

// keyOf returns the key of the small training in a cache.
func keyOf(t *testing.T, b compute.Backend, change func(*Config)) string {
	t.Helper()
	data, c := small()
	change(&c)
	s, err := newSession(c, []Option{On(b, "test"), Data(data)})
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.New(model.NewStore(), "resnet18", 5, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	cache := &GraphCache{networks: map[string]*compiled{}}
	s.graphs = cache
	if err := s.compile(net); err != nil {
		t.Fatal(err)
	}
	defer cache.Finalize()
	return slices.Collect(maps.Keys(cache.networks))[0]
}

// logitsOf computes the logits of one picture of 32x32 pixels.
func logitsOf(t *testing.T, f *predict.Forward) []float32 {
	t.Helper()
	pixels := make([]float32, 32*32*3)
	for i := range pixels {
		pixels[i] = float32(i%17)/8 - 1
	}
	rows, err := f.Logits(pixels, 1, 32, 32)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}
