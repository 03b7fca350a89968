package transforms

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"

	"resnetlab/resnetlib/transforms/internal/refuse"
	"resnetlab/resnetlib/transforms/jpeg"
)

// Compressions that are read.
const (
	tiffPlain      = 1
	tiffGroup3     = 3
	tiffGroup4     = 4
	tiffLZW        = 5
	tiffJPEG       = 7
	tiffDeflate    = 8
	tiffOldDeflate = 32946
	tiffPackBits   = 32773
)

// compressions names those that are not read.
var compressions = map[int]string{2: "modified Huffman", 6: "the old kind of JPEG", 9: "JBIG", 10: "JBIG", 32771: "word-aligned runs", 32809: "ThunderScan",
	33003: "JPEG 2000", 33005: "JPEG 2000", 34676: "SGI Log", 34677: "SGI Log", 34712: "JPEG 2000", 34887: "LERC", 34892: "lossy JPEG of a camera's raw data", 34925: "LZMA",
	50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL"}

// decompress returns at least need bytes of a block of width x rows pixels, or fewer where the block ends early. What it allocates
// is bounded by need and by what packed can become.
func (t *tiffFile) decompress(packed []byte, width, rows, need int) ([]byte, error) {
	switch t.compression {
	case tiffPlain:
		return packed, nil
	case tiffGroup3, tiffGroup4:
		return t.fax(packed, width, rows, need)
	case tiffLZW:
		return readUpTo(lzw.NewReader(bytes.NewReader(packed), lzw.MSB, 8), need)
	case tiffDeflate, tiffOldDeflate:
		r, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			return nil, err
		}
		return readUpTo(r, need)
	case tiffPackBits:
		return unpackBits(packed, need)
	case tiffJPEG:
		return t.jpegBlock(packed, width, rows)
	}
	return nil, t.checkCompression()
}

// checkCompression refuses, by its name, a compression that decompress does not know.
func (t *tiffFile) checkCompression() error {
	switch t.compression {
	case tiffPlain, tiffGroup3, tiffGroup4, tiffLZW, tiffJPEG, tiffDeflate, tiffOldDeflate, tiffPackBits:
		return nil
	}
	if name := compressions[t.compression]; name != "" {
		return refuse.NotRead("compression by %s", name)
	}
	return refuse.NotRead("compression of kind %d", t.compression)
}

func readUpTo(r io.Reader, n int) ([]byte, error) { return io.ReadAll(io.LimitReader(r, int64(n))) }

// fax reads black and white. Runs of white are zeros, as in libtiff, whatever these mean in the picture.
func (t *tiffFile) fax(packed []byte, width, rows, need int) ([]byte, error) {
	const twoDimensional = 1
	format := ccitt.SubFormat(ccitt.Group4)
	if t.compression == tiffGroup3 {
		format = ccitt.Group3
		if t.number(tagFaxOptions, 0)&twoDimensional != 0 {
			return nil, refuse.NotRead("compression by two-dimensional fax (T.4)")
		}
	}
	if t.bits != 1 || t.samples != 1 {
		return nil, errors.New("a fax in colour")
	}
	return readUpTo(ccitt.NewReader(bytes.NewReader(packed), ccitt.MSB, format, width, rows, &ccitt.Options{Invert: true}), need)
}

// unpackBits undoes PackBits (TIFF 6.0, section 9): a signed byte n, then n+1 bytes as they are, or one byte 1-n times.
func unpackBits(packed []byte, need int) (out []byte, err error) {
	for len(packed) >= 2 && len(out) < need {
		n := int(int8(packed[0]))
		packed = packed[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(packed))
			out = append(out, packed[:n]...)
			packed = packed[n:]
		case n != -128: // which stands for nothing
			out = append(out, bytes.Repeat(packed[:1], 1-n)...)
			packed = packed[1:]
		}
	}
	return out, nil
}

func (t *tiffFile) jpeg() bool { return t.compression == tiffJPEG }

// photometricInJPEG makes RGB of what package jpeg makes RGB of.
func (t *tiffFile) photometricInJPEG() {
	grey, colour := t.photometric == blackIsZero && t.samples == 1, (t.photometric == rgbColours || t.photometric == ycbcr) && t.samples == 3
	if t.bits == 8 && !t.planes && (grey || colour) {
		t.photometric, t.samples = rgbColours, 3
	}
}

// jpegBlock decodes a block that is a JPEG of its own, but for the tables that all blocks share (TIFF Technical Note 2). The photometric
// tag says whether its colours are YCbCr, so an Adobe marker, which package jpeg believes, is put in.
func (t *tiffFile) jpegBlock(packed []byte, width, rows int) ([]byte, error) {
	if t.photometric != rgbColours || t.samples != 3 {
		return nil, refuse.NotRead("JPEG in colours other than grey, RGB and YCbCr")
	}
	if len(packed) < 4 || binary.BigEndian.Uint16(packed) != 0xffd8 {
		return nil, errors.New("a block is no JPEG")
	}
	transform := byte(1)
	if t.number(tagPhotometric, ycbcr) == rgbColours {
		transform = 0
	}
	file := slices.Concat([]byte("\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"), []byte{transform})
	if tables := t.tags[tagJPEGTables].raw; len(tables) > 4 {
		file = append(file, tables[2:len(tables)-2]...) // between start and end of image
	}
	file = append(file, packed[2:]...)
	switch w, h, err := jpeg.DecodeConfig(file); {
	case err != nil:
		return nil, err
	case w != width || h < rows || h > rows+maxLooseTileSide:
		return nil, errors.New("a block of another size than its picture says")
	}
	p, err := jpeg.Decode(file)
	if err != nil {
		return nil, err
	}
	return p.Pix, nil
}

// ratio is the most that one byte of the file can become.
func (t *tiffFile) ratio() int64 {
	switch t.compression {
	case tiffLZW:
		return lzwRatio
	case tiffDeflate, tiffOldDeflate, tiffJPEG: // JPEG: blocks of 64 pixels in 2 bits
		return deflateRatio
	case tiffPackBits:
		return 64
	case tiffGroup3, tiffGroup4:
		return 1 << 20 // a white line is a few bits
	}
	return 1
}
