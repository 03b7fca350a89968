package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
)

// Parameter is one entry of a network's state dict.
type Parameter struct {
	Key      string // "layer1.0.bn1.weight"
	Buffer   bool   // a running statistic: saved, never trained
	Variable *model.Variable
	layout   layout
}

// Shape returns the shape in PyTorch's layout.
func (p *Parameter) Shape() []int { return p.layout.torch(p.Variable.Shape().Dimensions) }

// Size returns the number of elements.
func (p *Parameter) Size() int { return p.Variable.Shape().Size() }

// RequiresGrad tells whether the parameter is trained.
func (p *Parameter) RequiresGrad() bool { return p.Variable.Trainable }

// Parameters returns the parameters and buffers in the order of PyTorch's state dict.
func (n *Net) Parameters() []*Parameter { return n.parameters }

// Parameter returns the parameter with this state-dict key; nil where there is none.
func (n *Net) Parameter(key string) *Parameter { return n.byKey[key] }

// NumParameters counts the elements of all parameters, and of those that are trained. Buffers do not count, as in PyTorch.
func (n *Net) NumParameters() (total, trainable int) {
	for _, p := range n.parameters {
		if p.Buffer {
			continue
		}
		total += p.Size()
		if p.RequiresGrad() {
			trainable += p.Size()
		}
	}
	return total, trainable
}

// Trainable returns the parameters that a training step changes.
func (n *Net) Trainable() []*Parameter {
	var trained []*Parameter
	for _, p := range n.parameters {
		if p.RequiresGrad() {
			trained = append(trained, p)
		}
	}
	return trained
}

// TrainOnly freezes every parameter outside the modules with the given names: TrainOnly("layer4", "fc"). A name that no module has is an error,
// and then nothing changes.
func (n *Net) TrainOnly(modules ...string) error {
	for _, m := range modules {
		if !slices.ContainsFunc(n.parameters, func(p *Parameter) bool { return under(p.Key, m) }) {
			return fmt.Errorf("the network has no module %q", m)
		}
	}
	for _, p := range n.parameters {
		trained := slices.ContainsFunc(modules, func(m string) bool { return under(p.Key, m) })
		p.Variable.SetTrainable(trained && !p.Buffer)
	}
	return nil
}

func under(key, module string) bool { return module == "" || strings.HasPrefix(key, module+".") }

// Frozen returns the parameters (not buffers) that a training step does not change.
func (n *Net) Frozen() []*Parameter {
	var frozen []*Parameter
	for _, p := range n.parameters {
		if !p.Buffer && !p.RequiresGrad() {
			frozen = append(frozen, p)
		}
	}
	return frozen
}

// BatchNormMode says which batch norms stay in evaluation mode while the network trains: they use their running statistics and do not change them.
type BatchNormMode int

// The modes of [Net.SetBatchNormMode].
const (
	TrackAll   BatchNormMode = iota // none: PyTorch's net.train(), where the statistics of frozen layers change as well
	EvalFrozen                      // those of frozen layers
	EvalAll                         // all of them
)

// SetBatchNormMode puts batch norms into evaluation mode, whatever the graph's mode is. EvalFrozen means what is frozen at the time of the
// call. A graph keeps the mode it was built with, where PyTorch's bn.eval() acts at once: call it before a Trainer is made.
func (n *Net) SetBatchNormMode(mode BatchNormMode) {
	for _, b := range n.batchNorms {
		b.Eval = mode == EvalAll || mode == EvalFrozen && !b.Weight.RequiresGrad()
	}
}
