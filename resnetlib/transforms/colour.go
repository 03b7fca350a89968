package transforms

import "math"

// The colour operations are those of Pillow's ImageEnhance, which torchvision's F.adjust_* call: a blend between
// the picture and a degenerate one, in float32, truncated to a byte.

// AdjustBrightness blends p with black: factor 0 gives black, 1 the picture itself, more a brighter one.
func AdjustBrightness(p *RGB, factor float64) *RGB {
	return blendTable(p, 0, float32(factor))
}

// AdjustContrast blends p with the mean of its greys: factor 0 gives plain grey, 1 the picture itself.
func AdjustContrast(p *RGB, factor float64) *RGB {
	sum := 0
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		sum += int(luma(p.Pix[i], p.Pix[i+1], p.Pix[i+2]))
	}
	mean := float64(sum) / float64(p.Width*p.Height)
	return blendTable(p, uint8(mean+0.5), float32(factor))
}

// AdjustSaturation blends p with its greys: factor 0 gives grey, 1 the picture itself.
func AdjustSaturation(p *RGB, factor float64) *RGB {
	out, alpha := NewRGB(p.Width, p.Height), float32(factor)
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		from, to := p.Pix[i:i+3:i+3], out.Pix[i:i+3:i+3]
		grey := luma(from[0], from[1], from[2])
		to[0], to[1], to[2] = blend(grey, from[0], alpha), blend(grey, from[1], alpha), blend(grey, from[2], alpha)
	}
	return out
}

// Grayscale returns the picture's greys (ITU-R 601-2) in three equal channels.
func Grayscale(p *RGB) *RGB { return AdjustSaturation(p, 0) }

// luma is ITU-R 601-2 in 16 bits, Pillow's L24.
func luma(r, g, b uint8) uint8 {
	return uint8((uint32(r)*19595 + uint32(g)*38470 + uint32(b)*7471 + 0x8000) >> 16)
}

// blend is one byte of Pillow's Image.blend.
func blend(from, to uint8, alpha float32) uint8 {
	v := float32(from) + float32(alpha*float32(int(to)-int(from)))
	return uint8(min(max(v, 0), 255))
}

// blendTable blends every byte with the same value.
func blendTable(p *RGB, from uint8, alpha float32) *RGB {
	var table [256]uint8
	for v := range table {
		table[v] = blend(from, uint8(v), alpha)
	}
	out := NewRGB(p.Width, p.Height)
	for i, v := range p.Pix {
		out.Pix[i] = table[v]
	}
	return out
}

// AdjustHue shifts the hue by factor of a full circle, from -0.5 to 0.5, in Pillow's 8-bit HSV.
func AdjustHue(p *RGB, factor float64) *RGB {
	shift := uint8(int(factor * 255))
	out := NewRGB(p.Width, p.Height)
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		from, to := p.Pix[i:i+3:i+3], out.Pix[i:i+3:i+3]
		h, s, v := rgbToHSV(from[0], from[1], from[2])
		to[0], to[1], to[2] = hsvToRGB(h+shift, s, v)
	}
	return out
}

// rgbToHSV is Pillow's rgb2hsv_row: float32 values, float64 where C's constants are double.
func rgbToHSV(r, g, b uint8) (h, s, v uint8) {
	high, low := max(r, g, b), min(r, g, b)
	if high == low {
		return 0, 0, high
	}
	spread := float32(high - low)
	rc, gc, bc := float32(high-r)/spread, float32(high-g)/spread, float32(high-b)/spread
	var hue float32
	switch high {
	case r:
		hue = bc - gc
	case g:
		hue = float32(2.0 + float64(rc) - float64(bc))
	default:
		hue = float32(4.0 + float64(gc) - float64(rc))
	}
	hue = float32(math.Mod(float64(hue)/6.0+1.0, 1.0))
	return uint8(float64(hue) * 255), uint8(float64(spread/float32(high)) * 255), high
}

// hsvToRGB is Pillow's hsv2rgb.
func hsvToRGB(h, s, v uint8) (r, g, b uint8) {
	if s == 0 {
		return v, v, v
	}
	sector := math.Floor(float64(h) * 6 / 255)
	f := float64(float32(float64(h)*6/255 - sector))
	fs := float64(float32(float64(s) / 255))
	value := float64(v)
	p := roundByte(value * (1 - fs))
	q := roundByte(value * (1 - float64(fs*f)))
	t := roundByte(value * (1 - float64(fs*(1-f))))
	switch int(sector) % 6 {
	case 0:
		return v, t, p
	case 1:
		return q, v, p
	case 2:
		return p, v, t
	case 3:
		return p, q, v
	case 4:
		return t, p, v
	}
	return v, p, q
}

func roundByte(v float64) uint8 { return uint8(min(max(math.Round(v), 0), 255)) }
