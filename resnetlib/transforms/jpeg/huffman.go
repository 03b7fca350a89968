package jpeg

import (
	"encoding/binary"
	"errors"
)

const (
	lookahead  = 9  // bits of a code found in one step
	valueBits  = 10 // bits of a code with its value found in one step
	valueEnd   = 1 << 15
	valueShift = 16
)

// huffman is a decoding table.
type huffman struct {
	lookup [1 << lookahead]uint16 // length<<8 | symbol; 0: the code is longer

	// value also holds the coefficient that follows an AC code, where both fit: coefficient<<16 | end<<15 | run<<8 |
	// bits in all; 0: they don't fit.
	value [1 << valueBits]int32

	maxCode [18]int32 // largest code of each length, -1 for none
	offset  [18]int32 // from a code to its symbol's index
	symbols [256]uint8
}

func newHuffman(counts [16]uint8, symbols []uint8, dc bool) (*huffman, error) {
	h := new(huffman)
	copy(h.symbols[:], symbols)
	code, index := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		h.maxCode[length] = -1
		if n > 0 {
			if code+n > 1<<length {
				return nil, errors.New("a Huffman table has more codes than their length allows")
			}
			h.offset[length] = index - code
			h.maxCode[length] = code + n - 1
			h.fillLookup(code, index, n, length)
		}
		code, index = (code+n)<<1, index+n
	}
	h.maxCode[17] = 1 << 30 // ends every search
	if dc {
		for _, s := range symbols {
			if s > 15 {
				return nil, errors.New("a Huffman table has a DC difference of more than 15 bits")
			}
		}
	} else {
		h.fillValues()
	}
	return h, nil
}

func (h *huffman) fillLookup(code, index, n int32, length int) {
	if length > lookahead {
		return
	}
	spare := lookahead - length
	for i := range n {
		entry := uint16(length)<<8 | uint16(h.symbols[index+i])
		from := (code + i) << spare
		for j := range int32(1) << spare {
			h.lookup[from+j] = entry
		}
	}
}

func (h *huffman) fillValues() {
	for i := range h.value {
		entry := h.lookup[i>>(valueBits-lookahead)]
		length, symbol := int(entry>>8), int(entry&255)
		run, size := symbol>>4, symbol&15
		switch {
		case length == 0 || length+size > valueBits:
		case symbol == 0:
			h.value[i] = valueEnd | int32(length)
		case size != 0:
			raw := int32(i>>(valueBits-length-size)) & (1<<size - 1)
			h.value[i] = extend(raw, size)<<valueShift | int32(run<<8|length+size)
		}
	}
}

// extend turns the bits after a code into a signed value (T.81 figure F.12).
func extend(raw int32, size int) int32 {
	if raw < 1<<size>>1 {
		raw += -1<<size + 1
	}
	return raw
}

// bitReader reads a scan's bits. After the data it gives zeros, as libjpeg does.
type bitReader struct {
	data []byte
	pos  int
	acc  uint64 // the next bits, from the top
	n    int    // how many of them are real; negative after reading past the end
	end  bool   // pos is at a marker or at the end of the file
}

// fill makes at least 48 bits available, unless the data ends.
func (b *bitReader) fill() {
	if b.pos+8 <= len(b.data) {
		next := binary.BigEndian.Uint64(b.data[b.pos:])
		// No byte is 0xFF: the usual case, taken in one step.
		if inverse := ^next; (inverse-0x0101010101010101)&next&0x8080808080808080 == 0 && b.n >= 0 {
			b.acc |= next >> b.n
			take := (64 - b.n) >> 3
			b.pos += take
			b.n += take << 3
			return
		}
	}
	b.fillSlowly()
}

func (b *bitReader) fillSlowly() {
	for b.n <= 56 && !b.end {
		if b.pos >= len(b.data) {
			b.end = true
			return
		}
		c := b.data[b.pos]
		if c == 0xff {
			next := b.pos + 1
			for next < len(b.data) && b.data[next] == 0xff {
				next++ // fill bytes
			}
			if next >= len(b.data) || b.data[next] != 0 {
				b.end = true
				return
			}
			b.pos = next
		}
		b.pos++
		if b.n >= 0 {
			b.acc |= uint64(c) << (56 - b.n)
		}
		b.n += 8
	}
}

// need makes sure that k <= 32 bits can be read.
func (b *bitReader) need(k int) {
	if b.n < k {
		b.fill()
	}
}

// take reads k bits, 0 to 16; need must have been called.
func (b *bitReader) take(k int) int32 {
	v := int32(b.acc >> 1 >> (63 - k))
	b.acc <<= k
	b.n -= k
	return v
}

// decode reads one symbol; 16 more bits can be taken after it.
func (b *bitReader) decode(h *huffman) uint8 {
	b.need(33)
	if e := h.lookup[b.acc>>(64-lookahead)]; e != 0 {
		b.acc <<= e >> 8
		b.n -= int(e >> 8)
		return uint8(e)
	}
	return b.decodeLong(h)
}

func (b *bitReader) decodeLong(h *huffman) uint8 {
	length := lookahead + 1
	for int32(b.acc>>(64-length)) > h.maxCode[length] {
		length++
	}
	code := int32(b.acc >> (64 - length))
	b.acc <<= length
	b.n -= length
	if length > 16 {
		return 0 // no such code; libjpeg takes 0 with a warning
	}
	return h.symbols[uint8(code+h.offset[length])]
}
