package jpeg

// colours says what the components are.
type colours int

const (
	grey colours = iota
	ycbcr
	rgb
	cmyk
	ycck
)

// colours follows libjpeg's default_decompress_parms.
func (d *decoder) colours() colours {
	switch len(d.components) {
	case 1:
		return grey
	case 4:
		if d.adobe && d.adobeTransform != 0 {
			return ycck
		}
		return cmyk
	}
	switch ids := [3]uint8{d.components[0].id, d.components[1].id, d.components[2].id}; {
	case d.jfif:
		return ycbcr
	case d.adobe && d.adobeTransform == 0:
		return rgb
	case !d.adobe && ids == [3]uint8{'R', 'G', 'B'}:
		return rgb
	}
	return ycbcr
}

// output upsamples and converts the region.
func (d *decoder) output() *Image {
	if d.progressive {
		d.transformBlocks()
	}
	r := d.region
	out := &Image{Width: r.Dx(), Height: r.Dy(), Pix: make([]uint8, 3*r.Dx()*r.Dy())}
	var rows [4][]uint8
	var planes []*upsampler
	for i := range d.components {
		planes = append(planes, newUpsampler(d, &d.components[i]))
	}
	convert := d.colours().convert
	for y := range out.Height {
		for i, u := range planes {
			rows[i] = u.pixels(r.Min.Y + y)
		}
		convert(out.Pix[3*out.Width*y:3*out.Width*(y+1)], &rows)
	}
	return out
}

// convert turns one row of samples into RGB.
func (c colours) convert(to []uint8, rows *[4][]uint8) {
	switch c {
	case grey:
		for i, v := range rows[0] {
			to[3*i], to[3*i+1], to[3*i+2] = v, v, v
		}
	case rgb:
		for i, v := range rows[0] {
			to[3*i], to[3*i+1], to[3*i+2] = v, rows[1][i], rows[2][i]
		}
	case ycbcr:
		convertYCbCr(to, rows[0], rows[1], rows[2])
	case ycck:
		// YCbCr to RGB gives the complement of the inks, and Pillow complements the inks it reads: for the first
		// three, one undoes the other.
		convertYCbCr(to, rows[0], rows[1], rows[2])
		for i, k := range rows[3] {
			px := to[3*i : 3*i+3 : 3*i+3]
			px[0], px[1], px[2] = removeInk(px[0], k), removeInk(px[1], k), removeInk(px[2], k)
		}
	case cmyk:
		for i, k := range rows[3] {
			px := to[3*i : 3*i+3 : 3*i+3]
			px[0], px[1], px[2] = removeInk(^rows[0][i], k), removeInk(^rows[1][i], k), removeInk(^rows[2][i], k)
		}
	}
}

// removeInk is Pillow's cmyk2rgb for one ink; white is what the black ink leaves (stored inverted, so it is K as read).
func removeInk(ink, white uint8) uint8 {
	t := uint32(ink)*uint32(white) + 128
	return uint8(max(0, int32(white)-int32((t>>8+t)>>8)))
}

// 16.16 fixed point, as in libjpeg's jdcolor.c.
const (
	fix1_40200 = 91881
	fix1_77200 = 116130
	fix0_71414 = 46802
	fix0_34414 = 22554
	half       = 1 << 15
)

func convertYCbCr(to, y, cb, cr []uint8) {
	done := convertYCbCrFast(to, y, cb[:len(y)], cr[:len(y)])
	y, to = y[done:], to[3*done:]
	cb, cr, to = cb[done:][:len(y)], cr[done:][:len(y)], to[:3*len(y)]
	for i, v := range y {
		luma, b, r := int32(v), int32(cb[i])-128, int32(cr[i])-128
		px := to[3*i : 3*i+3 : 3*i+3]
		px[0] = clamp(luma + (fix1_40200*r+half)>>16)
		px[1] = clamp(luma + (half-fix0_34414*b-fix0_71414*r)>>16)
		px[2] = clamp(luma + (fix1_77200*b+half)>>16)
	}
}

func clamp(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}
