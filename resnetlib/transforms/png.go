package transforms

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// deflateRatio is the most that one byte of deflate can become.
const deflateRatio = 1032

const (
	pngSignature   = "\x89PNG\r\n\x1a\n"
	pngFirstChunks = 33 // bytes of the signature and the header
	pngGrey        = 0  // colour types
	pngPaletted    = 3
)

// pngHeader is what the chunk IHDR says.
type pngHeader struct {
	width, height     int
	depth, colourType uint8
	interlaced        bool
}

// bitsPerPixel is 0 for a colour type that does not exist.
func (h pngHeader) bitsPerPixel() int {
	return int(h.depth) * map[uint8]int{pngGrey: 1, 2: 3, pngPaletted: 1, 4: 2, 6: 4}[h.colourType]
}

func readPNGHeader(data []byte) (h pngHeader, err error) {
	if len(data) < pngFirstChunks {
		return h, refuse.ErrTruncated
	}
	if string(data[12:16]) == "CgBI" {
		return h, refuse.NotRead("Apple's own kind of PNG (CgBI)")
	}
	h.width, h.height = int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
	h.depth, h.colourType, h.interlaced = data[24], data[25], data[28] != 0
	return h, nil
}

// decodePNG reads PNG of every colour type and depth. Transparency is dropped, so a tRNS chunk means nothing.
func decodePNG(data []byte) (*RGB, error) {
	p, err := readPNG(data)
	if err != nil {
		return nil, refuse.Explain("PNG", err)
	}
	return p, nil
}

func readPNG(data []byte) (*RGB, error) {
	h, err := readPNGHeader(data)
	if err != nil {
		return nil, err
	}
	need := int64(h.width) * int64(h.height) * int64(h.depth) / 8
	if err := checkSize(h.width, h.height, need, deflateRatio*int64(len(data))); err != nil {
		return nil, err
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		// The library is stricter than libpng and Pillow; a file that they read is read on the second try.
		mended, mendErr := h.mend(data)
		if mendErr != nil {
			return nil, mendErr
		}
		if m, err = png.Decode(bytes.NewReader(mended)); err != nil {
			return nil, err
		}
	}
	if h.depth == 16 && h.colourType == pngGrey {
		return clipGrey16(m), nil
	}
	return FromImage(m), nil
}

// clipGrey16 does to 16-bit grey what Pillow's convert("RGB") does to its mode I;16: it clips at 255.
func clipGrey16(m image.Image) *RGB {
	var pix []uint8
	step := 2
	switch m := m.(type) {
	case *image.Gray16:
		pix = m.Pix
	case *image.NRGBA64: // with a transparent colour
		pix, step = m.Pix, 8
	}
	out := NewRGB(m.Bounds().Dx(), m.Bounds().Dy())
	for i := range out.Width * out.Height {
		v := pix[i*step+1]
		if pix[i*step] != 0 {
			v = 255
		}
		out.Pix[3*i], out.Pix[3*i+1], out.Pix[3*i+2] = v, v, v
	}
	return out
}
