package transforms

import (
	"resnetlab/resnetlib/transforms/internal/refuse"
)

// decodeTIFF reads the first picture of a TIFF or BigTIFF file (TIFF 6.0, Adobe 1992, and its supplements).
//
// The samples are brought to 8 bits while they are unpacked, as Pillow does: of 16 bits of a colour the high byte is kept,
// 16 bits of grey are clipped at 255. Then they become RGB, and the picture is turned as its orientation tag says: Pillow
// does this for TIFF (TiffImagePlugin.load_end) and for no other format.
func decodeTIFF(data []byte) (*RGB, error) {
	p, err := readTIFF(data)
	if err != nil {
		return nil, refuse.Explain("TIFF", err)
	}
	return p, nil
}

func readTIFF(data []byte) (*RGB, error) {
	t, err := readTIFFHeader(data)
	if err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	rowBits := int64(t.width) * int64(t.samples) * int64(t.bits)
	if err := checkSize(t.width, t.height, (rowBits+7)/8*int64(t.height), t.ratio()*int64(len(data))); err != nil {
		return nil, err
	}
	samples, err := t.unpack()
	if err != nil {
		return nil, err
	}
	return Orient(t.colours(samples), int(t.tags[tagOrientation].at(0))), nil
}

// What the photometric tag says of the samples.
const (
	whiteIsZero = 0
	blackIsZero = 1
	rgbColours  = 2
	paletted    = 3
	cmykInks    = 5
	ycbcr       = 6
)

// photometrics names the kinds of colour that are not read.
var photometrics = map[int]string{4: "a transparency mask", ycbcr: "YCbCr without JPEG", 8: "CIE Lab", 9: "ICC Lab", 10: "ITU Lab",
	32803: "a camera's raw data", 34892: "a camera's raw data", 32844: "LogL", 32845: "LogLuv"}

// colourSamples returns how many samples make a pixel's colour, extra samples not counted; 0 for colours that are not read.
func (t *tiffFile) colourSamples() int {
	return map[int]int{whiteIsZero: 1, blackIsZero: 1, rgbColours: 3, paletted: 1, cmykInks: 4}[t.photometric]
}

// premultiplied says whether RGB was multiplied with the alpha that follows it.
func (t *tiffFile) premultiplied() bool {
	return t.photometric == rgbColours && t.samples > 3 && t.tags[tagExtraSamples].at(0) == 1
}

// kept returns how many of a pixel's samples are needed: the colour, and alpha where it must be divided out.
func (t *tiffFile) kept() int {
	if t.premultiplied() {
		return 4
	}
	return t.colourSamples()
}

// colours turns samples, kept of each pixel, into RGB.
func (t *tiffFile) colours(samples []uint8) *RGB {
	out := NewRGB(t.width, t.height)
	switch n := t.kept(); n {
	case 1:
		table := t.greys()
		if t.photometric == paletted {
			table = t.palette()
		}
		for i, v := range samples {
			copy(out.Pix[3*i:3*i+3], table[v][:])
		}
	case 3:
		copy(out.Pix, samples)
	default:
		convert := removeInks
		if t.premultiplied() {
			convert = func(to, from []uint8) { copyPremultiplied(to, from, 1) }
		}
		for y := range t.height {
			convert(out.row(y), samples[y*t.width*n:(y+1)*t.width*n])
		}
	}
	return out
}

// greys returns what grey each sample stands for. 16 bits are never inverted: Pillow's mode I;16 means the numbers themselves.
func (t *tiffFile) greys() (table [256][3]uint8) {
	largest := 1<<min(t.bits, 8) - 1
	for i := range largest + 1 {
		v := uint8(i * 255 / largest)
		if t.photometric == whiteIsZero && t.bits <= 8 {
			v = 255 - v
		}
		table[i] = [3]uint8{v, v, v}
	}
	return table
}

// palette returns the colour map: all reds of 16 bits, then all greens, then all blues.
func (t *tiffFile) palette() (table [256][3]uint8) {
	for i := range 1 << t.bits {
		for c := range 3 {
			table[i][c] = uint8(t.tags[tagColourMap].at(c<<t.bits+i) >> 8)
		}
	}
	return table
}

// removeInks converts CMYK as Pillow does (cmyk2rgb in libImaging/Convert.c): each ink takes its part of what black leaves.
func removeInks(to, from []uint8) {
	for i := 0; i < len(to); i += 3 {
		px := from[i/3*4:]
		left := 255 - int(px[3])
		for c := range 3 {
			product := int(px[c])*left + 128
			to[i+c] = uint8(left - (product>>8+product)>>8) // product/255, rounded
		}
	}
}
