package nn

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

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
	data := t.Data
	if t.DType != weights.Float32 || len(data) != 4*t.Size() {
		floats, err := t.Float32s() // converts, or says what is wrong with the tensor
		if err != nil {
			return nil, err
		}
		data = weights.FromFloat32s(t.Shape, floats).Data
	}
	tensors.MustMutableFlatData(value, func(v []float32) { p.layout.fromTorch(v, data, t.Shape) })
	return value, nil
}

// Tensor returns the current value in PyTorch's layout.
func (p *Parameter) Tensor() (*weights.Tensor, error) {
	return Entry{p.Key, p, p.Variable}.torch()
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
	t := &weights.Tensor{DType: weights.Float32, Shape: shape, Data: make([]byte, 4*p.Size())}
	err := tensors.ConstFlatData(value, func(v []float32) { p.layout.toTorch(t.Data, v, shape) })
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.Key, err)
	}
	return t, nil
}

// StateDict copies the current values of all parameters, in PyTorch's order and layout.
func (n *Net) StateDict() (*weights.StateDict, error) {
	entries := make([]Entry, len(n.parameters))
	for i, p := range n.parameters {
		entries[i] = Entry{p.Key, p, p.Variable}
	}
	return TorchAll(entries)
}

// CopyValues sets all parameters to the values of another network with the same parameters, without the state dict between them.
func (n *Net) CopyValues(from *Net) error {
	if len(from.parameters) != len(n.parameters) {
		return fmt.Errorf("copying a network's values: the other network has %d parameters, this one %d", len(from.parameters), len(n.parameters))
	}
	for _, p := range n.parameters {
		other := from.byKey[p.Key]
		if other == nil || !other.Variable.Shape().Equal(p.Variable.Shape()) {
			return fmt.Errorf("copying %s: the other network does not have it in the same shape", p.Key)
		}
		value, err := other.Variable.Value()
		if err == nil {
			value, err = value.LocalClone()
		}
		if err == nil {
			err = p.Variable.SetValue(value)
		}
		if err != nil {
			return fmt.Errorf("copying %s: %w", p.Key, err)
		}
	}
	return nil
}

// Entry is a variable of a parameter's shape, such as its value or a moment of the optimizer, and its key in a state dict.
type Entry struct {
	Key       string
	Parameter *Parameter
	Variable  *model.Variable
}

// TorchAll copies the current values of variables to a state dict, in their order and PyTorch's layout. It uses all cores: of a training on few
// pictures this takes more time than any other part but the steps.
func TorchAll(entries []Entry) (*weights.StateDict, error) {
	var group sync.WaitGroup
	var next atomic.Int64
	all, errs := make([]*weights.Tensor, len(entries)), make([]error, len(entries))
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(entries)); i = next.Add(1) - 1 {
				all[i], errs[i] = entries[i].torch()
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sd := weights.NewStateDict()
	for i, e := range entries {
		sd.Set(e.Key, all[i])
	}
	return sd, nil
}

// torch returns the variable's current value in PyTorch's layout.
func (e Entry) torch() (*weights.Tensor, error) {
	value, err := e.Variable.Value()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", e.Key, err)
	}
	return e.Parameter.Torch(value)
}
