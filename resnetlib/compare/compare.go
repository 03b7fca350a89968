// Package compare trains one network by several strategies, with several seeds, on the same data and budget, and tests them on pictures that had no part
// in training.
//
//	result, err := compare.Run(ctx, compare.Config{Settings: settings, Strategies: []string{"all", "last:fc", "scratch"}, Seeds: 3})
//	notebook.Show(result)
//
// Every member is a run in a folder of its own: a comparison that was stopped resumes, and a finished member is not trained again.
package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/transfer"
	"resnetlab/resnetlib/weights"
)

// Config says what [Run] compares. Its Settings are those of every member but for strategy, seed and folder: Out is the folder in which each member
// has its run.
type Config struct {
	runs.Settings
	// Strategies are the members' ways of training. Beside those of package transfer (all, last:LAYER, new) there are "scratch", the whole network
	// from random weights, and "upto:LAYER", the whole network with the weights up to that layer and the rest from random weights (Yosinski et al.
	// 2014, arXiv:1411.1792, "AnB+"). None: all, last:fc, new, scratch.
	Strategies []string
	Seeds      int               // runs of each strategy, with the seeds Seed, Seed+1, ...; 0: 3
	Progress   func(next Member) // called before each member, of which Strategy, Index, Of and Seed are set; nil: not called
}

// Scratch is the strategy that trains a whole network from random weights.
const Scratch = "scratch"

// Result is the outcome of a comparison, with the strategies in the order of the configuration.
type Result struct {
	Strategies   []StrategyResult `json:"strategies"`
	TestPictures int              `json:"test_pictures"`
	HeldOut      bool             `json:"test_held_out"` // from the training pictures, as the data have no test/
	Seeds        int              `json:"seeds"`
}

// StrategyResult is the result of one strategy over its seeds.
type StrategyResult struct {
	Name            string             `json:"name"`
	Accuracy        Spread             `json:"accuracy"`          // on test pictures, which had no part in choosing an epoch
	SecondsPerEpoch float64            `json:"seconds_per_epoch"` // the median over all epochs and seeds, which compiling, in the first epoch, does not change
	Trained         int                `json:"trained_parameters"`
	Memory          int                `json:"memory_bytes"` // weights, gradients and the optimizer's state; without activations
	Moved           map[string]float64 `json:"moved"`        // by stage (conv1, layer1, ...): |best - start| / |start|, mean over the seeds
	Members         []Member           `json:"members"`
}

// Spread is a mean over seeds.
type Spread struct {
	Mean  float64        `json:"mean"`
	Std   weights.Number `json:"std"`    // of a seed, with n-1; null for one seed
	Error weights.Number `json:"stderr"` // of the mean: Std/sqrt(n)
}

// Member is one run of a comparison: a strategy with a seed.
type Member struct {
	Strategy string             `json:"-"`
	Index    int                `json:"-"` // its place among the members of the comparison, from 0
	Of       int                `json:"-"` // number of members
	Schema   int                `json:"schema"`
	Seed     uint64             `json:"seed"`
	Run      string             `json:"run"`
	Accuracy float64            `json:"accuracy"` // of the best epoch by validation, on the test pictures
	Loss     float64            `json:"loss"`
	Seconds  []float64          `json:"seconds"` // of each epoch
	Trained  int                `json:"trained_parameters"`
	Memory   int                `json:"memory_bytes"`
	Moved    map[string]float64 `json:"moved"`
	Test     string             `json:"test_fingerprint"`
}

// Run trains each strategy with each seed, and tests the best epoch of each on the test pictures, or on a tenth of the training pictures that is held
// out where the data have no test/. The options are those of every training. A comparison that left out unreadable pictures returns its result and an
// error that is [train.ErrLeftOut].
func Run(ctx context.Context, c Config, opts ...train.Option) (*Result, error) {
	x, err := open(ctx, c.withDefaults(), opts)
	if err != nil {
		return nil, err
	}
	defer x.graphs.Finalize()
	result := &Result{TestPictures: x.setup.Data.Test.Len(), HeldOut: x.heldOut, Seeds: x.Seeds}
	next := Member{Of: x.Seeds * len(x.Strategies)}
	for _, name := range x.Strategies {
		r := StrategyResult{Name: name}
		for i := range x.Seeds {
			next.Strategy, next.Seed = name, x.Seed+uint64(i)
			x.Progress(next)
			m, err := x.member(ctx, name, next.Seed)
			if err != nil {
				return nil, fmt.Errorf("comparing strategies: %s with seed %d: %w", name, next.Seed, err)
			}
			m.Strategy, m.Index, m.Of = next.Strategy, next.Index, next.Of
			r.Members = append(r.Members, *m)
			next.Index++
		}
		r.summarize()
		result.Strategies = append(result.Strategies, r)
	}
	if n := len(x.setup.LeftOut); n > 0 {
		return result, fmt.Errorf("%d unreadable %w; they are listed in %s/run.json", n, train.ErrLeftOut, result.Strategies[0].Members[0].Run)
	}
	return result, nil
}

