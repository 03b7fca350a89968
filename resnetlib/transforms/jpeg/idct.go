package jpeg

// The inverse DCT is libjpeg's jidctint.c, "accurate integer" after Loeffler, Ligtenberg and Moschytz: 13 bits of
// fraction in the constants, 2 more kept between the passes.
const (
	constBits = 13
	pass1Bits = 2

	fix0_298631336 = 2446
	fix0_390180644 = 3196
	fix0_541196100 = 4433
	fix0_765366865 = 6270
	fix0_899976223 = 7373
	fix1_175875602 = 9633
	fix1_501321110 = 12299
	fix1_847759065 = 15137
	fix1_961570560 = 16069
	fix2_053119869 = 16819
	fix2_562915447 = 20995
	fix3_072711026 = 25172
)

// inverseDCT writes the 8x8 samples of a dequantised block. last is the zigzag position of its last coefficient that
// may differ from zero.
func inverseDCT(block *[64]int16, last int, to []uint8, stride int) {
	if last == 0 {
		fillBlock(clampSample((int32(block[0])<<pass1Bits+1<<(pass1Bits+2))>>(pass1Bits+3)), to, stride)
		return
	}
	if inverseDCTFast(block, to, stride) {
		return
	}
	var work [64]int32
	for x := range 8 {
		in := block[x : x+57]
		c1, c2, c3, c4 := int32(in[8]), int32(in[16]), int32(in[24]), int32(in[32])
		c5, c6, c7 := int32(in[40]), int32(in[48]), int32(in[56])
		out := work[x : x+57]
		if c1|c2|c3|c4|c5|c6|c7 == 0 {
			dc := int32(in[0]) << pass1Bits
			out[0], out[8], out[16], out[24], out[32], out[40], out[48], out[56] = dc, dc, dc, dc, dc, dc, dc, dc
			continue
		}
		const round, shift = 1 << (constBits - pass1Bits - 1), constBits - pass1Bits
		e0, e1, e2, e3 := evenPart(int32(in[0]), c2, c4, c6, round)
		o0, o1, o2, o3 := oddPart(c1, c3, c5, c7)
		out[0], out[56] = (e0+o0)>>shift, (e0-o0)>>shift
		out[8], out[48] = (e1+o1)>>shift, (e1-o1)>>shift
		out[16], out[40] = (e2+o2)>>shift, (e2-o2)>>shift
		out[24], out[32] = (e3+o3)>>shift, (e3-o3)>>shift
	}
	for y := range 8 {
		in, out := work[8*y:8*y+8:8*y+8], to[y*stride:y*stride+8:y*stride+8]
		const shift = constBits + pass1Bits + 3
		e0, e1, e2, e3 := evenPart(in[0], in[2], in[4], in[6], 1<<(shift-1))
		o0, o1, o2, o3 := oddPart(in[1], in[3], in[5], in[7])
		out[0], out[7] = clampSample((e0+o0)>>shift), clampSample((e0-o0)>>shift)
		out[1], out[6] = clampSample((e1+o1)>>shift), clampSample((e1-o1)>>shift)
		out[2], out[5] = clampSample((e2+o2)>>shift), clampSample((e2-o2)>>shift)
		out[3], out[4] = clampSample((e3+o3)>>shift), clampSample((e3-o3)>>shift)
	}
}

// evenPart is the half of the transform that takes coefficients 0, 2, 4, 6. The rounding term is added here once for
// all outputs.
func evenPart(c0, c2, c4, c6, round int32) (e0, e1, e2, e3 int32) {
	z := (c2 + c6) * fix0_541196100
	t2, t3 := z-c6*fix1_847759065, z+c2*fix0_765366865
	t0, t1 := (c0+c4)<<constBits+round, (c0-c4)<<constBits+round
	return t0 + t3, t1 + t2, t1 - t2, t0 - t3
}

// oddPart is the half that takes coefficients 1, 3, 5, 7.
func oddPart(c1, c3, c5, c7 int32) (o0, o1, o2, o3 int32) {
	z5 := (c7 + c3 + c5 + c1) * fix1_175875602
	z1, z2 := (c7+c1)*-fix0_899976223, (c5+c3)*-fix2_562915447
	z3, z4 := (c7+c3)*-fix1_961570560+z5, (c5+c1)*-fix0_390180644+z5
	return c1*fix1_501321110 + z1 + z4, c3*fix3_072711026 + z2 + z3,
		c5*fix2_053119869 + z2 + z4, c7*fix0_298631336 + z1 + z3
}

// clampSample moves the centre to 128 and clamps.
func clampSample(v int32) uint8 {
	v += 128
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}

func fillBlock(v uint8, to []uint8, stride int) {
	for y := range 8 {
		row := (*[8]uint8)(to[y*stride:])
		*row = [8]uint8{v, v, v, v, v, v, v, v}
	}
}
