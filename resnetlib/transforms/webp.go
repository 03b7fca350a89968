package transforms

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"

	"golang.org/x/image/webp"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// decodeWebP reads lossy and lossless WebP, and the first frame of an animation.
func decodeWebP(data []byte) (*RGB, error) {
	p, err := readWebP(data)
	if err != nil {
		return nil, refuse.Explain("WebP", err)
	}
	return p, nil
}

func readWebP(data []byte) (*RGB, error) {
	if size := int64(binary.LittleEndian.Uint32(data[4:])); size+8 > int64(len(data)) {
		return nil, refuse.ErrTruncated
	}
	if frame := chunk(data[12:], "ANMF", binary.LittleEndian, 0, 4, 8); frame != nil && webpAnimated(data) {
		return readWebPFrame(data, frame)
	}
	config, err := webp.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if err := checkSize(config.Width, config.Height, webpNeed(config), int64(len(data))); err != nil {
		return nil, err
	}
	m, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case *image.YCbCr:
		return videoToRGB(m), nil
	case *image.NYCbCrA:
		return videoToRGB(&m.YCbCr), nil
	}
	return FromImage(m), nil
}

// webpNeed is the least number of bytes of a picture. A lossy one says of each 16 x 16 pixels how they are predicted, in
// more than 1.6 bits at the fixed probabilities of RFC 6386 section 11.2 (0.8 for luma, 0.8 for chroma); a lossless one
// of one colour needs no bits at all.
func webpNeed(config image.Config) int64 {
	if config.ColorModel == color.NRGBAModel {
		return 0
	}
	blocks := int64((config.Width+15)/16) * int64((config.Height+15)/16)
	return blocks * 16 / 10 / 8
}

// videoToRGB converts lossy WebP's planes as libwebp does: studio-range BT.601 in fixed point, after chroma is
// upsampled with weights 9, 3, 3, 1. (Go's image.YCbCr takes them for JPEG's full range.)
func videoToRGB(m *image.YCbCr) *RGB {
	out := NewRGB(m.Rect.Dx(), m.Rect.Dy())
	chromaHeight := (out.Height + 1) / 2
	u, v := make([]uint8, out.Width), make([]uint8, out.Width)
	for y := range out.Height {
		near := y / 2
		far := min(max(near-1+2*(y%2), 0), chromaHeight-1)
		upsampleChroma(u, m.Cb[near*m.CStride:], m.Cb[far*m.CStride:])
		upsampleChroma(v, m.Cr[near*m.CStride:], m.Cr[far*m.CStride:])
		row := out.row(y)
		for x, luma := range m.Y[y*m.YStride : y*m.YStride+out.Width] {
			row[3*x], row[3*x+1], row[3*x+2] = videoPixel(int(luma), int(u[x]), int(v[x]))
		}
	}
	return out
}

// upsampleChroma is libwebp's UpsampleRgbLinePair for one row and one plane.
func upsampleChroma(to, near, far []uint8) {
	to[0] = uint8((3*int(near[0]) + int(far[0]) + 2) >> 2)
	for x := 1; x < len(to); x++ {
		left := (x - 1) / 2 // this pixel lies between chroma samples left and left+1
		if x == len(to)-1 && x%2 == 1 {
			to[x] = uint8((3*int(near[left]) + int(far[left]) + 2) >> 2)
			return
		}
		a, b, c, d := int(near[left]), int(near[left+1]), int(far[left]), int(far[left+1])
		sum := a + b + c + d + 8
		if x%2 == 1 { // nearer to left
			to[x] = uint8(((sum+2*(b+c))>>3 + a) >> 1)
		} else {
			to[x] = uint8(((sum+2*(a+d))>>3 + b) >> 1)
		}
	}
}

// videoPixel is libwebp's VP8YuvToRgb.
func videoPixel(y, u, v int) (r, g, b uint8) {
	luma := y * 19077 >> 8
	return clampVideo(luma + v*26149>>8 - 14234),
		clampVideo(luma - u*6419>>8 - v*13320>>8 + 8708),
		clampVideo(luma + u*33050>>8 - 17685)
}

func clampVideo(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }
