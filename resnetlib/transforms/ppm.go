package transforms

import (
	"errors"
	"fmt"
	"math"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// pnm reads the family of P1 to P6: bitmaps, grey and RGB, as text or as bytes.
type pnm struct {
	kind          uint8 // 1 to 6
	width, height int
	maxValue      int
	channels      int
	data          []byte
	pos           int
}

func decodePPM(data []byte) (*RGB, error) {
	p, err := newPNM(data).decode()
	if err != nil {
		return nil, refuse.Explain("PPM", err)
	}
	return p, nil
}

func newPNM(data []byte) *pnm {
	return &pnm{kind: data[1] - '0', data: data, pos: 2, maxValue: 1, channels: 1}
}

// readHeader reads the size and, but for a bitmap, the largest value.
func (r *pnm) readHeader() error {
	fields := []*int{&r.width, &r.height, &r.maxValue}
	if r.bitmap() {
		fields = fields[:2]
	}
	for _, field := range fields {
		n, err := r.number()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		*field = n
	}
	return nil
}

func (r *pnm) decode() (*RGB, error) {
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	if r.maxValue < 1 || r.maxValue > 65535 {
		return nil, fmt.Errorf("largest value %d, 1 to 65535 are allowed", r.maxValue)
	}
	if r.kind == 3 || r.kind == 6 {
		r.channels = 3
	}
	r.pos++ // the one blank before the data
	if err := r.checkSize(); err != nil {
		return nil, err
	}
	out := NewRGB(r.width, r.height)
	read := r.sample
	if r.kind < 4 {
		read = r.plainSample
	}
	for i := range r.width * r.height * r.channels {
		v, err := read(i)
		if err != nil {
			return nil, err
		}
		if r.channels == 3 {
			out.Pix[i] = r.scale(v)
			continue
		}
		grey := r.scale(v)
		out.Pix[3*i], out.Pix[3*i+1], out.Pix[3*i+2] = grey, grey, grey
	}
	return out, nil
}

func (r *pnm) bitmap() bool { return r.kind == 1 || r.kind == 4 }

// checkSize compares the header with what is left of the file; text needs at least a digit a sample.
func (r *pnm) checkSize() error {
	samples := int64(r.width) * int64(r.height) * int64(r.channels)
	need, left := samples, int64(max(0, len(r.data)-r.pos))
	switch {
	case r.kind == 4:
		need = int64(r.height) * int64((r.width+7)/8)
	case r.kind > 4 && r.maxValue > 255:
		need = 2 * samples
	}
	if err := checkSize(r.width, r.height, need, left); err != nil {
		return err
	}
	return nil
}

// sample returns binary sample i; checkSize made sure that it is there.
func (r *pnm) sample(i int) (int, error) {
	data := r.data[r.pos:]
	switch {
	case r.kind == 4:
		y, x := i/r.width, i%r.width
		return int(data[y*((r.width+7)/8)+x/8]>>(7-x%8)) & 1, nil
	case r.maxValue > 255:
		return int(data[2*i])<<8 | int(data[2*i+1]), nil
	}
	return int(data[i]), nil
}

func (r *pnm) plainSample(int) (int, error) {
	if r.kind == 1 {
		return r.plainBit()
	}
	v, err := r.number()
	if err == nil && v > r.maxValue {
		err = fmt.Errorf("value %d is more than the largest, %d", v, r.maxValue)
	}
	return v, err
}

// plainBit reads one digit; the bits of P1 need no blanks between them.
func (r *pnm) plainBit() (int, error) {
	r.skipBlanks()
	if r.pos >= len(r.data) {
		return 0, ErrTruncated
	}
	c := r.data[r.pos]
	r.pos++
	if c != '0' && c != '1' {
		return 0, fmt.Errorf("%q is not a bit", c)
	}
	return int(c - '0'), nil
}

// scale brings a sample to a byte as Pillow does: bits are ink; grey of more than 8 bits becomes 16 bits, of which
// convert("RGB") clips all above 255.
func (r *pnm) scale(v int) uint8 {
	if r.bitmap() {
		return uint8(255 * (1 - v))
	}
	out := 255.0
	if r.channels == 1 && r.maxValue > 255 {
		out = 65535
	}
	scaled := math.RoundToEven(float64(v) / float64(r.maxValue) * out)
	return uint8(min(scaled, 255))
}

// number reads a decimal number after blanks and comments, and stops before the byte that ends it.
func (r *pnm) number() (int, error) {
	r.skipBlanks()
	start, n := r.pos, 0
	for ; r.pos < len(r.data) && r.data[r.pos] >= '0' && r.data[r.pos] <= '9'; r.pos++ {
		if n = 10*n + int(r.data[r.pos]-'0'); n > 1<<30 {
			return 0, errors.New("a number is too large")
		}
	}
	if r.pos >= len(r.data) && r.pos == start {
		return 0, ErrTruncated
	}
	if r.pos == start {
		return 0, fmt.Errorf("%q where a number should be", r.data[r.pos])
	}
	return n, nil
}

func (r *pnm) skipBlanks() {
	for ; r.pos < len(r.data); r.pos++ {
		switch r.data[r.pos] {
		case ' ', '\t', '\n', '\v', '\f', '\r':
		case '#':
			for r.pos < len(r.data) && r.data[r.pos] != '\n' {
				r.pos++
			}
		default:
			return
		}
	}
}
