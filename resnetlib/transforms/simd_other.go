//go:build !(goexperiment.simd && amd64)

package transforms

// Without vectors the plain code does everything.

const hasAVX2 = false

func verticalFast([]uint8, view, int, []int32) int { return 0 }

func (t taps) horizontalFast(_, _ []uint8) int { return 0 }
