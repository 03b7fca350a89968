package shapesonly

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// The operations below are used by no layer of package nn in evaluation. They are here for layers made elsewhere: other activations, norms,
// poolings and gates.

func (f *function) Neg(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeNeg, x)
}
func (f *function) Abs(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeAbs, x)
}
func (f *function) Exp(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeExp, x)
}
func (f *function) Log(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog, x)
}
func (f *function) Log1p(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLog1p, x)
}
func (f *function) Logistic(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeLogistic, x)
}
func (f *function) Tanh(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeTanh, x)
}
func (f *function) Erf(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeErf, x)
}
func (f *function) Rsqrt(x compute.Value) (compute.Value, error) {
	return f.unary(compute.OpTypeRsqrt, x)
}
func (f *function) Min(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypeMin, x, y)
}
func (f *function) Pow(x, y compute.Value) (compute.Value, error) {
	return f.binary(compute.OpTypePow, x, y)
}

func (f *function) compare(op compute.OpType, x, y compute.Value) (compute.Value, error) {
	return shapeinference.ComparisonOp(op, x.(shapes.Shape), y.(shapes.Shape))
}
func (f *function) GreaterThan(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeGreaterThan, x, y)
}
func (f *function) GreaterOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeGreaterOrEqual, x, y)
}
func (f *function) LessThan(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeLessThan, x, y)
}
func (f *function) LessOrEqual(x, y compute.Value) (compute.Value, error) {
	return f.compare(compute.OpTypeLessOrEqual, x, y)
}

func (f *function) Where(condition, onTrue, onFalse compute.Value) (compute.Value, error) {
	return shapeinference.Where(condition.(shapes.Shape), onTrue.(shapes.Shape), onFalse.(shapes.Shape))
}

func (f *function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	return shapeinference.Reduce(x.(shapes.Shape), axes)
}

func (f *function) ReduceMin(x compute.Value, axes ...int) (compute.Value, error) {
	return shapeinference.Reduce(x.(shapes.Shape), axes)
}

func (f *function) ReduceWindow(x compute.Value, _ compute.ReduceOpType, window, strides, baseDilations, windowDilations []int,
	paddings [][2]int) (compute.Value, error) {
	return shapeinference.ReduceWindow(x.(shapes.Shape), window, strides, baseDilations, windowDilations, paddings)
}

func (f *function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	var inputs []shapes.Shape
	for _, v := range operands {
		inputs = append(inputs, v.(shapes.Shape))
	}
	return shapeinference.Concatenate(inputs, axis)
}

func (f *function) Gather(x, starts compute.Value, indexAxis int, offsetOutputAxes, collapsedAxes, startIndexMap, sizes []int,
	sorted bool) (compute.Value, error) {
	return shapeinference.Gather(x.(shapes.Shape), starts.(shapes.Shape), indexAxis, offsetOutputAxes, collapsedAxes, startIndexMap, sizes, sorted)
}

func (f *function) SchedulingBarrier(x compute.Value, _ ...compute.Value) (compute.Value, error) {
	return x, nil
}
