package jpeg

import (
	"encoding/binary"
	"errors"
	"fmt"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// Markers, the byte after 0xFF (ITU T.81 table B.1).
const (
	sof0  = 0xc0 // baseline
	sof1  = 0xc1 // extended sequential
	sof2  = 0xc2 // progressive
	dht   = 0xc4
	sof15 = 0xcf
	rst0  = 0xd0
	rst7  = 0xd7
	soi   = 0xd8
	eoi   = 0xd9
	sos   = 0xda
	dqt   = 0xdb
	dri   = 0xdd
	app0  = 0xe0
	app14 = 0xee
	tem   = 0x01
	jpg   = 0xc8
	dac   = 0xcc
	jls   = 0xf7 // JPEG-LS (ITU T.87)
)

// nextMarker skips what is no marker, as libjpeg does with a warning.
func (d *decoder) nextMarker() (uint8, error) {
	for ; d.pos+1 < len(d.data); d.pos++ {
		if d.data[d.pos] != 0xff {
			continue
		}
		if m := d.data[d.pos+1]; m != 0 && m != 0xff {
			d.pos += 2
			return m, nil
		}
	}
	return 0, ErrTruncated
}

// segment returns the body of the marker segment at pos and steps over it.
func (d *decoder) segment() ([]byte, error) {
	if d.pos+2 > len(d.data) {
		return nil, ErrTruncated
	}
	n := int(binary.BigEndian.Uint16(d.data[d.pos:]))
	if n < 2 {
		return nil, errors.New("a segment is shorter than its own length field")
	}
	if d.pos+n > len(d.data) {
		return nil, ErrTruncated
	}
	body := d.data[d.pos+2 : d.pos+n]
	d.pos += n
	return body, nil
}

// readHeader reads up to the frame header.
func (d *decoder) readHeader() error {
	if len(d.data) < 3 || d.data[0] != 0xff || d.data[1] != soi || d.data[2] != 0xff {
		return errors.New("no start-of-image marker")
	}
	d.pos = 2
	for d.components == nil {
		m, err := d.nextMarker()
		if err != nil {
			return err
		}
		if m == sos || m == eoi {
			return errors.New("no frame header before the data")
		}
		if err := d.readSegment(m); err != nil {
			return err
		}
	}
	return nil
}

// readSegment reads a segment other than SOS and EOI.
func (d *decoder) readSegment(m uint8) error {
	if m == tem || m >= rst0 && m <= rst7 {
		return nil // a marker without a body
	}
	if m == soi {
		return errors.New("a second start-of-image marker")
	}
	body, err := d.segment()
	if err != nil {
		return err
	}
	switch {
	case m == dht:
		return d.readHuffmanTables(body)
	case m == dqt:
		return d.readQuantTables(body)
	case m == dri:
		if len(body) != 2 {
			return errors.New("restart interval: wrong length")
		}
		d.restartInterval = int(binary.BigEndian.Uint16(body))
	case m == app0:
		d.jfif = d.jfif || len(body) >= 14 && string(body[:5]) == "JFIF\x00" // APP0_DATA_LEN in jdmarker.c
	case m == app14:
		if len(body) >= 12 && string(body[:5]) == "Adobe" {
			d.adobe, d.adobeTransform = true, body[11]
		}
	case m == sof0, m == sof1, m == sof2:
		d.progressive = m == sof2
		return d.readFrame(body)
	case m == jls:
		return refuse.NotRead("JPEG-LS")
	case m >= sof0 && m <= sof15 && m != jpg && m != dac:
		return refuse.NotRead("%s (SOF%d)", frameKind(m), m-sof0)
	}
	return nil
}

// frameKind names what a frame header other than SOF0 to SOF2 begins (ITU T.81 table B.1).
func frameKind(m uint8) string {
	switch n := m - sof0; {
	case n == 3:
		return "lossless JPEG"
	case n >= 9:
		return "JPEG with arithmetic coding"
	}
	return "hierarchical JPEG"
}

func (d *decoder) readFrame(body []byte) error {
	if d.components != nil {
		return errors.New("a second frame header")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return errors.New("frame header: wrong length")
	}
	if body[0] != 8 {
		return refuse.NotRead("a JPEG of %d bits a sample", body[0])
	}
	d.height, d.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if d.width == 0 || d.height == 0 {
		return fmt.Errorf("size %dx%d", d.width, d.height)
	}
	if d.width*d.height > MaxPixels {
		return refuse.TooLarge(d.width, d.height, MaxPixels)
	}
	switch body[5] {
	case 1, 3, 4:
	default:
		return refuse.NotRead("a JPEG of %d components", body[5])
	}
	for b := body[6:]; len(b) > 0; b = b[3:] {
		d.components = append(d.components, component{id: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), quantIndex: b[2]})
	}
	return d.layOut()
}

