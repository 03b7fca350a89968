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

// pairColours takes four pixels of three bytes apart: the red of the first two beside each other, their green, their blue, and the same of the others.
var pairColours = [16]int8{0, 3, 1, 4, 2, 5, -1, -1, 6, 9, 7, 10, 8, 11, -1, -1}

// firstBytes takes the lowest byte of each of four lanes.
var firstBytes = [16]int8{0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

// horizontalFast filters one row, four input pixels in a vector. A weight is upper<<lowBits + lower, and the sums of both parts are exact. It returns
// how many output pixels it did; behind each it writes one byte more, which the next pixel writes again.
func (t taps) horizontalFast(to, from []uint8) int {
	if !hasAVX2 {
		return 0
	}
	apart, first := archsimd.LoadInt8x16(pairColours[:]), archsimd.LoadInt8x16(firstBytes[:])
	round, zero, most := archsimd.BroadcastInt32x4(1<<(precisionBits-1)), archsimd.BroadcastInt32x4(0), archsimd.BroadcastInt32x4(255)
	n := 0
	for ; n < len(t.first); n++ {
		at, groups := 3*t.first[n], (t.count[n]+3)/4
		if at+12*(groups-1)+16 > len(from) || 3*n+4 > len(to) {
			break
		}
		upper, lower := archsimd.BroadcastInt32x8(0), archsimd.BroadcastInt32x8(0)
		weights := t.split[32*n*t.groups:][:32*groups]
		for len(weights) >= 32 {
			pixels := archsimd.LoadUint8x16(from[at : at+16]).PermuteOrZero(apart).ExtendToUint16().BitsToInt16()
			upper = upper.Add(pixels.DotProductPairs(archsimd.LoadInt16x16(weights[:16])))
			lower = lower.Add(pixels.DotProductPairs(archsimd.LoadInt16x16(weights[16:32])))
			at, weights = at+12, weights[32:]
		}
		sums := upper.ShiftAllLeft(lowBits).Add(lower)
		colours := sums.GetLo().Add(sums.GetHi()).Add(round).ShiftAllRight(precisionBits).Max(zero).Min(most)
		bytes := colours.ToBits().ReshapeToUint8s().PermuteOrZero(first).ReshapeToUint32s().GetElem(0)
		binary.LittleEndian.PutUint32(to[3*n:], bytes)
	}
	archsimd.ClearAVXUpperBits()
	return n
}
