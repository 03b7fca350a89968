package weights

import (
	"fmt"
	"math"
	"slices"
)

// Half returns the state dict with every float32 and float64 tensor as float16, rounded to nearest, ties to even, as PyTorch's Module.half. Tensors of
// other types are shared with s. A finite value beyond the largest float16, 65504, is an error that names its key.
func (s *StateDict) Half() (*StateDict, error) {
	half := &StateDict{ModuleVersions: s.ModuleVersions}
	for key, t := range s.All() {
		if t.DType == Float32 || t.DType == Float64 {
			var err error
			if t, err = t.half(); err != nil {
				return nil, fmt.Errorf("%.80q as float16: %w", key, err)
			}
		}
		half.Set(key, t)
	}
	return half, nil
}

// half returns the tensor as float16.
func (t *Tensor) half() (*Tensor, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	data := make([]byte, 0, 2*t.Size())
	for i := range t.Size() {
		v := t.float(i)
		bits := toFloat16(v)
		if bits&0x7fff == 0x7c00 && !math.IsInf(v, 0) {
			return nil, fmt.Errorf("element %d is %v, beyond the largest float16, 65504", i, v)
		}
		data = little.AppendUint16(data, bits)
	}
	return &Tensor{DType: Float16, Shape: slices.Clone(t.Shape), Data: data}, nil
}

// toFloat16 rounds to the nearest IEEE 754 half-precision number, ties to even; beyond the largest it returns an infinity.
func toFloat16(v float64) uint16 {
	sign := uint16(0)
	if math.Signbit(v) {
		sign = 1 << 15
	}
	v = math.Abs(v)
	switch {
	case math.IsNaN(v):
		return sign | 0x7e00
	case v >= 65520: // halfway from the largest number, 65504, to the next power of two
		return sign | 0x7c00
	}
	_, exponent := math.Frexp(max(v, 0x1p-14)) // v is below 2^exponent; numbers below 2^-14, the smallest normal one, have its spacing
	steps := math.RoundToEven(math.Ldexp(v, 11-exponent))
	return sign | uint16(exponent+13)<<10 + uint16(steps) // 1024 steps or more carry into the exponent
}