// layOut computes the planes' sizes, and refuses a header that promises more blocks than the file has bits.
func (d *decoder) layOut() error {
	if len(d.components) == 1 {
		d.components[0].h, d.components[0].v = 1, 1 // sampling is relative, and there is nothing to relate to
	}
	for _, c := range d.components {
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quantIndex > 3 {
			return fmt.Errorf("sampling factors %dx%d, quantisation table %d", c.h, c.v, c.quantIndex)
		}
		d.maxH, d.maxV = max(d.maxH, c.h), max(d.maxV, c.v)
	}
	d.mcusWide, d.mcusHigh = ceilDiv(d.width, 8*d.maxH), ceilDiv(d.height, 8*d.maxV)
	blocks := 0
	for i := range d.components {
		c := &d.components[i]
		if d.maxH%c.h != 0 || d.maxV%c.v != 0 {
			return refuse.NotRead("chroma sampling in the ratio of %dx%d to %dx%d", c.h, c.v, d.maxH, d.maxV)
		}
		c.width, c.height = ceilDiv(d.width*c.h, d.maxH), ceilDiv(d.height*c.v, d.maxV)
		c.blocksWide, c.blocksHigh = ceilDiv(c.width, 8), ceilDiv(c.height, 8)
		c.paddedWide, c.paddedHigh = d.mcusWide*c.h, d.mcusHigh*c.v
		blocks += c.blocksWide * c.blocksHigh
	}
	bitsPerBlock := 2 // the shortest codes for DC and end of block
	if d.progressive {
		bitsPerBlock = 1
	}
	if blocks*bitsPerBlock > 8*len(d.data) {
		return fmt.Errorf("the header promises %dx%d pixels, more than %d bytes can hold", d.width, d.height, len(d.data))
	}
	return nil
}

func (d *decoder) readQuantTables(body []byte) error {
	for len(body) > 0 {
		precision, index := body[0]>>4, body[0]&15
		body = body[1:]
		size := 64 * (int(precision) + 1)
		if precision > 1 || index > 3 || len(body) < size {
			return errors.New("quantisation table: wrong index, precision or length")
		}
		table := new([64]uint16)
		for i := range 64 {
			if precision == 0 {
				table[naturalOrder[i]] = uint16(body[i])
			} else {
				table[naturalOrder[i]] = binary.BigEndian.Uint16(body[2*i:])
			}
		}
		d.quant[index] = table
		body = body[size:]
	}
	return nil
}

func (d *decoder) readHuffmanTables(body []byte) error {
	for len(body) > 0 {
		if len(body) < 17 {
			return errors.New("a Huffman table is too short")
		}
		class, index := body[0]>>4, body[0]&15
		if class > 1 || index > 3 {
			return errors.New("a Huffman table has a wrong class or index")
		}
		n := 0
		for _, count := range body[1:17] {
			n += int(count)
		}
		if n > 256 || len(body) < 17+n {
			return errors.New("a Huffman table is too short for its codes")
		}
		table, err := newHuffman([16]uint8(body[1:17]), body[17:17+n], class == 0)
		if err != nil {
			return err
		}
		if class == 0 {
			d.dc[index] = table
		} else {
			d.ac[index] = table
		}
		body = body[17+n:]
	}
	return nil
}

// naturalOrder maps zigzag to row-major positions. A damaged file can run past the end by 16; libjpeg lets these
// land on the last position.
var naturalOrder = [80]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
	63, 63, 63, 63, 63, 63, 63, 63,
	63, 63, 63, 63, 63, 63, 63, 63,
}
