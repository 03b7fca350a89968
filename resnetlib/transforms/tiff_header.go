package transforms

import (
	"encoding/binary"
	"errors"
	"fmt"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// Tags of TIFF that the decoder looks at.
const (
	tagWidth         = 256
	tagHeight        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagFillOrder     = 266
	tagStripOffsets  = 273
	tagOrientation   = 274
	tagSamples       = 277
	tagRowsPerStrip  = 278
	tagStripCounts   = 279
	tagPlanar        = 284
	tagFaxOptions    = 292
	tagPredictor     = 317
	tagColourMap     = 320
	tagTileWidth     = 322
	tagTileHeight    = 323
	tagTileOffsets   = 324
	tagTileCounts    = 325
	tagExtraSamples  = 338
	tagSampleFormat  = 339
	tagJPEGTables    = 347
	tiffShort        = 3
	tiffLong         = 4
	tiffLong8        = 16
	maxTIFFSide      = 1 << 30 // of pictures, strips and tiles; checkSize is far below
	maxTIFFSamples   = 16      // a pixel; the most that a scanner's file has is 6
	maxLooseTileSide = 1024    // of tiles that are larger than the picture
)

// tiffFile is the first picture of a TIFF file.
type tiffFile struct {
	data  []byte
	order binary.ByteOrder
	tags  map[uint16]tiffValue

	width, height int
	bits, samples int // bits of a sample, samples of a pixel
	photometric   int
	compression   int
	planes        bool // each sample of a pixel lies in a plane of its own
	reversed      bool // the bits of a byte are stored from the lowest on
}

// tiffValue is what a tag holds: count elements of a type.
type tiffValue struct {
	order binary.ByteOrder
	kind  uint16
	count int
	raw   []byte
}

// tiffSizes are the bytes of an element, by its type; those of 16 and more are BigTIFF's.
var tiffSizes = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// at returns whole number i, or 0 where there is none.
func (v tiffValue) at(i int) uint64 {
	if i >= v.count {
		return 0
	}
	switch v.kind {
	case tiffShort:
		return uint64(v.order.Uint16(v.raw[2*i:]))
	case tiffLong:
		return uint64(v.order.Uint32(v.raw[4*i:]))
	case tiffLong8:
		return v.order.Uint64(v.raw[8*i:])
	}
	if tiffSizes[v.kind] == 1 {
		return uint64(v.raw[i])
	}
	return 0
}

// number returns a tag's first number, or missing where the file has no such tag. Numbers that no picture has become maxTIFFSide.
func (t *tiffFile) number(tag uint16, missing int) int {
	v := t.tags[tag]
	if v.count == 0 {
		return missing
	}
	return int(min(v.at(0), maxTIFFSide))
}

// readTIFFHeader reads the first directory. A value that lies behind the end of the file is an error, even one that the
// pixels do not depend on.
func readTIFFHeader(data []byte) (*tiffFile, error) {
	if len(data) < 16 {
		return nil, refuse.ErrTruncated
	}
	t := &tiffFile{data: data, order: binary.LittleEndian, tags: map[uint16]tiffValue{}}
	if data[0] == 'M' {
		t.order = binary.BigEndian
	}
	if err := t.readDirectory(t.order.Uint16(data[2:]) == 43); err != nil {
		return nil, err
	}
	t.width, t.height = t.number(tagWidth, 0), t.number(tagHeight, 0)
	t.bits, t.samples = t.number(tagBits, 1), t.number(tagSamples, 1)
	t.photometric, t.compression = t.number(tagPhotometric, whiteIsZero), t.number(tagCompression, tiffPlain)
	t.planes, t.reversed = t.number(tagPlanar, 1) == 2 && t.samples > 1, t.number(tagFillOrder, 1) == 2
	if t.jpeg() { // its decoder makes RGB of all that check lets pass
		t.photometricInJPEG()
	}
	return t, nil
}

// readDirectory reads the tags: entries of 12 bytes, or of 20 in BigTIFF, whose numbers of 8 bytes stand for those of 4.
func (t *tiffFile) readDirectory(big bool) error {
	inline := 4 // bytes of a value that stands in the entry itself
	at, entries := uint64(t.order.Uint32(t.data[4:])), uint64(0)
	if big {
		inline, at = 8, t.order.Uint64(t.data[8:])
	}
	if at > uint64(len(t.data)-inline) {
		return refuse.ErrTruncated
	}
	list := t.data[at:]
	if big {
		entries, list = t.order.Uint64(list), list[8:]
	} else {
		entries, list = uint64(t.order.Uint16(list)), list[2:]
	}
	size := 4 + 2*inline
	if entries > uint64(len(list)/size) {
		return refuse.ErrTruncated
	}
	for ; entries > 0; entries-- {
		if err := t.readEntry(list[:size], inline); err != nil {
			return err
		}
		list = list[size:]
	}
	return nil
}

// readEntry keeps one tag: 2 bytes its number, 2 its type, then the count and the value, or where it lies.
func (t *tiffFile) readEntry(entry []byte, inline int) error {
	v := tiffValue{order: t.order, kind: t.order.Uint16(entry[2:]), raw: entry[4+inline:]}
	if int(v.kind) >= len(tiffSizes) || tiffSizes[v.kind] == 0 {
		return nil // a type of the future, as the standard wants
	}
	long := func(b []byte) uint64 {
		if inline == 8 {
			return t.order.Uint64(b)
		}
		return uint64(t.order.Uint32(b))
	}
	count, length, elementSize := long(entry[4:]), uint64(len(t.data)), uint64(tiffSizes[v.kind])
	if count > length/elementSize {
		return refuse.ErrTruncated
	}
	if bytes := count * elementSize; bytes > uint64(inline) {
		at := long(v.raw)
		if at > length-bytes {
			return refuse.ErrTruncated
		}
		v.raw = t.data[at : at+bytes]
	}
	v.count = int(count)
	t.tags[t.order.Uint16(entry)] = v
	return nil
}

// check refuses, by its name, what is not read.
func (t *tiffFile) check() error {
	if err := t.checkCompression(); err != nil {
		return err
	}
	if name, known := photometrics[t.photometric]; known {
		return refuse.NotRead("colour as %s", name)
	}
	colours := t.colourSamples()
	switch {
	case t.width == 0 || t.height == 0:
		return errors.New("no size")
	case colours == 0:
		return refuse.NotRead("colour of kind %d", t.photometric)
	case t.samples < colours || t.samples > maxTIFFSamples:
		return fmt.Errorf("%d samples in a pixel", t.samples)
	case t.photometric <= blackIsZero && t.samples > 1 && t.bits == 16:
		return refuse.NotRead("grey of 16 bits with alpha")
	case t.photometric <= blackIsZero && t.samples > 1 && t.tags[tagExtraSamples].at(0) == 1:
		return refuse.NotRead("grey multiplied with its alpha")
	case t.planes && t.samples > colours && t.tags[tagExtraSamples].count == 0: // is it alpha, and multiplied? Readers differ.
		return refuse.NotRead("a picture with a plane that no tag explains")
	case t.photometric == paletted && t.tags[tagColourMap].count < 3<<min(t.bits, 8):
		return errors.New("its palette is too short")
	}
	return t.checkSamples()
}

// checkSamples refuses numbers that are not whole, and widths that are not read.
func (t *tiffFile) checkSamples() error {
	for i := range t.samples {
		if format := t.tags[tagSampleFormat].at(i); format > 1 {
			return refuse.NotRead("a picture of %s", map[uint64]string{2: "signed numbers", 3: "floating-point numbers"}[min(format, 3)])
		}
		if bits := t.tags[tagBits]; i < bits.count && int(min(bits.at(i), maxTIFFSide)) != t.bits {
			return refuse.NotRead("a pixel of samples of different widths")
		}
	}
	many := t.samples > 1 || t.photometric == rgbColours
	switch t.bits {
	case 8:
		return nil
	case 16:
		if t.photometric != paletted {
			return nil
		}
	case 1, 2, 4:
		if !many {
			return nil
		}
	}
	return refuse.NotRead("a picture of %d x %d bits a pixel", t.samples, t.bits)
}
