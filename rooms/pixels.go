package rooms

import (
	"encoding/binary"
	"math"

	"resnetlab/resnetlib/transforms"
)

// Pixels is a picture in an answer: its bytes (red, green, blue, 255; row by row) are the answer's buffer of this index.
type Pixels struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	Buffer int `json:"buffer"`
}

// attach puts a picture into the answer's buffers.
func (c *call) attach(p *transforms.RGB) Pixels {
	rgba := make([]byte, 0, 4*p.Width*p.Height)
	for i := 0; i < len(p.Pix); i += 3 {
		rgba = append(rgba, p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255)
	}
	c.buffers = append(c.buffers, rgba)
	return Pixels{p.Width, p.Height, len(c.buffers) - 1}
}

// attachFloats puts numbers into the answer's buffers, as little-endian float32, and returns the buffer's index.
func (c *call) attachFloats(values []float32) int {
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	c.buffers = append(c.buffers, b)
	return len(c.buffers) - 1
}
