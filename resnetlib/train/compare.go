package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// Contest says what [Compare] compares. Its Config is that of every member but for strategy, seed and folder: Out is the folder in which each
// member has its run, and what is finished there is not done again.
type Contest struct {
	Config
	// Strategies are the members' ways of training. Beside those of [Strategy] (all, last:LAYER, new) there are "scratch", the whole network
	// from random weights, and "upto:LAYER", the whole network with the weights up to that layer, and the rest from random weights (Yosinski
	// et al. 2014, arXiv:1411.1792, "AnB+"). None: all, last:fc, new, scratch.
	Strategies []string
	Seeds      int // runs of each strategy, with the seeds Seed, Seed+1, ...; 0: 3
}

// Scratch is the strategy of a whole network from random weights.
const Scratch = "scratch"

// Comparison is what came out, the strategies in the order asked for.
type Comparison struct {
	Strategies   []StrategyResult `json:"strategies"`
	TestPictures int              `json:"test_pictures"`
	HeldOut      bool             `json:"test_held_out"` // from the training pictures, as the data have no test/
	Seeds        int              `json:"seeds"`
}

// StrategyResult is one strategy's over its seeds.
type StrategyResult struct {
	Name            string             `json:"name"`
	Accuracy        Spread             `json:"accuracy"`          // on test pictures, which chose nothing
	SecondsPerEpoch float64            `json:"seconds_per_epoch"` // the median epoch's, over all seeds: compiling falls into the first alone
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

// Member is one run of a comparison.
type Member struct {
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

// Compare trains each strategy with each seed on the same data, with the same budget, and tests the best epochs on pictures that chose nothing.
// Every member is a run of its own below Out; a comparison that was stopped goes on where it was. progress (nil: none) hears which member is
// about to begin; [Report] among the options hears of its training. A comparison that is done but for unreadable pictures comes with an error
// that is [ErrPartial].
func Compare(ctx context.Context, c Contest, progress func(strategy string, seed uint64, done, total int), options ...Option) (*Comparison, error) {
	if len(c.Strategies) == 0 {
		c.Strategies = []string{string(All), string(LastLayers("fc")), string(New), Scratch}
	}
	if c.Seeds == 0 {
		c.Seeds = 3
	}
	contest, err := c.open(ctx, options)
	if err != nil {
		return nil, input(ctx, err)
	}
	defer contest.close()
	result := &Comparison{TestPictures: contest.session.data.Test.Len(), HeldOut: contest.heldOut, Seeds: c.Seeds}
	done := 0
	for _, name := range c.Strategies {
		r := StrategyResult{Name: name}
		for i := range c.Seeds {
			seed := c.Seed + uint64(i)
			if progress != nil {
				progress(name, seed, done, c.Seeds*len(c.Strategies))
			}
			m, err := contest.member(ctx, name, seed)
			if err != nil {
				return nil, fmt.Errorf("comparing strategies: %s with seed %d: %w", name, seed, err)
			}
			r.Members = append(r.Members, *m)
			done++
		}
		r.sum()
		result.Strategies = append(result.Strategies, r)
	}
	return result, contest.session.partial(result.Strategies[0].Members[0].Run)
}

// contest is a Contest under way.
type contest struct {
	Contest
	session *session // what all members share: backend, data, options
	heldOut bool
	data    string // fingerprint of the pictures to train on and to validate with
	test    string // and of the test pictures
	options []Option

	shared map[string]*machinery // of the runs, by poolKey
	judges map[bool]*machinery   // of the tests; true: of networks with an added layer
}

// open opens backend and data once for all, and sees to it that there are test pictures and that every strategy has what it needs.
func (c Contest) open(ctx context.Context, options []Option) (*contest, error) {
	if c.Out == "" {
		return nil, errors.New("a comparison needs a folder for its runs")
	}
	var err error
	if c.Config, err = complete(c.Config); err != nil {
		return nil, err
	}
	for _, name := range c.Strategies {
		if err := c.fits(ctx, name); err != nil {
			return nil, err
		}
	}
	s := newSession(options)
	s.config = c.Config
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	x := &contest{Contest: c, session: s, heldOut: s.data.Test == nil, shared: map[string]*machinery{}, judges: map[bool]*machinery{}}
	if err := x.takeTest(ctx); err != nil {
		return nil, err
	}
	x.options = append(append(x.options, options...), On(s.backend, s.backendName), Data(s.data), sharing(x.shared, s.unreadable))
	return x, nil
}

// fits is an error where a strategy has not what it needs, or does not suit the network: said before hours go into the others.
func (c Contest) fits(ctx context.Context, name string) error {
	s, err := c.settings(name, c.Seed)
	if err != nil {
		return err
	}
	net, _, err := build(s, 1) // whatever the classes
	if err == nil {
		_, err = Strategy(s.Strategy).Apply(net, s.FreezesBN())
	}
	return input(ctx, err)
}

// close frees the compiled graphs.
func (c *contest) close() {
	for _, m := range c.shared {
		m.finalize()
	}
	for _, m := range c.judges {
		m.finalize()
	}
}

// takeTest makes sure of test pictures: a tenth of those to train on, where the data have none.
func (c *contest) takeTest(ctx context.Context) (err error) {
	data := *c.session.data
	if c.heldOut {
		const share = 0.1
		if data.Train, data.Test, err = datasets.Split(data.Train, share, c.Seed); err != nil {
			return fmt.Errorf("holding out test pictures: %w", err)
		}
	}
	if !c.heldOut {
		if data.Test, err = c.session.readable(ctx, "test", data.Test); err != nil {
			return err
		}
	}
	c.session.data = &data
	if c.data, err = data.Fingerprint(); err != nil {
		return err
	}
	c.test, err = datasets.Fingerprint(data.Test)
	return err
}

// CheckStrategies is an error of the first strategy that is none, or has not what it needs. It looks at no file.
func (c Contest) CheckStrategies() error {
	for _, name := range c.Strategies {
		if _, err := c.settings(name, c.Seed); err != nil {
			return err
		}
	}
	return nil
}

// settings are those of one member.
func (c Contest) settings(name string, seed uint64) (Config, error) {
	s := c.Config
	s.Seed, s.Strategy, s.Resume = seed, name, ""
	s.Out = filepath.Join(c.Out, fmt.Sprintf("%s-seed-%d", strings.ReplaceAll(name, ":", "-"), seed))
	layer, upTo := strings.CutPrefix(name, "upto:")
	switch {
	case name == Scratch:
		s.Weights, s.Strategy = "", string(All)
	case s.Weights == "":
		return s, fmt.Errorf("strategy %s needs weights to start from (scratch alone does not)", name)
	case upTo:
		s.WeightsUpTo, s.Strategy = layer, string(All)
	}
	return s, s.Validate()
}

// sum makes the figures of a strategy from its members'.
func (r *StrategyResult) sum() {
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

// member is the run of a strategy with a seed: found finished, gone on with, or begun.
func (c *contest) member(ctx context.Context, name string, seed uint64) (*Member, error) {
	s, err := c.settings(name, seed)
	if err != nil {
		return nil, err
	}
	if m, err := c.finished(s); m != nil || err != nil {
		return m, err
	}
	m, err := c.train(ctx, s)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := atomicfile.WriteBytes(filepath.Join(s.Out, runs.TestFile), append(text, '\n')); err != nil {
		return nil, err
	}
	return m, os.RemoveAll(filepath.Join(s.Out, "checkpoints")) // six times the size of the rest, and of no use any more
}
