// Package transfer holds the three ways of transfer learning: train everything from loaded weights; train only the last layers; add a layer
// behind the loaded head and train only that. A [Strategy] decides what of the loaded weights is kept ([Start]) and what is frozen (Apply).
package transfer

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Strategy says which layers of a network are trained: "all"; "last:LAYER", from that layer to the end; or "new", one new layer behind the loaded
// head.
type Strategy string

// Strategies without a parameter; the third is made by [LastLayers].
const (
	All      Strategy = "all" // trains every layer
	NewLayer Strategy = "new" // adds a layer behind the loaded head and trains only that
)

// LastLayers returns the strategy that trains from a layer to the end: LastLayers("layer4") trains layer4 and fc.
func LastLayers(layer string) Strategy { return Strategy("last:" + layer) }

// Plan lists what a strategy trains in a network and what it freezes.
type Plan struct {
	Strategy       Strategy `json:"strategy"`
	Trained        []string `json:"trained"` // top-level modules with a trained parameter
	Frozen         []string `json:"frozen"`  // top-level modules without
	TrainedTensors int      `json:"trained_tensors"`
	TrainedParams  int      `json:"trained_parameters"`
	TotalParams    int      `json:"total_parameters"`
	FrozenBN       string   `json:"frozen_batch_norms"` // what the batch norms of frozen layers do; empty where no layer is frozen
}

// Option is an option of [Strategy.Apply].
type Option func(*options)

type options struct{ freezeBN bool }

// FreezeBN says whether the batch norms of frozen layers use and keep their running statistics (true, the default) or keep updating them, as
// PyTorch's do in train mode (false).
func FreezeBN(freeze bool) Option { return func(o *options) { o.freezeBN = freeze } }

// Apply freezes the layers of a network that the strategy does not train.
func (s Strategy) Apply(net *models.ResNet, opts ...Option) (Plan, error) {
	o := options{freezeBN: true}
	for _, option := range opts {
		option(&o)
	}
	modules := net.TopModules()
	trained, err := s.trained(modules)
	if err != nil {
		return Plan{}, err
	}
	if err := net.TrainOnly(trained...); err != nil {
		return Plan{}, err
	}
	plan := Plan{Strategy: s, Trained: trained}
	for _, m := range modules {
		if !slices.Contains(trained, m) {
			plan.Frozen = append(plan.Frozen, m)
		}
	}
	mode, does := nn.EvalFrozen, "use and keep their running statistics"
	if !o.freezeBN {
		mode, does = nn.TrackAll, "keep updating their running statistics"
	}
	if len(plan.Frozen) > 0 {
		plan.FrozenBN = does
	}
	net.SetBatchNormMode(mode)
	plan.TrainedTensors = len(net.Trainable())
	plan.TotalParams, plan.TrainedParams = net.NumParameters()
	return plan, nil
}

// trained lists the modules that the strategy trains.
func (s Strategy) trained(modules []string) ([]string, error) {
	layer, last := strings.CutPrefix(string(s), "last:")
	switch {
	case s == All:
		return modules, nil
	case s == NewLayer:
		return []string{"head"}, nil
	case last:
		if i := slices.Index(modules, layer); i >= 0 {
			return modules[i:], nil
		}
		return nil, fmt.Errorf("strategy %q: the network has no layer %q; there are %s", s, layer, strings.Join(modules, ", "))
	}
	return nil, fmt.Errorf("unknown strategy %q; there are all, last:LAYER and new", s)
}

// String describes the plan: a line for what is trained and, where layers are frozen, one for them.
func (p Plan) String() string {
	lines := []string{fmt.Sprintf("strategy %s: training %d tensors, %d of %d parameters (%.1f %%): %s", p.Strategy, p.TrainedTensors,
		p.TrainedParams, p.TotalParams, 100*float64(p.TrainedParams)/float64(p.TotalParams), strings.Join(p.Trained, ", "))}
	if len(p.Frozen) > 0 {
		lines = append(lines, fmt.Sprintf("frozen: %s; their batch norms %s", strings.Join(p.Frozen, ", "), p.FrozenBN))
	}
	return strings.Join(lines, "\n")
}
