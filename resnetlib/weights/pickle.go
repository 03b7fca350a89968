package weights

import (
	"fmt"
	"unicode/utf8"

	"resnetlab/internal/printable"
)

// unpickler is a pickle machine for what torch.save writes. It differs from Python's in what it cannot do: only the
// opcodes of the table in opcodes.go exist (those that the binary protocols 2 to 5 use for plain values), a global is looked up
// in an allow-list and nowhere else, and a call can only reach the functions of that list, which build tensors and
// containers. The format: Python's Lib/pickletools.py.
//
// The first error stays in err and ends the run; the methods give zero values from then on.
type unpickler struct {
	data           []byte
	pos            int
	stack          []any
	marks          []int // heights of the stack
	memo           map[uint32]any
	steps          int // opcodes of this pickle, and values that functions have copied
	persistentLoad func(id tuple) (*storage, error)
	err            error
}

// What the stack holds, besides nil, bool, int64, *big.Int, float64, string and []byte:
type (
	tuple []any
	list  struct{ items []any }
	// dict keeps the order in which keys were set, as Python's does.
	dict struct {
		keys   []any
		values []any
		index  map[any]int
		// attributes are what BUILD sets on an OrderedDict; a state dict has its _metadata there.
		attributes *dict
		ordered    bool // an OrderedDict
	}
)

// Opcodes at the ends of a pickle.
const (
	opProto = 0x80 // first byte of protocol 2 and later
	opStop  = '.'
)

const minProtocol, maxProtocol = 2, 5

// load runs one pickle from pos to its STOP.
func (u *unpickler) load() (any, error) {
	u.stack, u.marks, u.memo, u.steps = nil, nil, map[uint32]any{}, 0
	for ; u.err == nil; u.steps++ {
		op := u.byte()
		switch {
		case u.err != nil:
		case u.steps >= maxPickleSteps:
			u.fail("more than %d opcodes", maxPickleSteps)
		case u.steps == 0 && op != opProto:
			u.fail("does not begin as a pickle of protocol 2 or later")
		case op == opStop:
			return u.result()
		case opcodes[op] == nil:
			u.fail("opcode 0x%02x at byte %d is not allowed", op, u.pos-1)
		default:
			opcodes[op](u)
		}
	}
	return nil, fmt.Errorf("pickle: %w", u.err)
}

func (u *unpickler) result() (any, error) {
	value := u.pop()
	if u.err == nil && len(u.stack) != 0 {
		u.fail("%d values are left on the stack", len(u.stack))
	}
	if u.err != nil {
		return nil, fmt.Errorf("pickle: %w", u.err)
	}
	return value, nil
}

func (u *unpickler) fail(format string, args ...any) {
	if u.err == nil {
		u.err = fmt.Errorf(format, args...)
	}
}

// read returns the next n bytes of the stream, which are not copied.
func (u *unpickler) read(n uint64) []byte {
	if u.err != nil {
		return nil
	}
	if n > uint64(len(u.data)-u.pos) {
		u.fail("ends in the middle: %d bytes wanted at byte %d of %d", n, u.pos, len(u.data))
		return nil
	}
	part := u.data[u.pos : u.pos+int(n)]
	u.pos += int(n)
	return part
}

func (u *unpickler) byte() byte {
	if part := u.read(1); part != nil {
		return part[0]
	}
	return 0
}

func (u *unpickler) uint16() uint16 {
	if part := u.read(2); part != nil {
		return little.Uint16(part)
	}
	return 0
}

func (u *unpickler) uint32() uint32 {
	if part := u.read(4); part != nil {
		return little.Uint32(part)
	}
	return 0
}

func (u *unpickler) uint64() uint64 {
	if part := u.read(8); part != nil {
		return little.Uint64(part)
	}
	return 0
}

// text reads n bytes of UTF-8.
func (u *unpickler) text(n uint64) string {
	part := u.read(n)
	if !utf8.Valid(part) {
		u.fail("a string that is not UTF-8: %.40q", part)
	}
	return string(part)
}

// line reads up to the end of the line, which is not part of the result.
func (u *unpickler) line() string {
	const longest = 256
	for n, c := range u.data[u.pos:min(len(u.data), u.pos+longest)] {
		if c == '\n' {
			line := u.text(uint64(n))
			u.pos++
			return line
		}
	}
	u.fail("a name that does not end")
	return ""
}

func (u *unpickler) push(v any) { u.stack = append(u.stack, v) }

// floor returns the height below which the stack belongs to whoever set the last mark.
func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}

func (u *unpickler) pop() any {
	if len(u.stack) <= u.floor() {
		u.fail("takes a value from an empty stack")
		return nil
	}
	value := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return value
}

func (u *unpickler) top() any {
	value := u.pop()
	if u.err == nil {
		u.push(value)
	}
	return value
}

// popMark takes everything above the last mark, and the mark.
func (u *unpickler) popMark() []any {
	if len(u.marks) == 0 {
		u.fail("goes back to a mark that was never set")
		return nil
	}
	floor := u.floor()
	items := append([]any(nil), u.stack[floor:]...)
	u.stack = u.stack[:floor]
	u.marks = u.marks[:len(u.marks)-1]
	return items
}

// popN takes n values, the deepest first.
func (u *unpickler) popN(n int) tuple {
	items := make(tuple, n)
	for i := n - 1; i >= 0; i-- {
		items[i] = u.pop()
	}
	return items
}

// set adds a key. A pickle never writes one twice; in a file that does, two readers could see two networks.
func (d *dict) set(key, value any) error {
	switch key.(type) {
	case nil, bool, int64, float64, string:
	default:
		return fmt.Errorf("a key of a dict is %s", kindOf(key))
	}
	if _, ok := d.index[key]; ok {
		return fmt.Errorf("key %s is in a dict twice", printable.Short(fmt.Sprint(key)))
	}
	if d.index == nil {
		d.index = map[any]int{}
	}
	d.index[key] = len(d.keys)
	d.keys = append(d.keys, key)
	d.values = append(d.values, value)
	return nil
}

func (d *dict) get(key string) (any, bool) {
	if d == nil {
		return nil, false
	}
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	return d.values[i], true
}

// kindOf names a value's Python type for an error.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a string"
	case []byte:
		return "bytes"
	case tuple:
		return "a tuple"
	case *list:
		return "a list"
	case *dict:
		return "a dict"
	case *view:
		return "a tensor"
	case *storage:
		return "a storage"
	case global:
		return printable.Short(v.String())
	}
	return "an integer of more than 64 bits"
}
