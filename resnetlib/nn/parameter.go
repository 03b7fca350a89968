package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/weights"
)

// Parameter is one entry of a network's state dict.
type Parameter struct {
	Key      string // "layer1.0.bn1.weight"
	Buffer   bool   // a running statistic: saved, never trained
	Variable *model.Variable
	layout   layout
}

// layout is how a variable's axes lie against PyTorch's.
type layout int

const (
	plain  layout = iota // as in PyTorch
	kernel               // [kh, kw, in/groups, out] here, [out, in/groups, kh, kw] there
	matrix               // [in, out] here, [out, in] there
)

// Shape is the parameter's shape in PyTorch's layout.
func (p *Parameter) Shape() []int { return p.layout.torch(p.Variable.Shape().Dimensions) }

// Size is the number of elements.
func (p *Parameter) Size() int { return p.Variable.Shape().Size() }

// RequiresGrad tells whether the parameter is trained.
func (p *Parameter) RequiresGrad() bool { return p.Variable.Trainable }

func (l layout) torch(d []int) []int {
	switch l {
	case kernel:
		return []int{d[3], d[2], d[0], d[1]}
	case matrix:
		return []int{d[1], d[0]}
	}
	return slices.Clone(d)
}

// Parameters are the network's parameters and buffers in the order of PyTorch's state dict.
func (n *Net) Parameters() []*Parameter { return n.parameters }

// Parameter finds a parameter by its state-dict key; nil where there is none.
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

// Trainable are the parameters that a training step changes.
func (n *Net) Trainable() []*Parameter {
	var trained []*Parameter
	for _, p := range n.parameters {
		if p.RequiresGrad() {
			trained = append(trained, p)
		}
	}
	return trained
}

// TrainOnly freezes everything but the modules with the given names and what lies below them: TrainOnly("layer4", "fc").
// A name that is no module's is an error, and then nothing changes.
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

// Frozen are the parameters (not buffers) that a training step leaves alone.
func (n *Net) Frozen() []*Parameter {
	var frozen []*Parameter
	for _, p := range n.parameters {
		if !p.Buffer && !p.RequiresGrad() {
			frozen = append(frozen, p)
		}
	}
	return frozen
}

// BatchNormMode says which batch norms use and keep their running statistics while the network trains.
type BatchNormMode int

const (
	TrackAll   BatchNormMode = iota // none: PyTorch's net.train(), where frozen layers' statistics go on moving
	EvalFrozen                      // those of frozen layers
	EvalAll                         // all of them
)

// SetBatchNormMode puts batch norms into eval mode for good, whatever the graph's mode is. EvalFrozen follows what is frozen at
// the time of the call: freeze first. Graphs that are built already, for shapes that were seen, keep the mode that they were built with: call
// it before a Trainer is made, where PyTorch's bn.eval() acts at once.
func (n *Net) SetBatchNormMode(mode BatchNormMode) {
	for _, b := range n.batchNorms {
		b.Eval = mode == EvalAll || mode == EvalFrozen && !b.Weight.RequiresGrad()
	}
}

// Spec lists the state dict's keys and shapes in PyTorch's order and layout. With SetTensor it makes a Net a [weights.Target].
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

// SetTensor sets a parameter from a tensor in PyTorch's layout and of any number type, which is converted.
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

// FromTorch makes a tensor of the variable's shape from one in PyTorch's layout, the counterpart of Torch.
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

// Tensor is the parameter's present value in PyTorch's layout.
func (p *Parameter) Tensor() (*weights.Tensor, error) {
	value, err := p.Variable.Value()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", p.Key, err)
	}
	return p.Torch(value)
}

// Torch brings a tensor that has the variable's shape (a moment, a gradient) into PyTorch's layout.
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

// StateDict copies the network's present values, in PyTorch's order and layout.
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

// fromTorch and toTorch move values between the layouts; shape is PyTorch's.
func (l layout) fromTorch(dst, src []float32, shape []int) {
	l.each(shape, func(here, there, step, n int) {
		for o := range n {
			dst[here+o] = src[there+o*step]
		}
	})
}

func (l layout) toTorch(dst, src []float32, shape []int) {
	l.each(shape, func(here, there, step, n int) {
		for o := range n {
			dst[there+o*step] = src[here+o]
		}
	})
}

// each goes through the parameter in runs of n values: beside each other from here on in our layout, step apart from there on in PyTorch's.
// A run is a cache line.
func (l layout) each(shape []int, move func(here, there, step, n int)) {
	const line = 16
	out, in, places := 1, shapes.Make(dtypes.Float32, shape...).Size(), 1
	switch l {
	case kernel:
		out, in, places = shape[0], shape[1], shape[2]*shape[3]
	case matrix:
		out, in = shape[0], shape[1]
	}
	for o := 0; o < out; o += line {
		for i := range in {
			for p := range places {
				move((p*in+i)*out+o, (o*in+i)*places+p, in*places, min(line, out-o))
			}
		}
	}
}
