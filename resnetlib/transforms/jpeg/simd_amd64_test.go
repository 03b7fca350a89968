//go:build goexperiment.simd && amd64

package jpeg

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// both runs do with vectors and without, and compares the bytes it returns.
func both(t *testing.T, what string, do func() []uint8) {
	t.Helper()
	if !hasAVX2 {
		t.Skip("this processor has no AVX2")
	}
	defer func() { hasAVX2 = true }()
	fast := do()
	hasAVX2 = false
	if plain := do(); !bytes.Equal(fast, plain) {
		t.Fatalf("%s: vectors %v, plain code %v", what, fast, plain)
	}
}

func TestVectorsEqualPlainCode(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, most := range []int{8, 300, 8192, 32768} { // up to what no encoder writes
		for range 50 {
			var block [64]int16
			for i := range block {
				block[i] = int16(rnd.IntN(2*most) - most)
			}
			both(t, "inverse DCT", func() []uint8 {
				to := make([]uint8, 64)
				inverseDCT(&block, 63, to, 8)
				return to
			})
		}
	}
	for n := range 70 {
		rows := make([]uint8, 3*n)
		sums := make([]int32, n+2)
		for i := range rows {
			rows[i] = uint8(rnd.IntN(256))
		}
		for i := range sums {
			sums[i] = int32(rnd.IntN(1021))
		}
		both(t, "colour", func() []uint8 {
			to := make([]uint8, 3*n)
			convertYCbCr(to, rows[:n], rows[n:2*n], rows[2*n:])
			return to
		})
		for _, round := range [][3]int32{{8, 7, 4}, {1, 2, 2}} {
			u := &upsampler{sums: sums, row: make([]uint8, 2*n)}
			both(t, "upsampling", func() []uint8 {
				if round[2] == 2 { // sums of one row
					for i := range sums {
						sums[i] &= 255
					}
				}
				u.expand(round[0], round[1], uint(round[2]))
				return bytes.Clone(u.row)
			})
		}
	}
}

// The vectors compute colours in 16 bits: every pair of Cb and Cr is compared.
func TestVectorsConvertEveryColour(t *testing.T) {
	const n = 1 << 16
	y, cb, cr := make([]uint8, n), make([]uint8, n), make([]uint8, n)
	for i := range n {
		cb[i], cr[i] = uint8(i), uint8(i>>8)
	}
	for _, luma := range []uint8{0, 1, 127, 254, 255} {
		for i := range y {
			y[i] = luma
		}
		both(t, "colours", func() []uint8 {
			to := make([]uint8, 3*n)
			convertYCbCr(to, y, cb, cr)
			return to
		})
	}
}
