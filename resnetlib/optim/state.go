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
	sd := weights.NewStateDict()
	err := t.eachState(func(key string, p *nn.Parameter, get func() (*tensors.Tensor, error), _ func(*tensors.Tensor) error) error {
		value, err := get()
		if err != nil {
			return err
		}
		w, err := p.Torch(value)
		if err == nil {
			sd.Set(key, w)
		}
		return err
	})
	return sd, err
}

// SetOptimizerState restores the optimizer's moments. They must be exactly those of the parameters that are trained. Set Steps as well: Adam's rates
// depend on it.
func (t *Trainer) SetOptimizerState(sd *weights.StateDict) error {
	t.placed = false
	if want := len(t.trained) * len(t.slots); sd.Len() != want {
		return fmt.Errorf("the optimizer's state has %d tensors, %d are trained", sd.Len(), want)
	}
	return t.eachState(func(key string, p *nn.Parameter, _ func() (*tensors.Tensor, error), set func(*tensors.Tensor) error) error {
		w, ok := sd.Get(key)
		if !ok {
			return fmt.Errorf("the file does not have it")
		}
		value, err := p.FromTorch(w)
		if err != nil {
			return err
		}
		return set(value)
	})
}

// Reset puts the trainer back to its first step: no step taken, an optimizer state of zeros. The network's values and the compiled graphs stay.
func (t *Trainer) Reset() error {
	t.Steps, t.placed = 0, false
	return t.eachState(func(_ string, p *nn.Parameter, _ func() (*tensors.Tensor, error), set func(*tensors.Tensor) error) error {
		return set(tensors.FromShape(p.Variable.Shape()))
	})
}

// eachState calls do with the key, the parameter and the accessors of every state tensor.
func (t *Trainer) eachState(do func(key string, p *nn.Parameter, get func() (*tensors.Tensor, error), set func(*tensors.Tensor) error) error) error {
	for i, p := range t.trained {
		for j, name := range t.slots {
			v := t.state[i][j]
			if err := do(name+"."+p.Key, p, v.Value, v.SetValue); err != nil {
				return fmt.Errorf("optimizer state %s of %s: %w", name, p.Key, err)
			}
		}
	}
	return nil
}
