//go:build goexperiment.simd && amd64

package jpeg

import (
	"encoding/binary"
	"simd/archsimd"
)

// The kernels of this file do what the plain code beside them does, eight values at a time, with the same integers.
// Those for rows return how many pixels they did; the plain code does the rest.

var hasAVX2 = archsimd.X86.AVX2()

// bytesToInt32 widens the first 8 of at least 16 bytes.
func bytesToInt32(s []uint8) archsimd.Int32x8 {
	return archsimd.LoadUint8x16(s).ExtendLo8ToUint32().BitsToInt32()
}

// packRGB takes the lower three bytes of four lanes of 32 bits, in each half of a vector.
var packRGB = [32]int8{0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1}

// bytesToInt16 widens the first 16 bytes.
func bytesToInt16(s []uint8) archsimd.Int16x16 {
	return archsimd.LoadUint8x16(s).ExtendToUint16().BitsToInt16()
}

// convertYCbCrFast computes with 16 bits: of the factors, multiples of 65536 are taken out and added after the shift, so that the rest fits. As
// floor(x/65536 + 1/2) = floor((floor(2*x/65536) + 1) / 2), red and blue need the upper half of a product alone.
func convertYCbCrFast(to, y, cb, cr []uint8) int {
	if !hasAVX2 {
		return 0
	}
	centre, one := archsimd.BroadcastInt16x16(128), archsimd.BroadcastInt16x16(1)
	crToR, cbToB := archsimd.BroadcastInt16x16(fix1_40200-1<<16), archsimd.BroadcastInt16x16(fix1_77200-2<<16)
	toG := archsimd.BroadcastInt16x16(-fix0_34414).InterleaveLoGrouped(archsimd.BroadcastInt16x16(1<<16 - fix0_71414))
	round := archsimd.BroadcastInt32x8(half)
	pack := archsimd.LoadInt8x32(packRGB[:])
	i := 0
	// The last store of a step writes 4 bytes that the next step writes again.
	for ; i+16 <= len(y) && 3*i+52 <= len(to); i += 16 {
		luma := bytesToInt16(y[i:])
		b, r := bytesToInt16(cb[i:]).Sub(centre), bytesToInt16(cr[i:]).Sub(centre)
		red := r.Add(r).MulHigh(crToR).Add(one).ShiftAllRight(1).Add(r).Add(luma)
		blue := b.Add(b).MulHigh(cbToB).Add(one).ShiftAllRight(1).Add(b).Add(b).Add(luma)
		low := b.InterleaveLoGrouped(r).DotProductPairs(toG).Add(round).ShiftAllRight(16)
		high := b.InterleaveHiGrouped(r).DotProductPairs(toG).Add(round).ShiftAllRight(16)
		green := low.SaturateToInt16ConcatGrouped(high).Sub(r).Add(luma)
		redGreen, blue8 := toByte(red).Or(toByte(green).ShiftAllLeft(8)), toByte(blue)
		low4 := redGreen.InterleaveLoGrouped(blue8).ToBits().ReshapeToUint8s().PermuteOrZeroGrouped(pack)  // pixels 0 to 3, 8 to 11
		high4 := redGreen.InterleaveHiGrouped(blue8).ToBits().ReshapeToUint8s().PermuteOrZeroGrouped(pack) // pixels 4 to 7, 12 to 15
		low4.GetLo().Store(to[3*i:])
		high4.GetLo().Store(to[3*i+12:])
		low4.GetHi().Store(to[3*i+24:])
		high4.GetHi().Store(to[3*i+36:])
	}
	archsimd.ClearAVXUpperBits()
	return i
}

// toByte clamps to what a byte holds.
func toByte(v archsimd.Int16x16) archsimd.Int16x16 {
	return v.Max(archsimd.BroadcastInt16x16(0)).Min(archsimd.BroadcastInt16x16(255))
}

// expandFast is upsampler.expand for the samples that fill whole vectors.
func expandFast(row []uint8, sums []int32, roundLeft, roundRight int32, shift uint) int {
	if !hasAVX2 {
		return 0
	}
	left, right := archsimd.BroadcastInt32x8(roundLeft), archsimd.BroadcastInt32x8(roundRight)
	i := 0
	for ; i+10 <= len(sums) && 2*i+16 <= len(row); i += 8 {
		this := archsimd.LoadInt32x8(sums[i+1:])
		this = this.Add(this).Add(this)
		even, odd := this.Add(archsimd.LoadInt32x8(sums[i:])).Add(left), this.Add(archsimd.LoadInt32x8(sums[i+2:])).Add(right)
		if shift == 4 { // a constant shift is one instruction
			even, odd = even.ShiftAllRight(4), odd.ShiftAllRight(4)
		} else {
			even, odd = even.ShiftAllRight(2), odd.ShiftAllRight(2)
		}
		pairs := even.Or(odd.ShiftAllLeft(8))
		pairs.GetLo().SaturateToUint16Concat(pairs.GetHi()).ReshapeToUint8s().Store(row[2*i:])
	}
	archsimd.ClearAVXUpperBits()
	return i
}

// weighFast sets sums to 3*near + far.
func weighFast(sums []int32, near, far []uint8) int {
	if !hasAVX2 {
		return 0
	}
	i := 0
	for ; i+16 <= len(near); i += 8 {
		n := bytesToInt32(near[i:])
		n.Add(n).Add(n).Add(bytesToInt32(far[i:])).Store(sums[i:])
	}
	archsimd.ClearAVXUpperBits()
	return i
}

type vector = archsimd.Int32x8

