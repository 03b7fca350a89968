package nn

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/resnetlib/weights"
)

// Spec lists the state dict's keys and shapes in PyTorch's order and layout. With SetTensor it implements [weights.Target].
func (n *Net) Spec() []weights.Spec {
	specs := make([]weights.Spec, len(n.parameters))
	for i, p := range n.parameters {
		specs[i] = weights.Spec{Key: p.Key, Shape: p.Shape(), DType: p.dtype()}
	}
	return specs
}

func (p *Parameter) dtype() weights.DType {
	if p.Variable.DType() == dtypes.Int64 {
		return "int64"
	}
	return "float32"
}

// SetTensor sets a parameter from a tensor in PyTorch's layout, of any type of numbers. An unknown key and another shape are errors.
func (n *Net) SetTensor(key string, t *weights.Tensor) error {
	p := n.byKey[key]
	if p == nil {
		return fmt.Errorf("the network has no parameter %q", key)
	}
	value, err := p.FromTorch(t)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return p.Variable.SetValue(value)
}

// FromTorch converts a tensor in PyTorch's layout to one of the variable's shape. It is the inverse of Torch.
func (p *Parameter) FromTorch(t *weights.Tensor) (*tensors.Tensor, error) {
	if !slices.Equal(t.Shape, p.Shape()) {
		return nil, fmt.Errorf("shape %v given, %v needed", t.Shape, p.Shape())
	}
	value := tensors.FromShape(p.Variable.Shape())
	if p.dtype() == "int64" {
		ints, err := t.Int64s()
		if err != nil {
			return nil, err
		}
		tensors.MustMutableFlatData(value, func(v []int64) { copy(v, ints) })
		return value, nil
	}
	floats, err := t.Float32s()
	if err != nil {
		return nil, err
	}
	tensors.MustMutableFlatData(value, func(v []float32) { p.layout.fromTorch(v, floats, t.Shape) })
	return value, nil
}

// Tensor returns the current value in PyTorch's layout.
func (p *Parameter) Tensor() (*weights.Tensor, error) {
	value, err := p.Variable.Value()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.Key, err)
	}
	return p.Torch(value)
}

// Torch converts a tensor that has the variable's shape, such as a gradient, to PyTorch's layout.
func (p *Parameter) Torch(value *tensors.Tensor) (*weights.Tensor, error) {
	shape := p.Shape()
	if p.dtype() == "int64" {
		v, err := tensors.CopyFlatData[int64](value)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", p.Key, err)
		}
		return weights.FromInt64s(shape, v), nil
	}
	v, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.Key, err)
	}
	if p.layout != plain {
		torch := make([]float32, len(v))
		p.layout.toTorch(torch, v, shape)
		v = torch
	}
	return weights.FromFloat32s(shape, v), nil
}

// StateDict copies the current values of all parameters, in PyTorch's order and layout.
func (n *Net) StateDict() (*weights.StateDict, error) {
	sd := weights.NewStateDict()
	for _, p := range n.parameters {
		t, err := p.Tensor()
		if err != nil {
			return nil, err
		}
		sd.Set(p.Key, t)
	}
	return sd, nil
}
