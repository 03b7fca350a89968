//go:build goexperiment.simd && amd64

package transforms

import (
	"encoding/binary"
	"simd/archsimd"
)

// The kernels of this file do what the plain code of resample.go does, eight values at a time, with the same integers.

var hasAVX2 = archsimd.X86.AVX2()

var evenBytes = [16]int8{0, 2, 4, 6, 8, 10, 12, 14, -1, -1, -1, -1, -1, -1, -1, -1}

// clipFast is clip8 of eight sums.
func clipFast(sums archsimd.Int32x8) uint64 {
	v := sums.ShiftAllRight(precisionBits)
	v = v.Max(archsimd.BroadcastInt32x8(0)).Min(archsimd.BroadcastInt32x8(255))
	words := v.GetLo().SaturateToInt16Concat(v.GetHi()).ToBits().ReshapeToUint8s()
	return words.PermuteOrZero(archsimd.LoadInt8x16(evenBytes[:])).ReshapeToUint64s().GetElem(0)
}

// verticalFast sums the rows of v from first on into one row. It returns how many bytes it did.
func verticalFast(to []uint8, v view, first int, weights []int32) int {
	if !hasAVX2 {
		return 0
	}
	x := 0
	for ; x+16 <= len(to); x += 8 {
		sums := archsimd.BroadcastInt32x8(1 << (precisionBits - 1))
		at := first*v.stride + x
		for _, w := range weights {
			pixels := archsimd.LoadUint8x16(v.pix[at : at+16]).ExtendLo8ToUint32().BitsToInt32()
			sums = sums.Add(pixels.Mul(archsimd.BroadcastInt32x8(w)))
			at += v.stride
		}
		binary.LittleEndian.PutUint64(to[x:], clipFast(sums))
	}
	archsimd.ClearAVXUpperBits()
	return x
}

// horizontalFast filters one row, two pixels of three bytes in a vector. It returns how many output pixels it did.
func (t taps) horizontalFast(to, from []uint8) int {
	if !hasAVX2 {
		return 0
	}
	n := 0
	for ; n < len(t.first); n++ {
		at, pairs := 3*t.first[n], (t.count[n]+1)/2
		if at+6*(pairs-1)+16 > len(from) || 3*n+8 > len(to) {
			break
		}
		sums := archsimd.BroadcastInt32x8(0)
		weights := t.paired[8*n*t.pairs:]
		for range pairs {
			pixels := archsimd.LoadUint8x16(from[at : at+16]).ExtendLo8ToUint32().BitsToInt32()
			sums = sums.Add(pixels.Mul(archsimd.LoadInt32x8(weights[:8])))
			at, weights = at+6, weights[8:]
		}
		// Lanes 0 to 2 hold the even pixels' sums, lanes 3 to 5 the odd ones'.
		low, high := sums.GetLo(), sums.GetHi()
		r := low.GetElem(0) + low.GetElem(3) + 1<<(precisionBits-1)
		g := low.GetElem(1) + high.GetElem(0) + 1<<(precisionBits-1)
		b := low.GetElem(2) + high.GetElem(1) + 1<<(precisionBits-1)
		px := to[3*n : 3*n+3 : 3*n+3]
		px[0], px[1], px[2] = clip8(r), clip8(g), clip8(b)
	}
	archsimd.ClearAVXUpperBits()
	return n
}
