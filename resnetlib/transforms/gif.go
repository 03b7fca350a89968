package transforms

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// The standard library's GIF decoder forgets the colour of the transparent entry, and does not place a frame on its
// screen; Pillow keeps both.

// gifFile reads a GIF up to and including its first frame.
type gifFile struct {
	data         []byte
	width        int
	height       int
	palette      []uint8 // of the frame: RGB triples; nil is a ramp of greys
	transparency int     // index, or -1
}

// lzwRatio bounds what one byte of LZW can become: codes of at most 12 bits, strings of at most 4096 bytes.
const lzwRatio = 4096 * 8 / 9

func decodeGIF(data []byte) (*RGB, error) {
	g := gifFile{data: data, transparency: -1}
	p, err := g.decode()
	if err != nil {
		return nil, refuse.Explain("GIF", err)
	}
	return p, nil
}

func (g *gifFile) take(n int) ([]byte, error) {
	if len(g.data) < n {
		return nil, ErrTruncated
	}
	head := g.data[:n]
	g.data = g.data[n:]
	return head, nil
}

func (g *gifFile) decode() (*RGB, error) {
	header, err := g.take(13)
	if err != nil {
		return nil, err
	}
	g.width, g.height = int(binary.LittleEndian.Uint16(header[6:])), int(binary.LittleEndian.Uint16(header[8:]))
	if err := g.readPalette(header[10]); err != nil {
		return nil, err
	}
	for {
		kind, err := g.take(1)
		if err != nil {
			return nil, err
		}
		switch kind[0] {
		case '!':
			err = g.readExtension()
		case ',':
			p, err := g.readFrame()
			if err != nil {
				return nil, err
			}
			return p, g.skipToTrailer()
		case ';':
			return nil, errors.New("no frame")
		default: // Pillow steps over what it does not know
		}
		if err != nil {
			return nil, err
		}
	}
}

// readPalette reads a colour table if the flags of the block before announce one.
func (g *gifFile) readPalette(flags uint8) error {
	if flags&0x80 == 0 {
		return nil
	}
	palette, err := g.take(3 << (flags&7 + 1))
	g.palette = palette
	return err
}

func (g *gifFile) readExtension() error {
	label, err := g.take(1)
	if err != nil {
		return err
	}
	body, err := g.subBlocks()
	if err != nil {
		return err
	}
	if label[0] == 0xf9 && len(body) >= 4 && body[0]&1 != 0 {
		g.transparency = int(body[3])
	}
	return nil
}

// subBlocks joins the data of a chain of blocks.
func (g *gifFile) subBlocks() ([]byte, error) {
	var body []byte
	for {
		n, err := g.take(1)
		if err != nil {
			return nil, err
		}
		if n[0] == 0 {
			return body, nil
		}
		block, err := g.take(int(n[0]))
		if err != nil {
			return nil, err
		}
		body = append(body, block...)
	}
}

func (g *gifFile) readFrame() (*RGB, error) {
	d, err := g.take(9)
	if err != nil {
		return nil, err
	}
	left, top := int(binary.LittleEndian.Uint16(d)), int(binary.LittleEndian.Uint16(d[2:]))
	width, height := int(binary.LittleEndian.Uint16(d[4:])), int(binary.LittleEndian.Uint16(d[6:]))
	if err := g.readPalette(d[8]); err != nil {
		return nil, err
	}
	codeSize, err := g.take(1)
	if err != nil {
		return nil, err
	}
	if codeSize[0] < 1 || codeSize[0] > 8 {
		return nil, fmt.Errorf("LZW codes of %d bits", codeSize[0])
	}
	body, err := g.subBlocks()
	if err != nil {
		return nil, err
	}
	g.width, g.height = max(g.width, left+width), max(g.height, top+height) // as Pillow, if a frame sticks out
	if err := checkSize(g.width, g.height, int64(width)*int64(height), lzwRatio*int64(len(body))); err != nil {
		return nil, err
	}
	indices := make([]uint8, width*height)
	r := lzw.NewReader(bytes.NewReader(body), lzw.LSB, int(codeSize[0]))
	defer r.Close()
	if _, err := io.ReadFull(r, indices); err != nil {
		return nil, err
	}
	if d[8]&0x40 != 0 {
		indices = deinterlace(indices, width)
	}
	return g.paint(indices, rect{top, left, height, width}), nil
}

// deinterlace puts rows, which come in four passes, in their places.
func deinterlace(rows []uint8, width int) []uint8 {
	out := make([]uint8, len(rows))
	if width == 0 {
		return out
	}
	height, from := len(rows)/width, 0
	for _, pass := range [4][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		for y := pass[0]; y < height; y += pass[1] {
			copy(out[y*width:(y+1)*width], rows[from:])
			from += width
		}
	}
	return out
}

// paint places the frame on the screen, whose rest has the transparent index, or 0.
func (g *gifFile) paint(indices []uint8, at rect) *RGB {
	var colours [256][3]uint8
	for i := range colours {
		switch {
		case g.palette == nil:
			colours[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
		case 3*i < len(g.palette):
			colours[i] = [3]uint8(g.palette[3*i:])
		}
	}
	out := NewRGB(g.width, g.height)
	rest := colours[max(0, g.transparency)]
	for i := 0; i < len(out.Pix); i += 3 {
		copy(out.Pix[i:], rest[:])
	}
	for y := range at.height {
		row := out.row(at.top + y)[3*at.left:]
		for x, index := range indices[y*at.width : (y+1)*at.width] {
			copy(row[3*x:3*x+3], colours[index][:])
		}
	}
	return out
}

// skipToTrailer makes sure that the rest of the file is there, without decoding further frames.
func (g *gifFile) skipToTrailer() error {
	for {
		kind, err := g.take(1)
		if err != nil {
			return err
		}
		switch kind[0] {
		case ';':
			return nil
		case '!':
			err = g.readExtension()
		case ',':
			err = g.skipFrame()
		}
		if err != nil {
			return err
		}
	}
}

func (g *gifFile) skipFrame() error {
	d, err := g.take(9)
	if err != nil {
		return err
	}
	if err := g.readPalette(d[8]); err != nil {
		return err
	}
	if _, err := g.take(1); err != nil {
		return err
	}
	_, err = g.subBlocks()
	return err
}
