package nn

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// layout is the order of a variable's axes, compared with PyTorch's.
type layout int

const (
	plain  layout = iota // as in PyTorch
	kernel               // [kh, kw, in/groups, out] here, [out, in/groups, kh, kw] there
	matrix               // [in, out] here, [out, in] there
)

// torch converts the shape of a variable to PyTorch's.
func (l layout) torch(d []int) []int {
	switch l {
	case kernel:
		return []int{d[3], d[2], d[0], d[1]}
	case matrix:
		return []int{d[1], d[0]}
	}
	return slices.Clone(d)
}

// fromTorch copies values from the bytes of a float32 tensor in PyTorch's layout to ours; shape is PyTorch's.
func (l layout) fromTorch(dst []float32, src []byte, shape []int) {
	l.each(shape, func(here, there, step, n int) {
		for o := range n {
			dst[here+o] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*(there+o*step):]))
		}
	})
}

// toTorch copies values from our layout to the bytes of a float32 tensor in PyTorch's; shape is PyTorch's.
func (l layout) toTorch(dst []byte, src []float32, shape []int) {
	l.each(shape, func(here, there, step, n int) {
		for o := range n {
			binary.LittleEndian.PutUint32(dst[4*(there+o*step):], math.Float32bits(src[here+o]))
		}
	})
}

// each splits the parameter into runs of n values: adjacent from here on in our layout, step apart from there on in PyTorch's. A run
// fills a cache line.
func (l layout) each(shape []int, move func(here, there, step, n int)) {
	const line = 16
	out, in, places := 1, shapes.Make(dtypes.Float32, shape...).Size(), 1
	switch l {
	case kernel:
		out, in, places = shape[0], shape[1], shape[2]*shape[3]
	case matrix:
		out, in = shape[0], shape[1]
	default:
		move(0, 0, 1, in) // the same order
		return
	}
	for o := 0; o < out; o += line {
		for i := range in {
			for p := range places {
				move((p*in+i)*out+o, (o*in+i)*places+p, in*places, min(line, out-o))
			}
		}
	}
}
