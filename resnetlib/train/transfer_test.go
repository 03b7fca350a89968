package train

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/transfer"
)

// started is a run of one epoch to transfer from, and settings that start from it.
func started(t *testing.T) (compute.Backend, Config) {
	b := testbackend.Open(t, backend.Go)
	_, c := small()
	c.Epochs, c.Out = 1, filepath.Join(t.TempDir(), "start")
	mustFit(t, b, c)
	c.Weights, c.Out = c.Out, filepath.Join(t.TempDir(), "run")
	return b, c
}

// start makes the network that a training with these settings begins with.
func start(c Config, classes int) (*models.ResNet, string, error) {
	source, err := startingWeights(c)
	if err != nil {
		return nil, "", err
	}
	return transfer.Start(source, c.StartFrom(source), classes)
}

// changed are the keys of parameters, not buffers, whose bytes differ.
func changed(t *testing.T, before, after *models.ResNet) (keys []string) {
	t.Helper()
	for _, p := range before.Parameters() {
		one, errA := p.Tensor()
		two, errB := after.Parameter(p.Key).Tensor()
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !p.Buffer && !slices.Equal(one.Data, two.Data) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// A rate of its own for the head: with one for the rest that is too small to change a float32, the head alone moves.
func TestHeadLR(t *testing.T) {
	b, c := started(t)
	c.Optimizer, c.LR, c.HeadLR = "sgd", 1e-30, 1e-2
	mustFit(t, b, c)
	before, _ := network.OpenRun(c.Weights)
	after, err := network.OpenRun(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	if got := changed(t, before.ResNet, after.ResNet); !slices.Equal(got, []string{"fc.weight", "fc.bias"}) {
		t.Errorf("changed %v, want fc alone", got)
	}
}

// The head first, then everything at a small rate: the second phase begins with the very weights of the first one's best epoch.
func TestTwoPhases(t *testing.T) {
	b, c := started(t)
	c.Strategy = string(transfer.LastLayers("fc"))
	mustFit(t, b, c)
	first, err := network.OpenRun(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	c.Strategy, c.Weights, c.Out, c.LR = string(transfer.All), c.Out, filepath.Join(t.TempDir(), "second"), 1e-5
	net, _, err := start(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	if got := changed(t, first.ResNet, net); got != nil {
		t.Errorf("the second phase begins with other values in %v", got)
	}
	mustFit(t, b, c)
	second, err := network.OpenRun(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	if got := changed(t, first.ResNet, second.ResNet); len(got) != len(first.Trainable()) {
		t.Errorf("the second phase changed %d of %d parameters", len(got), len(first.Trainable()))
	}
}

// The layer that "new" added is the head of what starts from that run: kept with its values, trained alone or with everything, replaced where
// the classes are others. A second one is refused.
func TestAfterNew(t *testing.T) {
	b, c := started(t)
	c.Strategy = string(transfer.NewLayer)
	mustFit(t, b, c)
	first, err := network.OpenRun(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	c.Weights, c.Out = c.Out, filepath.Join(t.TempDir(), "second")
	if _, err := Fit(context.Background(), c, On(b, "test")); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "last:head") {
		t.Errorf("a second added layer: %v", err)
	}
	for s, trained := range map[transfer.Strategy]int{transfer.All: len(first.Trainable()), transfer.LastLayers("head"): 2} {
		c.Strategy, c.Overwrite = string(s), true
		net, note, err := start(c, 5)
		if err != nil || strings.Contains(note, "random") {
			t.Fatalf("%s: %s, %v", s, note, err)
		}
		if got := changed(t, first.ResNet, net); got != nil {
			t.Errorf("%s begins with other values in %v", s, got)
		}
		run := mustFit(t, b, c)
		second, err := network.OpenRun(c.Out)
		if err != nil {
			t.Fatal(err)
		}
		if got := changed(t, first.ResNet, second.ResNet); second.Head == nil || len(got) != trained || run.PyTorchRecipe == "" {
			t.Errorf("%s changed %d parameters, want %d; recipe %q", s, len(got), trained, run.PyTorchRecipe)
		}
	}
	net, note, err := start(c, 3)
	if err != nil || net.FC.Out != 5 || net.Head.Out != 3 || !strings.Contains(note, "its head of 5 classes is left out") {
		t.Errorf("three classes: %s, %v", note, err)
	}
}

// A head of another class count is left out by all and last:, and said so; new keeps it.
func TestOtherClassCount(t *testing.T) {
	b, c := started(t)
	many := sketch.Config{Task: "many", Train: 40, Val: 20, Size: 32}
	data := &datasets.Splits{Train: sketch.New("train", many), Val: sketch.New("val", many)}
	classes := len(data.Train.Classes())
	c.Epochs, c.BatchSize = 1, 8
	for _, s := range []transfer.Strategy{transfer.All, transfer.LastLayers("layer4"), transfer.NewLayer} {
		t.Run(string(s), func(t *testing.T) {
			c := c
			c.Strategy, c.Out = string(s), filepath.Join(t.TempDir(), "run")
			var notes []string
			_, err := Fit(context.Background(), c, On(b, "test"), Data(data), Report(func(e Event) { notes = append(notes, e.Note) }))
			if err != nil {
				t.Fatal(err)
			}
			net, err := network.OpenRun(c.Out)
			if err != nil {
				t.Fatal(err)
			}
			kept, word := net.FC.Out == 5, "its head of 5 classes is left out"
			if s == transfer.NewLayer {
				word = "its head of 5 classes stays"
			}
			if kept != (s == transfer.NewLayer) || net.NumClasses() != classes || !strings.Contains(strings.Join(notes, "\n"), word) {
				t.Errorf("fc has %d outputs, the network %d classes; notes %q, want %q", net.FC.Out, net.NumClasses(), notes, word)
			}
		})
	}
}

// What is frozen stays frozen when graphs of both modes are built on it.
func TestFrozenThroughModes(t *testing.T) {
	b, c := started(t)
	net, err := network.OpenRun(c.Weights)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.LastLayers("layer4").Apply(net.ResNet); err != nil {
		t.Fatal(err)
	}
	frozen := func() (keys []string) {
		for _, p := range net.Frozen() {
			keys = append(keys, p.Key)
		}
		return keys
	}
	before := frozen()
	trainer, err := optim.NewTrainer(b, net.ResNet, optim.StepOptions{Optimizer: optim.Optimizer{Name: "sgd"}})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Finalize()
	images := optim.Images(make([]float32, 4*32*32*3), 4, 32, 32)
	for range 2 { // train, then eval, and again
		if _, err := trainer.Step(images, []int32{0, 1, 2, 3}, 1e-3); err != nil {
			t.Fatal(err)
		}
		if _, err := models.OutputShape(net.ResNet, 4, 32, 32, 3); err != nil { // a graph in eval mode
			t.Fatal(err)
		}
	}
	if after := frozen(); len(before) == 0 || !slices.Equal(before, after) {
		t.Errorf("frozen before %v, after %v", before, after)
	}
}

// Weights up to a layer are those of the file, and what comes after is what the seed makes.
func TestWeightsUpTo(t *testing.T) {
	_, c := small()
	c.Out, c.Epochs = filepath.Join(t.TempDir(), "start"), 1
	mustFit(t, testbackend.Open(t, backend.Go), c)
	c = c.WithDefaults()
	random, _, err := start(c, 5)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := network.OpenRun(c.Out)
	if err != nil {
		t.Fatal(err)
	}
	c.Weights, c.WeightsUpTo = c.Out, "layer2"
	mixed, note, err := start(c, 5)
	if err != nil || !strings.Contains(note, "up to layer2") {
		t.Fatalf("%v, %q", err, note)
	}
	for _, p := range mixed.Parameters() {
		want := loaded.ResNet
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
		if _, _, err := start(bad, 5); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
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
