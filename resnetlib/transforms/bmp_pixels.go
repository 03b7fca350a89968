package transforms

import (
	"encoding/binary"
	"math/bits"
)

func (b *bmpFile) decode() (*RGB, error) {
	stride := (int64(b.width)*int64(b.bits) + 31) / 32 * 4
	need, most := stride*int64(b.height), int64(len(b.pixels))
	if b.runs() {
		need, most = int64(b.width)*int64(b.height), bmpRLERatio*most
	}
	if err := checkSize(b.width, b.height, need, most); err != nil {
		return nil, err
	}
	pixels := b.pixels
	if b.runs() {
		var err error
		if pixels, err = b.expandRuns(); err != nil {
			return nil, err
		}
		b.bits, stride = 8, int64(b.width)
	}
	out := NewRGB(b.width, b.height)
	for y := range b.height {
		at := y
		if !b.topDown {
			at = b.height - 1 - y
		}
		b.unpackRow(out.row(y), pixels[int64(at)*stride:])
	}
	return out, nil
}

// unpackRow turns one row of the file into RGB.
func (b *bmpFile) unpackRow(to, from []byte) {
	channels := [3]bmpChannel{newBMPChannel(b.masks[0]), newBMPChannel(b.masks[1]), newBMPChannel(b.masks[2])}
	for x := range b.width {
		px := to[3*x : 3*x+3 : 3*x+3]
		var v uint32
		switch b.bits {
		case 24:
			px[0], px[1], px[2] = from[3*x+2], from[3*x+1], from[3*x]
			continue
		case 16:
			v = uint32(binary.LittleEndian.Uint16(from[2*x:]))
		case 32:
			v = binary.LittleEndian.Uint32(from[4*x:])
		default:
			perByte := 8 / b.bits
			index := from[x/perByte] >> (8 - b.bits*(x%perByte+1)) & (1<<b.bits - 1)
			copy(px, b.palette[index][:])
			continue
		}
		px[0], px[1], px[2] = channels[0].of(v), channels[1].of(v), channels[2].of(v)
	}
}

// bmpChannel is where a colour lies in a pixel.
type bmpChannel struct{ mask, shift, largest uint32 }

func newBMPChannel(mask uint32) bmpChannel {
	if mask == 0 {
		return bmpChannel{largest: 1}
	}
	shift := uint32(bits.TrailingZeros32(mask))
	return bmpChannel{mask: mask, shift: shift, largest: mask >> shift}
}

// of brings the colour to 8 bits, rounding down as Pillow does.
func (c bmpChannel) of(pixel uint32) uint8 {
	return uint8(uint64(pixel&c.mask>>c.shift) * 255 / uint64(c.largest))
}
