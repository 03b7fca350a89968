package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

var little = binary.LittleEndian

// Tensor is a dense array as it lies in a file: little-endian, C order, contiguous. Data may be part of a file that is
// mapped into memory, so it must not be written to.
type Tensor struct {
	DType DType
	Shape []int // empty for a scalar
	Data  []byte
}

// FromFloat32s makes a float32 tensor; len(values) must be the product of shape.
func FromFloat32s(shape []int, values []float32) *Tensor {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = little.AppendUint32(data, math.Float32bits(v))
	}
	return &Tensor{DType: Float32, Shape: slices.Clone(shape), Data: data}
}

// FromInt64s makes an int64 tensor; len(values) must be the product of shape.
func FromInt64s(shape []int, values []int64) *Tensor {
	data := make([]byte, 0, 8*len(values))
	for _, v := range values {
		data = little.AppendUint64(data, uint64(v))
	}
	return &Tensor{DType: Int64, Shape: slices.Clone(shape), Data: data}
}

// Size returns the number of elements.
func (t *Tensor) Size() int {
	size := 1
	for _, d := range t.Shape {
		size *= d
	}
	return size
}

// Float32s returns a copy of the values as float32: widened, or rounded to nearest where they have more precision.
func (t *Tensor) Float32s() ([]float32, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	values := make([]float32, t.Size())
	switch t.DType {
	case Float32:
		for i := range values {
			values[i] = math.Float32frombits(little.Uint32(t.Data[4*i:]))
		}
	case Float64, Float16, BFloat16:
		for i := range values {
			values[i] = float32(t.float(i))
		}
	default:
		for i := range values {
			values[i] = float32(t.integer(i))
		}
	}
	return values, nil
}

// Int64s returns a copy of the values as int64. Floating-point values lose their fraction, as in PyTorch; NaN and values
// outside the range of int64 are errors.
func (t *Tensor) Int64s() ([]int64, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	values := make([]int64, t.Size())
	for i := range values {
		if !t.DType.IsFloat() {
			values[i] = t.integer(i)
			continue
		}
		v := t.float(i)
		if !(v >= -1<<63 && v < 1<<63) {
			return nil, fmt.Errorf("element %d is %v, which is no int64", i, v)
		}
		values[i] = int64(v)
	}
	return values, nil
}

// At returns element i, counted in C order, widened to float64 (which rounds integers beyond 2^53).
func (t *Tensor) At(i int) float64 {
	if t.DType.IsFloat() {
		return t.float(i)
	}
	return float64(t.integer(i))
}

func (t *Tensor) float(i int) float64 {
	switch t.DType {
	case Float64:
		return math.Float64frombits(little.Uint64(t.Data[8*i:]))
	case Float32:
		return float64(math.Float32frombits(little.Uint32(t.Data[4*i:])))
	case Float16:
		return float64(float16(little.Uint16(t.Data[2*i:])))
	default:
		return float64(bfloat16(little.Uint16(t.Data[2*i:])))
	}
}

func (t *Tensor) integer(i int) int64 {
	switch t.DType {
	case Int64:
		return int64(little.Uint64(t.Data[8*i:]))
	case Int32:
		return int64(int32(little.Uint32(t.Data[4*i:])))
	case Int16:
		return int64(int16(little.Uint16(t.Data[2*i:])))
	case Int8:
		return int64(int8(t.Data[i]))
	case UInt8:
		return int64(t.Data[i])
	default: // bool: whatever is not 0 is true
		return int64(min(t.Data[i], 1))
	}
}

// check checks that type, shape and data agree, as they do in every tensor that Read returns.
func (t *Tensor) check() error {
	size := t.DType.Size()
	if size == 0 {
		return fmt.Errorf("unknown dtype %.80q", t.DType)
	}
	bytes, err := byteLength(t.Shape, size)
	if err != nil {
		return err
	}
	if bytes != len(t.Data) {
		return fmt.Errorf("%s tensor of shape %s has %d bytes, not %d", t.DType, shapeString(t.Shape), len(t.Data), bytes)
	}
	return nil
}

// byteLength multiplies the dimensions and the element size. It fails on a negative dimension, and where the product
// (taken from left to right, as safetensors does) leaves the range of int.
func byteLength(shape []int, elementSize int) (int, error) {
	product := uint64(1)
	for _, d := range append(slices.Clip(shape), elementSize) {
		if d < 0 {
			return 0, fmt.Errorf("negative dimension in shape %s", shapeString(shape))
		}
		high, low := bits.Mul64(product, uint64(d))
		if high != 0 || low > math.MaxInt {
			return 0, fmt.Errorf("shape %s is larger than any memory", shapeString(shape))
		}
		product = low
	}
	return int(product), nil
}

// shapeString prints a shape for an error; a hostile one may have thousands of dimensions.
func shapeString(shape []int) string {
	const most = 8
	if len(shape) <= most {
		return fmt.Sprint(shape)
	}
	return fmt.Sprintf("%v and %d more dimensions", shape[:most], len(shape)-most)
}
