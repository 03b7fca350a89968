package optim

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// OptimizerState copies the optimizer's moments, in PyTorch's layout, under keys such as "exp_avg.layer4.0.conv1.weight". With
// StepOptions.Accumulate it includes the sums of Backward ("grad.layer4.0.conv1.weight"), so that training can resume between two batches of a step.
func (t *Trainer) OptimizerState() (*weights.StateDict, error) {
	var entries []nn.Entry
	for i, p := range t.trained {
		for j, name := range t.slots {
			entries = append(entries, nn.Entry{Key: name + "." + p.Key, Parameter: p, Variable: t.state[i][j]})
		}
	}
	sd, err := nn.TorchAll(entries)
	if err != nil {
		return nil, fmt.Errorf("optimizer state: %w", err)
	}
	return sd, nil
}

// SetOptimizerState restores the optimizer's moments. They must be exactly those of the parameters that are trained. Set Steps as well: Adam's rates
// depend on it.
func (t *Trainer) SetOptimizerState(sd *weights.StateDict) error {
	t.placed = false
	if want := len(t.trained) * len(t.slots); sd.Len() != want {
		return fmt.Errorf("the optimizer's state has %d tensors, %d are trained", sd.Len(), want)
	}
	return t.eachState(func(key string, p *nn.Parameter, replace func(*tensors.Tensor) error) error {
		w, ok := sd.Get(key)
		if !ok {
			return fmt.Errorf("the file does not have it")
		}
		value, err := p.FromTorch(w)
		if err != nil {
			return err
		}
		return replace(value)
	})
}

// Reset puts the trainer back to its first step: no step taken, an optimizer state of zeros. The network's values and the compiled graphs stay.
func (t *Trainer) Reset() error {
	t.Steps, t.placed = 0, false
	return t.eachState(func(_ string, p *nn.Parameter, replace func(*tensors.Tensor) error) error {
		return replace(tensors.FromShape(p.Variable.Shape()))
	})
}

// eachState calls set with the key and the parameter of every state tensor, and the function that replaces it.
func (t *Trainer) eachState(set func(key string, p *nn.Parameter, replace func(*tensors.Tensor) error) error) error {
	for i, p := range t.trained {
		for j, name := range t.slots {
			if err := set(name+"."+p.Key, p, t.state[i][j].SetValue); err != nil {
				return fmt.Errorf("optimizer state %s of %s: %w", name, p.Key, err)
			}
		}
	}
	return nil
}
