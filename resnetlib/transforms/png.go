package transforms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
)

// deflateRatio is the most that one byte of deflate can become.
const deflateRatio = 1032

func decodePNG(data []byte) (*RGB, error) {
	if len(data) < 33 {
		return nil, fmt.Errorf("PNG: %w", ErrTruncated)
	}
	width, height := int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
	depth, colourType := data[24], data[25]
	need := int64(width) * int64(height) * int64(depth) / 8
	if err := checkSize(width, height, need, deflateRatio*int64(len(data))); err != nil {
		return nil, fmt.Errorf("PNG: %w", err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("PNG: %w", noEOF(err))
	}
	if depth == 16 && colourType == 0 {
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