func (c Config) withDefaults() Config {
	if len(c.Strategies) == 0 {
		c.Strategies = []string{string(transfer.All), string(transfer.LastLayers("fc")), string(transfer.NewLayer), Scratch}
	}
	if c.Seeds == 0 {
		c.Seeds = 3
	}
	if c.Progress == nil {
		c.Progress = func(Member) {}
	}
	return c
}

// comparison is a comparison under way.
type comparison struct {
	Config
	source  runs.Source // the weights to start from
	setup   *train.Setup
	options []train.Option
	graphs  *train.GraphCache // of trainings and tests
	heldOut bool              // the test pictures are some of the training pictures
	data    string            // fingerprint of the pictures that are trained on and validated with
	test    string            // fingerprint of the test pictures
}

// open opens backend and data once for all members. Before that it checks that every strategy has what it needs: hours of others may go before it.
func open(ctx context.Context, c Config, opts []train.Option) (*comparison, error) {
	x := &comparison{Config: c, graphs: &train.GraphCache{}}
	if err := x.check(); err != nil {
		return nil, mark.As(train.ErrInput, err)
	}
	var err error
	if x.setup, err = train.Prepare(ctx, x.Settings, opts...); err != nil {
		return nil, err
	}
	if err := x.holdOut(); err != nil {
		return nil, mark.As(train.ErrInput, err)
	}
	x.options = slices.Concat(opts, x.setup.Options(), []train.Option{train.Graphs(x.graphs), train.SparseCheckpoints()})
	return x, nil
}

// check completes the settings, and tries every strategy on the network.
func (x *comparison) check() (err error) {
	if x.Out == "" {
		return errors.New("a comparison needs a folder for its runs")
	}
	if x.Seeds < 0 {
		return fmt.Errorf("a comparison needs at least 1 seed, not %d", x.Seeds)
	}
	if x.Weights != "" {
		if x.source, err = runs.FindWeights(x.Weights, x.Arch); err != nil {
			return err
		}
	}
	x.Settings = x.StartFrom(x.source)
	for _, name := range x.Strategies {
		s, err := x.settings(name, x.Seed)
		if err != nil {
			return err
		}
		net, err := x.start(s, 1) // of any number of classes
		if err != nil {
			return err
		}
		if _, err := transfer.Strategy(s.Strategy).Apply(net); err != nil {
			return err
		}
	}
	return nil
}

// start makes the network that a member starts from.
func (x *comparison) start(s runs.Settings, classes int) (*models.ResNet, error) {
	source := x.source
	if s.Weights == "" {
		source = runs.Source{}
	}
	net, _, err := transfer.Start(source, s, classes)
	return net, err
}

// holdOut takes a tenth of the training pictures for the test, where the data have no test pictures.
func (x *comparison) holdOut() (err error) {
	data := *x.setup.Data
	if x.heldOut = data.Test == nil; x.heldOut {
		const share = 0.1
		if data.Train, data.Test, err = datasets.Split(data.Train, share, x.Seed); err != nil {
			return fmt.Errorf("holding out test pictures: %w", err)
		}
	}
	x.setup.Data = &data
	if x.data, err = data.Fingerprint(); err != nil {
		return err
	}
	x.test, err = datasets.Fingerprint(data.Test)
	return err
}

// CheckStrategies returns an error for the first strategy that is unknown, or that needs weights to start from where there are none. It reads no file.
func (c Config) CheckStrategies() error {
	for _, name := range c.Strategies {
		if _, err := c.settings(name, c.Seed); err != nil {
			return err
		}
	}
	return nil
}

// settings returns those of one member.
func (c Config) settings(name string, seed uint64) (runs.Settings, error) {
	s := c.Settings
	s.Seed, s.Strategy = seed, name
	s.Out = filepath.Join(c.Out, fmt.Sprintf("%s-seed-%d", strings.ReplaceAll(name, ":", "-"), seed))
	layer, upTo := strings.CutPrefix(name, "upto:")
	switch {
	case name == Scratch:
		s.Weights, s.Strategy = "", string(transfer.All)
	case s.Weights == "":
		return s, fmt.Errorf("strategy %s needs weights to start from (only %s does not)", name, Scratch)
	case upTo:
		s.WeightsUpTo, s.Strategy = layer, string(transfer.All)
	}
	return s, s.WithDefaults().Validate()
}

// summarize computes the figures of a strategy from its members.
func (r *StrategyResult) summarize() {
	n, seconds := float64(len(r.Members)), []float64{}
	r.Moved = map[string]float64{}
	for _, m := range r.Members {
		r.Accuracy.Mean += m.Accuracy / n
		r.Trained, r.Memory = m.Trained, m.Memory
		seconds = append(seconds, m.Seconds...)
		for stage, v := range m.Moved {
			r.Moved[stage] += v / n
		}
	}
	squares := 0.0
	for _, m := range r.Members {
		squares += (m.Accuracy - r.Accuracy.Mean) * (m.Accuracy - r.Accuracy.Mean)
	}
	std := math.NaN()
	if n > 1 {
		std = math.Sqrt(squares / (n - 1))
	}
	r.Accuracy.Std, r.Accuracy.Error = weights.Number(std), weights.Number(std/math.Sqrt(n))
	slices.Sort(seconds)
	r.SecondsPerEpoch = (seconds[(len(seconds)-1)/2] + seconds[len(seconds)/2]) / 2
}
