package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// array is a tensor in float64, for the plain loops that the layers are compared with.
type array struct {
	dims   []int
	values []float64
}

func newArray(dims ...int) array {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return array{dims, make([]float64, n)}
}

// random has values between -1 and 1 that float32 holds exactly. No two of them are equal, so that a maximum is at one place.
func random(seed uint64, dims ...int) array {
	a := newArray(dims...)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for i, at := range rnd.Perm(len(a.values)) {
		a.values[at] = float64(float32(2*(float64(i)+0.5)/float64(len(a.values)) - 1))
	}
	return a
}

// at is the place of an element in values.
func (a array) at(index ...int) int {
	flat := 0
	for axis, i := range index {
		flat = flat*a.dims[axis] + i
	}
	return flat
}

func (a array) tensor() *tensors.Tensor {
	v := make([]float32, len(a.values))
	for i := range v {
		v[i] = float32(a.values[i])
	}
	return tensors.FromFlatDataAndDimensions(v, a.dims...)
}

// checkNear fails where an element is further from the reference than the tolerance.
func checkNear(t *testing.T, what string, got *tensors.Tensor, want array, tolerance float64) {
	t.Helper()
	values := tensors.MustCopyFlatData[float32](got)
	if len(values) != len(want.values) {
		t.Errorf("%s: shape %s, want %v", what, got.Shape(), want.dims)
		return
	}
	worst, at := 0.0, 0
	for i, w := range want.values {
		if d := math.Abs(float64(values[i]) - w); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: element %d is %g, want %g within %g", what, at, values[at], want.values[at], tolerance)
	}
}
