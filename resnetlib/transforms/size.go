package transforms

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/image/webp"

	"resnetlab/resnetlib/transforms/jpeg"
)

// Size returns the size of the picture that [Decode] makes of a file, as its header has it; 0, 0 for a header that cannot be read, of which
// Decode says what is wrong. Only a GIF can become larger, where its frame sticks out of its screen.
func Size(file []byte) (width, height int) {
	var err error
	switch Format(file) {
	case "jpeg":
		width, height, err = jpeg.DecodeConfig(file)
	case "png":
		var h pngHeader
		h, err = readPNGHeader(file)
		width, height = h.width, h.height
	case "gif":
		width, height = gifSize(file)
	case "bmp":
		width, height = bmpSize(file)
	case "tiff":
		width, height = tiffSize(file)
	case "webp":
		width, height, err = webpSize(file)
	case "ppm":
		width, height, err = pnmSize(file)
	}
	if err != nil || width <= 0 || height <= 0 {
		return 0, 0
	}
	return width, height
}

func gifSize(file []byte) (width, height int) {
	if len(file) < 10 {
		return 0, 0
	}
	return int(binary.LittleEndian.Uint16(file[6:])), int(binary.LittleEndian.Uint16(file[8:]))
}

func bmpSize(file []byte) (width, height int) {
	b, err := readBMPHeader(file)
	if err != nil {
		return 0, 0
	}
	return b.width, b.height
}

// tiffSize exchanges the sides of a picture that Decode turns by 90 degrees.
func tiffSize(file []byte) (width, height int) {
	t, err := readTIFFHeader(file)
	if err != nil {
		return 0, 0
	}
	if orientation := t.tags[tagOrientation].at(0); orientation >= 5 && orientation <= 8 {
		return t.height, t.width
	}
	return t.width, t.height
}

func webpSize(file []byte) (width, height int, err error) {
	if webpAnimated(file) {
		return 1 + int(uint24(file[24:])), 1 + int(uint24(file[27:])), nil
	}
	config, err := webp.DecodeConfig(bytes.NewReader(file))
	return config.Width, config.Height, err
}

func pnmSize(file []byte) (width, height int, err error) {
	r := newPNM(file)
	err = r.readHeader()
	return r.width, r.height, err
}
