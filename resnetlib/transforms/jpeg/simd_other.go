//go:build !(goexperiment.simd && amd64)

package jpeg

// Without vectors the plain code does everything.

func convertYCbCrFast(_, _, _, _ []uint8) int             { return 0 }
func expandFast([]uint8, []int32, int32, int32, uint) int { return 0 }
func weighFast([]int32, []uint8, []uint8) int             { return 0 }
func inverseDCTFast(*[64]int16, []uint8, int) bool        { return false }
