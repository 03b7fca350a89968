package transforms

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"golang.org/x/image/bmp"
)

func decodeBMP(data []byte) (*RGB, error) {
	config, err := bmp.DecodeConfig(bytes.NewReader(data))
	if err == nil {
		bits := int64(binary.LittleEndian.Uint16(data[28:])) // a pixel; run lengths are not read
		err = checkSize(config.Width, config.Height, int64(config.Width)*int64(config.Height)*bits/8, int64(len(data)))
	}
	if err != nil {
		return nil, fmt.Errorf("BMP: %w", noEOF(err))
	}
	m, err := bmp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("BMP: %w", noEOF(err))
	}
	return FromImage(m), nil
}