// inverseDCTFast is inverseDCT on vectors of eight columns, then of eight rows.
func inverseDCTFast(block *[64]int16, to []uint8, stride int) bool {
	if !hasAVX2 {
		return false
	}
	var v [8]vector
	for y := range v {
		v[y] = archsimd.LoadInt16x8(block[8*y : 8*y+8]).ExtendToInt32()
	}
	transform(&v, 1<<(constBits-pass1Bits-1))
	for y := range v {
		v[y] = v[y].ShiftAllRight(constBits - pass1Bits)
	}
	transposeVectors(&v)
	const shift = constBits + pass1Bits + 3
	transform(&v, 1<<(shift-1))
	for y := range v {
		v[y] = v[y].ShiftAllRight(shift).Add(archsimd.BroadcastInt32x8(128))
	}
	transposeVectors(&v)
	storeRows(&v, to, stride)
	archsimd.ClearAVXUpperBits()
	return true
}

func storeRows(v *[8]vector, to []uint8, stride int) {
	zero, most := archsimd.BroadcastInt32x8(0), archsimd.BroadcastInt32x8(255)
	for y, row := range v {
		row = row.Max(zero).Min(most)
		// 16-bit samples below 256; the even bytes are the samples.
		words := row.GetLo().SaturateToInt16Concat(row.GetHi()).ToBits().ReshapeToUint8s()
		bytes := words.PermuteOrZero(archsimd.LoadInt8x16(evenBytes[:])).ReshapeToUint64s().GetElem(0)
		binary.LittleEndian.PutUint64(to[y*stride:], bytes)
	}
}

var evenBytes = [16]int8{0, 2, 4, 6, 8, 10, 12, 14, -1, -1, -1, -1, -1, -1, -1, -1}

// transform is evenPart and oddPart with their butterfly, before the shift.
func transform(v *[8]vector, round int32) {
	c1, c2, c3, c5, c6, c7 := v[1], v[2], v[3], v[5], v[6], v[7]
	r := archsimd.BroadcastInt32x8(round)
	z := c2.Add(c6).Mul(archsimd.BroadcastInt32x8(fix0_541196100))
	t2 := z.Sub(c6.Mul(archsimd.BroadcastInt32x8(fix1_847759065)))
	t3 := z.Add(c2.Mul(archsimd.BroadcastInt32x8(fix0_765366865)))
	t0, t1 := v[0].Add(v[4]).ShiftAllLeft(constBits).Add(r), v[0].Sub(v[4]).ShiftAllLeft(constBits).Add(r)
	e0, e1, e2, e3 := t0.Add(t3), t1.Add(t2), t1.Sub(t2), t0.Sub(t3)

	z3, z4 := c7.Add(c3), c5.Add(c1)
	z5 := z3.Add(z4).Mul(archsimd.BroadcastInt32x8(fix1_175875602))
	z1 := c7.Add(c1).Mul(archsimd.BroadcastInt32x8(-fix0_899976223))
	z2 := c5.Add(c3).Mul(archsimd.BroadcastInt32x8(-fix2_562915447))
	z3 = z3.Mul(archsimd.BroadcastInt32x8(-fix1_961570560)).Add(z5)
	z4 = z4.Mul(archsimd.BroadcastInt32x8(-fix0_390180644)).Add(z5)
	d0 := c1.Mul(archsimd.BroadcastInt32x8(fix1_501321110)).Add(z1).Add(z4)
	d1 := c3.Mul(archsimd.BroadcastInt32x8(fix3_072711026)).Add(z2).Add(z3)
	d2 := c5.Mul(archsimd.BroadcastInt32x8(fix2_053119869)).Add(z2).Add(z4)
	d3 := c7.Mul(archsimd.BroadcastInt32x8(fix0_298631336)).Add(z1).Add(z3)

	v[0], v[7] = e0.Add(d0), e0.Sub(d0)
	v[1], v[6] = e1.Add(d1), e1.Sub(d1)
	v[2], v[5] = e2.Add(d2), e2.Sub(d2)
	v[3], v[4] = e3.Add(d3), e3.Sub(d3)
}

// transposeVectors turns rows into columns: by 32 bits, 64 bits, 128 bits.
func transposeVectors(v *[8]vector) {
	c0, c1 := interleave64(v[0].InterleaveLoGrouped(v[1]), v[2].InterleaveLoGrouped(v[3]))
	c2, c3 := interleave64(v[0].InterleaveHiGrouped(v[1]), v[2].InterleaveHiGrouped(v[3]))
	c4, c5 := interleave64(v[4].InterleaveLoGrouped(v[5]), v[6].InterleaveLoGrouped(v[7]))
	c6, c7 := interleave64(v[4].InterleaveHiGrouped(v[5]), v[6].InterleaveHiGrouped(v[7]))
	v[0], v[4] = c0.ConcatPermute128Scalars(0, 2, c4), c0.ConcatPermute128Scalars(1, 3, c4)
	v[1], v[5] = c1.ConcatPermute128Scalars(0, 2, c5), c1.ConcatPermute128Scalars(1, 3, c5)
	v[2], v[6] = c2.ConcatPermute128Scalars(0, 2, c6), c2.ConcatPermute128Scalars(1, 3, c6)
	v[3], v[7] = c3.ConcatPermute128Scalars(0, 2, c7), c3.ConcatPermute128Scalars(1, 3, c7)
}

func interleave64(a, b vector) (low, high vector) {
	x, y := a.ToBits().ReshapeToUint64s(), b.ToBits().ReshapeToUint64s()
	return x.InterleaveLoGrouped(y).ReshapeToUint32s().BitsToInt32(), x.InterleaveHiGrouped(y).ReshapeToUint32s().BitsToInt32()
}
