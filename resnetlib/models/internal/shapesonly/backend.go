// Package shapesonly is a GoMLX backend that infers shapes and computes nothing. A network's graph on it has the output shape of every layer after
// milliseconds, and needs no other backend: that is what a summary takes. An operation that is not
// implemented here is an error, which a method in operations.go cures.
package shapesonly

import (
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// Backend implements compute.Backend. Graphs can be built with it; compiling one is an error.
type Backend struct{ notimplemented.Backend }

// New makes a backend.
func New() *Backend { return &Backend{} }

// Builder starts a graph.
func (b *Backend) Builder(name string) compute.Builder {
	return &builder{name: name, main: &function{notimplemented.Function{ErrFn: unsupported}}}
}

func unsupported(compute.OpType) error { return compute.ErrNotImplemented }

type builder struct {
	notimplemented.Builder
	name string
	main *function
}

func (b *builder) Name() string           { return b.name }
func (b *builder) Main() compute.Function { return b.main }
func (b *builder) OpShape(v compute.Value) (shapes.Shape, error) {
	return v.(shapes.Shape), nil
}

// function is the graph: a value is its shape.
type function struct{ notimplemented.Function }

func (f *function) Shape(v compute.Value) (shapes.Shape, error) { return v.(shapes.Shape), nil }

func (f *function) Parameter(_ string, s shapes.Shape, _ *compute.ShardingSpec) (compute.Value, error) {
	return s, nil
}

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	return shapes.Make(dtypes.FromGoType(reflect.TypeOf(flat).Elem()), dims...), nil
}

func (f *function) Identity(x compute.Value) (compute.Value, error) { return x, nil }

func (f *function) unary(op compute.OpType, x compute.Value) (compute.Value, error) {
	return shapeinference.UnaryOp(op, x.(shapes.Shape))
}

func (f *function) binary(op compute.OpType, x, y compute.Value) (compute.Value, error) {
	return shapeinference.BinaryOp(op, x.(shapes.Shape), y.(shapes.Shape))
}

func (f *function) Sqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeSqrt, x)
}
func (f *function) Add(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeAdd, x, y)
}
func (f *function) Sub(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeSub, x, y)
}
func (f *function) Mul(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMul, x, y)
}
func (f *function) Div(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeDiv, x, y)
}
func (f *function) Max(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMax, x, y)
}

func (f *function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	return shapeinference.Reduce(x.(shapes.Shape), axes)
}

func (f *function) Reshape(x compute.Value, dims ...int) (compute.Value, error) {
	return shapeinference.Reshape(x.(shapes.Shape), dims)
}

func (f *function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	return shapeinference.Transpose(x.(shapes.Shape), permutation)
}

func (f *function) BroadcastInDim(_ compute.Value, out shapes.Shape, _ []int) (compute.Value, error) {
	return out, nil
}

func (f *function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	return shapeinference.Slice(x.(shapes.Shape), starts, limits, strides)
}

func (f *function) Pad(x, _ compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	return shapeinference.Pad(x.(shapes.Shape), axes...)
}

func (f *function) DotGeneral(x compute.Value, xContract, xBatch []int, y compute.Value, yContract, yBatch []int, c compute.DotGeneralConfig) (compute.Value, error) {
	return shapeinference.DotGeneral(x.(shapes.Shape), xContract, xBatch, y.(shapes.Shape), yContract, yBatch, c)
}

func (f *function) ConvGeneral(x, kernel compute.Value, axes compute.ConvolveAxesConfig, strides []int, paddings [][2]int,
	inputDilations, kernelDilations []int, channelGroups, batchGroups int) (compute.Value, error) {
	return shapeinference.ConvGeneral(x.(shapes.Shape), kernel.(shapes.Shape), axes, strides, paddings, inputDilations, kernelDilations, channelGroups, batchGroups)
}
