package train

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Strategy says which layers of a network are trained: "all", "last:LAYER" (from that layer to the end) or "new" (one new layer behind the
// loaded head).
type Strategy string

// The strategies of the lessons.
const (
	All Strategy = "all"
	New Strategy = "new"
)

// LastLayers trains from a layer to the end: LastLayers("layer4") trains layer4 and fc.
func LastLayers(layer string) Strategy { return Strategy("last:" + layer) }

// Plan says what will train and what will not.
type Plan struct {
	Strategy       Strategy `json:"strategy"`
	Trained        []string `json:"trained"` // top-level modules with a trained parameter
	Frozen         []string `json:"frozen"`  // top-level modules without
	TrainedTensors int      `json:"trained_tensors"`
	TrainedParams  int      `json:"trained_parameters"`
	TotalParams    int      `json:"total_parameters"`
	FrozenBN       string   `json:"frozen_batch_norms"` // what batch norms of frozen layers do; empty where none is frozen
}

// Apply freezes what the strategy leaves alone. freezeBN makes the batch norms of frozen layers use and keep their running statistics;
// without it they go on moving, as PyTorch's do in train mode.
func (s Strategy) Apply(net *models.ResNet, freezeBN bool) (Plan, error) {
	modules := topModules(net)
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
	mode := nn.TrackAll
	if freezeBN {
		mode = nn.EvalFrozen
	}
	if len(plan.Frozen) > 0 {
		plan.FrozenBN = map[bool]string{true: "use and keep their running statistics", false: "go on moving their running statistics"}[freezeBN]
	}
	net.SetBatchNormMode(mode)
	plan.TrainedTensors = len(net.Trainable())
	plan.TotalParams, plan.TrainedParams = net.NumParameters()
	return plan, nil
}

func (s Strategy) trained(modules []string) ([]string, error) {
	layer, last := strings.CutPrefix(string(s), "last:")
	switch {
	case s == All:
		return modules, nil
	case s == New:
		return []string{"head"}, nil
	case last:
		if i := slices.Index(modules, layer); i >= 0 {
			return modules[i:], nil
		}
		return nil, fmt.Errorf("strategy %q: the network has no layer %q; there are %s", s, layer, strings.Join(modules, ", "))
	}
	return nil, fmt.Errorf("unknown strategy %q; there are all, last:LAYER and new", s)
}

// topModules are the modules with parameters right below the network, in its order: conv1, bn1, layer1, ..., fc.
func topModules(net *models.ResNet) (names []string) {
	for _, p := range net.Parameters() {
		name, _, _ := strings.Cut(p.Key, ".")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// String says the plan in words, one line each.
func (p Plan) String() string {
	lines := []string{fmt.Sprintf("strategy %s: training %d tensors, %d of %d parameters (%.1f %%): %s", p.Strategy, p.TrainedTensors,
		p.TrainedParams, p.TotalParams, 100*float64(p.TrainedParams)/float64(p.TotalParams), strings.Join(p.Trained, ", "))}
	if len(p.Frozen) > 0 {
		lines = append(lines, fmt.Sprintf("frozen: %s; their batch norms %s", strings.Join(p.Frozen, ", "), p.FrozenBN))
	}
	return strings.Join(lines, "\n")
}
