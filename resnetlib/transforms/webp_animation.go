package transforms

import (
	"encoding/binary"
	"errors"
	"slices"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// webpAnimated says whether the extended header's animation flag is set.
func webpAnimated(file []byte) bool {
	const animation = 2
	return len(file) >= 30 && string(file[12:16]) == "VP8X" && file[20]&animation != 0
}

// readWebPFrame reads the first frame of an animation and places it on the canvas. What the frame leaves free is black: as libwebp's
// WebPAnimDecoder, and so Pillow, the file's background colour is not looked at. The frame's alpha is dropped.
//
// A frame is 16 bytes (its place and its size, in numbers of 3 bytes, its duration and flags), then the chunks of a still picture.
func readWebPFrame(file, frame []byte) (*RGB, error) {
	width, height := 1+int(uint24(file[24:])), 1+int(uint24(file[27:]))
	if err := checkSize(width, height, 0, 0); err != nil {
		return nil, err
	}
	if len(frame) < 16 {
		return nil, refuse.ErrTruncated
	}
	left, top := 2*int(uint24(frame)), 2*int(uint24(frame[3:]))
	box := rect{top, left, 1 + int(uint24(frame[9:])), 1 + int(uint24(frame[6:]))}
	if !box.inside(height, width) {
		return nil, errors.New("a frame outside of its canvas")
	}
	for _, name := range []string{"VP8 ", "VP8L"} {
		body := chunk(frame[16:], name, binary.LittleEndian, 0, 4, 8)
		if body == nil {
			continue
		}
		p, err := readWebP(webpFile(name, body))
		if err != nil {
			return nil, err
		}
		if p.Width != box.width || p.Height != box.height {
			return nil, errors.New("a frame of another size than it says")
		}
		return Crop(p, -top, -left, height, width), nil
	}
	return nil, errors.New("a frame without a picture")
}

// webpFile returns a file of one chunk.
func webpFile(name string, body []byte) []byte {
	size := uint32(len(body))
	padded := size + size&1
	file := slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, 12+padded), []byte("WEBP"+name),
		binary.LittleEndian.AppendUint32(nil, size), body)
	return append(file, make([]byte, padded-size)...)
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
