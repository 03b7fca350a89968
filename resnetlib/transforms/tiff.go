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
	ratio, err := tiffRatio(data)
	if err != nil {
		return nil, err
	}
	// A bit a pixel is the least; for more the bound is only less tight.
	need := int64(config.Width) * int64(config.Height) / 8
	if err := checkSize(config.Width, config.Height, need, ratio*int64(len(data))); err != nil {
		return nil, err
	}
	m, err := tiff.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if grey, ok := m.(*image.Gray16); ok {
		return clipGrey16(grey), nil
	}
	return FromImage(m), nil
}

// tiffRatio is the most that one byte of the file's first picture can become, by its compression tag. A value that
// lies behind the end of the file is an error, even one that the pixels do not depend on.
func tiffRatio(data []byte) (int64, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	const compression, entrySize = 259, 12
	sizes := [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
	ratio := int64(1)
	at := int64(order.Uint32(data[4:])) // tiff.DecodeConfig has read this directory
	entries := data[at+2:]
	for range order.Uint16(data[at:]) {
		if len(entries) < entrySize {
			return 0, errTruncated
		}
		kind := int(order.Uint16(entries[2:]))
		if kind < len(sizes) {
			size := sizes[kind] * int64(order.Uint32(entries[4:]))
			if size > 4 && int64(order.Uint32(entries[8:]))+size > int64(len(data)) {
				return 0, errTruncated
			}
		}
		if order.Uint16(entries) == compression {
			ratio = compressionRatio(order.Uint16(entries[8:]))
		}
		entries = entries[entrySize:]
	}
	return ratio, nil
}

func compressionRatio(tag uint16) int64 {
	switch tag {
	case 1: // none
		return 1
	case 5: // LZW
		return lzwRatio
	case 8, 32946: // deflate
		return deflateRatio
	case 32773: // PackBits
		return 128
	}
	return 1 << 20 // fax: a white line is a few bits
}
