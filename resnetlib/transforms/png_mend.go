package transforms

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// mend returns the same picture as a PNG that image/png reads: the header, the palette if the colour type needs one, the rows
// without what lies behind the last one, and the end. All other chunks are left out, wherever they stand and whatever they hold:
// none of them changes a pixel of RGB. Cameras and editors write such files, and libpng reads them.
//
// A wrong checksum, rows that are missing and a file without its end remain errors.
func (h pngHeader) mend(data []byte) ([]byte, error) {
	var palette, compressed []byte
	before := "" // the chunk before
	for rest := data[len(pngSignature):]; ; {
		name, body, after, err := nextPNGChunk(rest)
		if err != nil {
			return nil, err
		}
		switch {
		case name == "IEND":
			return h.rebuild(data[:pngFirstChunks], palette, compressed)
		case name == "PLTE" && compressed == nil:
			palette = body
		case name == "IDAT" && (compressed == nil || before == "IDAT"): // later ones are no part of the picture
			compressed = append(compressed, body...)
		}
		rest, before = after, name
	}
}

// nextPNGChunk splits off a chunk: 4 bytes the length of its body, 4 its name, the body, 4 the checksum of name and body.
func nextPNGChunk(data []byte) (name string, body, after []byte, err error) {
	if len(data) < 12 {
		return "", nil, nil, refuse.ErrTruncated
	}
	n := int64(binary.BigEndian.Uint32(data))
	if n > int64(len(data)-12) {
		return "", nil, nil, refuse.ErrTruncated
	}
	checked := data[4 : 8+n]
	if crc32.ChecksumIEEE(checked) != binary.BigEndian.Uint32(data[8+n:]) {
		return "", nil, nil, errors.New("invalid checksum")
	}
	return string(checked[:4]), checked[4:], data[12+n:], nil
}

// rebuild writes the PNG from signature and header, palette and the compressed rows.
func (h pngHeader) rebuild(first, palette, compressed []byte) ([]byte, error) {
	if h.bitsPerPixel() == 0 {
		return nil, fmt.Errorf("colour type %d", h.colourType)
	}
	if h.colourType == pngPaletted && len(palette) < 3 {
		return nil, errors.New("no palette")
	}
	rows, err := h.inflate(compressed)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(bytes.Clone(first))
	if h.colourType == pngPaletted {
		writePNGChunk(out, "PLTE", palette[:min(len(palette), 3<<min(h.depth, 8))/3*3])
	}
	var stored bytes.Buffer
	w, err := zlib.NewWriterLevel(&stored, zlib.NoCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(rows); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	writePNGChunk(out, "IDAT", stored.Bytes())
	writePNGChunk(out, "IEND", nil)
	return out.Bytes(), nil
}

// inflate returns the picture's rows, each with the byte of its filter before it.
func (h pngHeader) inflate(compressed []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	need := h.rowBytes()
	rows, err := io.ReadAll(io.LimitReader(r, need))
	switch {
	case int64(len(rows)) == need: // whatever the matter is behind them
	case err != nil:
		return nil, err
	default:
		return nil, errors.New("not enough pixel data")
	}
	var behind [1]byte // the checksum is read with the end of the data, if they end here
	if _, err := r.Read(behind[:]); errors.Is(err, zlib.ErrChecksum) {
		return nil, err
	}
	return rows, nil
}

// rowBytes is the length of all rows. An interlaced picture is stored as seven smaller ones (PNG, section 8.2).
func (h pngHeader) rowBytes() (sum int64) {
	passes := [][4]int{{0, 0, 1, 1}} // first column, first row, steps
	if h.interlaced {
		passes = [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
	}
	for _, p := range passes {
		width, height := (h.width-p[0]+p[2]-1)/p[2], (h.height-p[1]+p[3]-1)/p[3]
		if width > 0 && height > 0 {
			sum += int64(height) * int64(1+(width*h.bitsPerPixel()+7)/8)
		}
	}
	return sum
}

func writePNGChunk(out *bytes.Buffer, name string, body []byte) {
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
	at := out.Len()
	out.WriteString(name)
	out.Write(body)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(out.Bytes()[at:])))
}
