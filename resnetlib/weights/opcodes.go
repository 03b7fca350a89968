package weights

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
)

// opcodes is the allow-list. An opcode that is not here ends the reading: among them are all that make objects of
// classes (INST, OBJ, NEWOBJ, EXT) and the text opcodes of protocol 0, which torch.save never writes.
var opcodes = [256]func(u *unpickler){
	opProto: func(u *unpickler) {
		if v := u.byte(); v < minProtocol || v > maxProtocol {
			u.fail("protocol %d, and %d to %d are known", v, minProtocol, maxProtocol)
		}
	},
	0x95: func(u *unpickler) { // FRAME
		if n := u.uint64(); n > uint64(len(u.data)-u.pos) {
			u.fail("a frame of %d bytes, and %d are left", n, len(u.data)-u.pos)
		}
	},

	// Stack and memo.
	'(': func(u *unpickler) { u.marks = append(u.marks, len(u.stack)) },
	'0': func(u *unpickler) { u.pop() },
	'1': func(u *unpickler) { u.popMark() },
	'2': func(u *unpickler) { u.push(u.top()) },
	'h': func(u *unpickler) { u.fromMemo(uint32(u.byte())) },
	'j': func(u *unpickler) { u.fromMemo(u.uint32()) },
	'q': func(u *unpickler) { u.memo[uint32(u.byte())] = u.top() },
	'r': func(u *unpickler) { u.memo[u.uint32()] = u.top() },
	0x94: func(u *unpickler) { // MEMOIZE
		u.memo[uint32(len(u.memo))] = u.top()
	},

	// Plain values.
	'N':  func(u *unpickler) { u.push(nil) },
	0x88: func(u *unpickler) { u.push(true) },
	0x89: func(u *unpickler) { u.push(false) },
	'J':  func(u *unpickler) { u.push(int64(int32(u.uint32()))) },
	'K':  func(u *unpickler) { u.push(int64(u.byte())) },
	'M':  func(u *unpickler) { u.push(int64(u.uint16())) },
	0x8a: func(u *unpickler) { u.long(uint64(u.byte())) },   // LONG1
	0x8b: func(u *unpickler) { u.long(uint64(u.uint32())) }, // LONG4
	'G': func(u *unpickler) {
		if part := u.read(8); part != nil {
			u.push(math.Float64frombits(binary.BigEndian.Uint64(part)))
		}
	},
	'X':  func(u *unpickler) { u.push(u.text(uint64(u.uint32()))) }, // BINUNICODE
	0x8c: func(u *unpickler) { u.push(u.text(uint64(u.byte()))) },   // SHORT_BINUNICODE
	0x8d: func(u *unpickler) { u.push(u.text(u.uint64())) },         // BINUNICODE8
	'T':  func(u *unpickler) { u.push(u.text(uint64(u.uint32()))) }, // BINSTRING of Python 2, ASCII in what PyTorch wrote
	'U':  func(u *unpickler) { u.push(u.text(uint64(u.byte()))) },   // SHORT_BINSTRING
	'B':  func(u *unpickler) { u.push(u.bytes(uint64(u.uint32()))) },
	'C':  func(u *unpickler) { u.push(u.bytes(uint64(u.byte()))) },
	0x8e: func(u *unpickler) { u.push(u.bytes(u.uint64())) }, // BINBYTES8
	0x96: func(u *unpickler) { u.push(u.bytes(u.uint64())) }, // BYTEARRAY8

	// Containers.
	')':  func(u *unpickler) { u.push(tuple(nil)) },
	't':  func(u *unpickler) { u.push(tuple(u.popMark())) },
	0x85: func(u *unpickler) { u.push(u.popN(1)) },
	0x86: func(u *unpickler) { u.push(u.popN(2)) },
	0x87: func(u *unpickler) { u.push(u.popN(3)) },
	']':  func(u *unpickler) { u.push(&list{}) },
	'l':  func(u *unpickler) { u.push(&list{items: u.popMark()}) },
	'a':  func(u *unpickler) { u.appendItems(u.popN(1)) },
	'e':  func(u *unpickler) { u.appendItems(u.popMark()) },
	0x8f: func(u *unpickler) { u.push(&list{}) },            // EMPTY_SET: its members are never looked at
	0x90: func(u *unpickler) { u.appendItems(u.popMark()) }, // ADDITEMS
	'}':  func(u *unpickler) { u.push(&dict{}) },
	's':  func(u *unpickler) { u.setItems(u.popN(2)) },
	'u':  func(u *unpickler) { u.setItems(u.popMark()) },

	// Everything else a pickle can name: see globals.go.
	'c': func(u *unpickler) { // GLOBAL
		module := u.line()
		u.global(module, u.line())
	},
	0x93: func(u *unpickler) { // STACK_GLOBAL
		pair := u.popN(2)
		module, ok1 := pair[0].(string)
		name, ok2 := pair[1].(string)
		if !ok1 || !ok2 {
			u.fail("the name of a global is not a string")
		}
		u.global(module, name)
	},
	'R': (*unpickler).reduce,
	'b': (*unpickler).build,
	'Q': (*unpickler).persistent,
}

func (u *unpickler) fromMemo(i uint32) {
	value, ok := u.memo[i]
	if !ok {
		u.fail("recalls memo %d, which was never stored", i)
	}
	u.push(value)
}

// bytes copies n bytes of the stream.
func (u *unpickler) bytes(n uint64) []byte { return slices.Clone(u.read(n)) }

// long reads a signed little-endian integer of n bytes.
func (u *unpickler) long(n uint64) {
	if n > maxIntegerBytes {
		u.fail("an integer of %d bytes", n)
		return
	}
	part := u.bytes(n)
	slices.Reverse(part)
	value := new(big.Int).SetBytes(part)
	if len(part) > 0 && part[0] >= 0x80 {
		value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	if value.IsInt64() {
		u.push(value.Int64())
	} else {
		u.push(value)
	}
}

func (u *unpickler) appendItems(items []any) {
	target, ok := u.top().(*list)
	if !ok {
		u.fail("appends to something that is not a list")
		return
	}
	target.items = append(target.items, items...)
}

func (u *unpickler) setItems(items []any) {
	target, ok := u.top().(*dict)
	switch {
	case !ok:
		u.fail("sets a key of something that is not a dict")
		return
	case len(items)%2 != 0:
		u.fail("a key without a value")
		return
	}
	for i := 0; i < len(items); i += 2 {
		if err := target.set(items[i], items[i+1]); err != nil {
			u.fail("%w", err)
			return
		}
	}
}
