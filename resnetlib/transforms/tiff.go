package transforms

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"

	"golang.org/x/image/tiff"
)

func decodeTIFF(data []byte) (*RGB, error) {
	config, err := tiff.DecodeConfig(bytes.NewReader(data))
	if err == nil {
		// Grey and RGB of 8 bits or more; with less than a byte a pixel the bound is only less tight.
		need := int64(config.Width) * int64(config.Height) / 8
		err = checkSize(config.Width, config.Height, need, tiffRatio(data)*int64(len(data)))
	}
	if err != nil {
		return nil, fmt.Errorf("TIFF: %w", noEOF(err))
	}
	m, err := tiff.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("TIFF: %w", noEOF(err))
	}
	if grey, ok := m.(*image.Gray16); ok {
		return clipGrey16(grey), nil
	}
	return FromImage(m), nil
}

// tiffRatio is the most that one byte of the file's first picture can become, by its compression tag.
func tiffRatio(data []byte) int64 {
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	const compression, entrySize = 259, 12
	at := int64(order.Uint32(data[4:])) // tiff.DecodeConfig has read this directory
	for entries := data[at+2:]; len(entries) >= entrySize; entries = entries[entrySize:] {
		if order.Uint16(entries) != compression {
			continue
		}
		switch order.Uint16(entries[8:]) {
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
	return 1
}
