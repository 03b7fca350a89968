package transforms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"

	"golang.org/x/image/tiff"
)

func decodeTIFF(data []byte) (*RGB, error) {
	p, err := readTIFF(data)
	if err != nil {
		return nil, fmt.Errorf("TIFF: %w", noEOF(err))
	}
	return p, nil
}

func readTIFF(data []byte) (*RGB, error) {
	config, err := tiff.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	tags, err := readTIFFTags(data)
	if err != nil {
		return nil, err
	}
	if err := tags.check(); err != nil {
		return nil, err
	}
	// A bit a pixel is the least; for more the bound is only less tight.
	need := int64(config.Width) * int64(config.Height) / 8
	if err := checkSize(config.Width, config.Height, need, tags.ratio()*int64(len(data))); err != nil {
		return nil, err
	}
	m, err := tiff.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	// Pillow turns a TIFF as its tag says (TiffImagePlugin.load_end), and no other format.
	return Orient(tags.colours(m), tiffOrientation(data)), nil
}

// colours are Pillow's where the package's are others.
func (t tiffTags) colours(m image.Image) *RGB {
	if grey, ok := m.(*image.Gray16); ok {
		if t.photometric == whiteIsZero { // mode I;16 means the numbers as they are
			invert(grey.Pix)
		}
		return clipGrey16(grey)
	}
	p := FromImage(m)
	if t.fax() && t.photometric == blackIsZero {
		// The package takes fax's white runs for white; libtiff, and so Pillow, for zeros, whatever these mean.
		invert(p.Pix)
	}
	return p
}

func invert(pix []uint8) {
	for i, v := range pix {
		pix[i] = 255 - v
	}
}

// tiffTags are those of the file's first picture that its decoder does not tell about.
type tiffTags struct{ compression, photometric, fillOrder, planar, samples uint16 }

const whiteIsZero, blackIsZero = 0, 1 // of photometric

// check refuses what the package would read wrongly, or with a word that misleads.
func (t tiffTags) check() error {
	switch {
	case t.fillOrder == 2 && !t.fax():
		return fmt.Errorf("bits from the lowest on (FillOrder 2) are read in faxes alone")
	case t.planar == 2 && t.samples > 1: // of one colour both are the same
		return fmt.Errorf("colours in planes of their own (PlanarConfiguration 2) are not supported")
	}
	return nil
}

// readTIFFTags reads the first directory. A value that lies behind the end of the file is an error, even one that the
// pixels do not depend on.
func readTIFFTags(data []byte) (tags tiffTags, err error) {
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	const compression, photometric, fillOrder, samples, planar, entrySize = 259, 262, 266, 277, 284, 12
	sizes := [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
	tags.compression = 1
	at := int64(order.Uint32(data[4:])) // tiff.DecodeConfig has read this directory
	entries := data[at+2:]
	for range order.Uint16(data[at:]) {
		if len(entries) < entrySize {
			return tags, ErrTruncated
		}
		if kind := int(order.Uint16(entries[2:])); kind < len(sizes) {
			size := sizes[kind] * int64(order.Uint32(entries[4:]))
			if size > 4 && int64(order.Uint32(entries[8:]))+size > int64(len(data)) {
				return tags, ErrTruncated
			}
		}
		switch order.Uint16(entries) {
		case compression:
			tags.compression = order.Uint16(entries[8:])
		case photometric:
			tags.photometric = order.Uint16(entries[8:])
		case fillOrder:
			tags.fillOrder = order.Uint16(entries[8:])
		case samples:
			tags.samples = order.Uint16(entries[8:])
		case planar:
			tags.planar = order.Uint16(entries[8:])
		}
		entries = entries[entrySize:]
	}
	return tags, nil
}

func (t tiffTags) fax() bool { return t.compression >= 2 && t.compression <= 4 }

// ratio is the most that one byte of the file can become.
func (t tiffTags) ratio() int64 {
	switch t.compression {
	case 5: // LZW
		return lzwRatio
	case 8, 32946: // deflate
		return deflateRatio
	case 32773: // PackBits
		return 128
	}
	if t.fax() {
		return 1 << 20 // a white line is a few bits
	}
	return 1
}
