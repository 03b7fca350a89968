package transforms

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// tiffBlocks says how the picture is cut: into strips as wide as itself, or into tiles. Each block is compressed on its own.
type tiffBlocks struct {
	width, height   int // of a block; the last strip is lower, the last tiles are filled up
	across, down    int
	offsets, counts tiffValue
	perPixel        int // samples of a pixel in one block
}

func (t *tiffFile) blocks() (b tiffBlocks, err error) {
	b = tiffBlocks{width: t.width, height: min(t.number(tagRowsPerStrip, t.height), t.height),
		offsets: t.tags[tagStripOffsets], counts: t.tags[tagStripCounts], perPixel: t.samples}
	if t.planes {
		b.perPixel = 1
	}
	if t.tags[tagTileWidth].count > 0 {
		b.width, b.height = t.number(tagTileWidth, 0), t.number(tagTileHeight, 0)
		b.offsets, b.counts = t.tags[tagTileOffsets], t.tags[tagTileCounts]
		if b.width > max(t.width, maxLooseTileSide) || b.height > max(t.height, maxLooseTileSide) {
			return b, errors.New("tiles far larger than the picture")
		}
	}
	if b.width == 0 || b.height == 0 {
		return b, errors.New("blocks without a size")
	}
	b.across, b.down = (t.width+b.width-1)/b.width, (t.height+b.height-1)/b.height
	return b, nil
}

// unpack returns the samples that colours needs: 8 bits each, kept of each pixel side by side.
func (t *tiffFile) unpack() ([]uint8, error) {
	b, err := t.blocks()
	if err != nil {
		return nil, err
	}
	planes := 1
	if t.planes {
		planes = t.kept()
	}
	if have := b.offsets.count / planes; have/b.across < b.down {
		return nil, fmt.Errorf("it lists %d blocks of %d", have, b.across*b.down)
	}
	out := make([]uint8, t.width*t.height*t.kept())
	for i := range planes * b.across * b.down {
		plane, x, y := i/b.across/b.down, i%b.across*b.width, i/b.across%b.down*b.height
		rows := min(b.height, t.height-y)
		data, err := t.block(b, i, rows)
		if err != nil {
			return nil, err
		}
		rowBytes := len(data) / rows
		for r := range rows {
			to := out[((y+r)*t.width+x)*t.kept():]
			t.unpackRow(to, data[r*rowBytes:(r+1)*rowBytes], min(b.width, t.width-x), b.perPixel, plane)
		}
	}
	return out, nil
}

// unpackRow puts the first samples of width pixels, of perPixel each, into a row of kept samples each, from the plane's on.
func (t *tiffFile) unpackRow(to, row []uint8, width, perPixel, plane int) {
	kept := t.kept()
	n := min(perPixel, kept)
	if t.bits == 8 && perPixel == kept {
		copy(to, row[:width*n])
		return
	}
	for x := range width {
		for s := range n {
			to[x*kept+plane+s] = t.sample(row, x*perPixel+s)
		}
	}
}

// sample returns sample i of a row as 8 bits.
func (t *tiffFile) sample(row []uint8, i int) uint8 {
	switch t.bits {
	case 8:
		return row[i]
	case 16:
		v := t.order.Uint16(row[2*i:])
		if t.photometric <= blackIsZero {
			return uint8(min(v, 255))
		}
		return uint8(v >> 8)
	}
	perByte := 8 / t.bits
	return row[i/perByte] >> (8 - t.bits*(i%perByte+1)) & (1<<t.bits - 1)
}

// block returns the bytes of the first rows of block i.
func (t *tiffFile) block(b tiffBlocks, i, rows int) ([]byte, error) {
	rowBytes := (b.width*b.perPixel*t.bits + 7) / 8
	need, length := uint64(rowBytes*rows), uint64(len(t.data))
	at, n := b.offsets.at(i), b.counts.at(i)
	if t.compression == tiffPlain {
		n = need // as Pillow, whatever the count says
	}
	if at > length || n > length-at {
		return nil, refuse.ErrTruncated
	}
	packed := t.data[at : at+n]
	if t.reversed {
		packed = reverseBits(packed)
	}
	data, err := t.decompress(packed, b.width, rows, int(need))
	if err != nil {
		return nil, err
	}
	if uint64(len(data)) < need {
		return nil, refuse.ErrTruncated
	}
	return t.undoPredictor(data[:need], rowBytes, b.perPixel)
}

func reverseBits(from []byte) []byte {
	to := make([]byte, len(from))
	for i, v := range from {
		to[i] = bits.Reverse8(v)
	}
	return to
}

// undoPredictor adds to each sample the one before it in its row, where the file stores differences (TIFF 6.0, section 14).
// As in libtiff, the tag means nothing but with LZW and deflate: cameras and microscopes leave it behind in plain files.
func (t *tiffFile) undoPredictor(data []byte, rowBytes, perPixel int) ([]byte, error) {
	predictor := t.number(tagPredictor, 1)
	if predictor == 1 || t.compression != tiffLZW && t.compression != tiffDeflate && t.compression != tiffOldDeflate {
		return data, nil
	}
	if predictor != 2 || t.bits < 8 {
		return nil, refuse.NotRead("predictor %d with samples of %d bits", predictor, t.bits)
	}
	step := perPixel * t.bits / 8
	for row := range slices.Chunk(data, rowBytes) {
		for i := step; i < rowBytes; i += t.bits / 8 {
			if t.bits == 8 {
				row[i] += row[i-step]
			} else {
				t.order.PutUint16(row[i:], t.order.Uint16(row[i:])+t.order.Uint16(row[i-step:]))
			}
		}
	}
	return data, nil
}
