package transforms

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// bmpFile is a BMP of Windows or OS/2.
type bmpFile struct {
	width, height int
	topDown       bool // the first row of the file is the picture's first, not its last
	bits          int  // of a pixel
	compression   uint32
	masks         [3]uint32 // where red, green and blue lie in a pixel of 16 or 32 bits
	palette       [256][3]uint8
	pixels        []byte // the rest of the file
}

// Compressions of BMP.
const (
	bmpPlain = iota
	bmpRLE8
	bmpRLE4
	bmpMasks
	bmpJPEG // or, in OS/2, runs of 24 bits
	bmpPNG
)

const (
	bmpFileHeader = 14  // bytes before the picture's header
	bmpOldHeader  = 12  // bytes of OS/2's first header, whose sides have 16 bits and whose palette has 3 bytes a colour
	bmpRLERatio   = 128 // a pair of bytes is at most 255 pixels
)

// decodeBMP reads BMP with 1, 2, 4, 8, 16, 24 or 32 bits a pixel, plain, with bit masks or with run lengths. Alpha is dropped.
func decodeBMP(data []byte) (*RGB, error) {
	b, err := readBMPHeader(data)
	if err != nil {
		return nil, refuse.Explain("BMP", err)
	}
	p, err := b.decode()
	if err != nil {
		return nil, refuse.Explain("BMP", err)
	}
	return p, nil
}

func readBMPHeader(data []byte) (*bmpFile, error) {
	little := binary.LittleEndian
	if len(data) < bmpFileHeader+bmpOldHeader {
		return nil, refuse.ErrTruncated
	}
	header := data[bmpFileHeader:]
	size := int(little.Uint32(header))
	switch size {
	case bmpOldHeader, 40, 52, 56, 64, 108, 124:
	default:
		return nil, refuse.NotRead("a header of %d bytes", size)
	}
	if len(header) < size {
		return nil, refuse.ErrTruncated
	}
	b := &bmpFile{}
	colours := b.readSizes(header, size)
	if err := b.check(size); err != nil {
		return nil, err
	}
	rest := b.readMasks(header[:size], header[size:])
	if rest == nil {
		return nil, refuse.ErrTruncated
	}
	colourBytes := 4
	if size == bmpOldHeader {
		colourBytes = 3
	}
	if b.pixels = b.readPalette(rest, colourBytes, colours); b.pixels == nil {
		return nil, refuse.ErrTruncated
	}
	if at := int64(little.Uint32(data[10:])); at > int64(len(data)) {
		return nil, refuse.ErrTruncated
	} else if at > bmpFileHeader+int64(size) {
		b.pixels = data[at:]
	}
	return b, nil
}

// readSizes reads what the pixels are like, and returns how many colours the palette is said to have; 0: as many as there can be.
func (b *bmpFile) readSizes(header []byte, size int) (colours int) {
	little := binary.LittleEndian
	if size == bmpOldHeader {
		b.width, b.height = int(little.Uint16(header[4:])), int(little.Uint16(header[6:]))
		b.bits = int(little.Uint16(header[10:]))
		return 0
	}
	b.width, b.height = int(int32(little.Uint32(header[4:]))), int(int32(little.Uint32(header[8:])))
	b.bits, b.compression = int(little.Uint16(header[14:])), little.Uint32(header[16:])
	if b.height < 0 {
		b.height, b.topDown = -b.height, true
	}
	return int(little.Uint32(header[32:]))
}

// check refuses, by its name, what is not read.
func (b *bmpFile) check(headerSize int) error {
	switch {
	case b.compression == bmpJPEG && headerSize != 64:
		return refuse.NotRead("a JPEG in a BMP")
	case b.compression == bmpPNG:
		return refuse.NotRead("a PNG in a BMP")
	case b.compression > bmpMasks || headerSize == 64 && b.compression > bmpRLE4:
		return refuse.NotRead("compression of kind %d", b.compression)
	case b.compression == bmpRLE8 && b.bits != 8, b.compression == bmpRLE4 && b.bits != 4:
		return fmt.Errorf("run lengths with %d bits a pixel", b.bits)
	}
	switch b.bits {
	case 1, 2, 4, 8, 16, 24, 32:
		return nil
	}
	return refuse.NotRead("a picture of %d bits a pixel", b.bits)
}

// readMasks reads the masks, from the header or, if it is the one of 40 bytes, behind it. It returns what is left, or nil if the file ends.
func (b *bmpFile) readMasks(header, rest []byte) []byte {
	b.masks = [3]uint32{0xff0000, 0xff00, 0xff}
	if b.bits == 16 {
		b.masks = [3]uint32{0x7c00, 0x3e0, 0x1f}
	}
	if b.compression != bmpMasks {
		return rest
	}
	if len(header) == 40 {
		if len(rest) < 12 {
			return nil
		}
		header, rest = append(bytes.Clone(header), rest[:12]...), rest[12:]
	}
	var masks [3]uint32
	for i := range masks {
		masks[i] = binary.LittleEndian.Uint32(header[40+4*i:])
	}
	if masks != [3]uint32{} { // without one the order is the usual
		b.masks = masks
	}
	return rest
}

// readPalette reads colours of blue, green, red; those that the file lacks are black, or their own number if all the others are greys
// that mean themselves, as in Pillow.
func (b *bmpFile) readPalette(rest []byte, colourBytes, colours int) []byte {
	if b.bits > 8 {
		return rest
	}
	if colours == 0 {
		colours = 1 << b.bits
	}
	if colours > len(rest)/colourBytes {
		return nil
	}
	ramp := true
	for i := range min(colours, 256) {
		px := rest[i*colourBytes:]
		b.palette[i] = [3]uint8{px[2], px[1], px[0]}
		ramp = ramp && b.palette[i] == [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	for i := colours; i < 256 && ramp; i++ {
		b.palette[i] = [3]uint8{uint8(i), uint8(i), uint8(i)}
	}
	return rest[colours*colourBytes:]
}
