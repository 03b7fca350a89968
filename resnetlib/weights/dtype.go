package weights

import "math"

// DType is the type of a tensor's elements, by PyTorch's name without "torch.".
type DType string

// The element types that can be read. [Read] refuses others (complex, quantised, 8-bit floats) with an error that names the type.
const (
	Float64  DType = "float64"
	Float32  DType = "float32"
	Float16  DType = "float16"
	BFloat16 DType = "bfloat16"
	Int64    DType = "int64"
	Int32    DType = "int32"
	Int16    DType = "int16"
	Int8     DType = "int8"
	UInt8    DType = "uint8"
	Bool     DType = "bool"
)

// dtypes has a row for every type: its size in bytes, its name in safetensors, its storage class in PyTorch.
var dtypes = []struct {
	dtype        DType
	size         int
	safetensors  string
	storageClass string
}{
	{Float64, 8, "F64", "DoubleStorage"},
	{Float32, 4, "F32", "FloatStorage"},
	{Float16, 2, "F16", "HalfStorage"},
	{BFloat16, 2, "BF16", "BFloat16Storage"},
	{Int64, 8, "I64", "LongStorage"},
	{Int32, 4, "I32", "IntStorage"},
	{Int16, 2, "I16", "ShortStorage"},
	{Int8, 1, "I8", "CharStorage"},
	{UInt8, 1, "U8", "ByteStorage"},
	{Bool, 1, "BOOL", "BoolStorage"},
}

// Size returns the number of bytes of one element, 0 for an unknown type.
func (d DType) Size() int {
	for _, row := range dtypes {
		if row.dtype == d {
			return row.size
		}
	}
	return 0
}

// IsFloat reports whether the type is a floating-point type.
func (d DType) IsFloat() bool {
	return d == Float64 || d == Float32 || d == Float16 || d == BFloat16
}

// float16 widens an IEEE 754 half-precision number, which is exact.
func float16(bits uint16) float32 {
	sign := uint32(bits>>15) << 31
	exponent := uint32(bits >> 10 & 0x1f)
	fraction := uint32(bits & 0x3ff)
	switch exponent {
	case 0: // zero or subnormal: fraction * 2^-24
		value := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(value))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// bfloat16 widens a brain float, the upper half of a float32, which is exact.
func bfloat16(bits uint16) float32 { return math.Float32frombits(uint32(bits) << 16) }
