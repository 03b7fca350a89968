package compilecache

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/quick"
)

// Whatever differs in a list of fields gives another key: a byte, the order, or where one field ends.
func TestKeyTellsAllFieldsApart(t *testing.T) {
	differs := func(fields [][]byte, at uint16, change byte) bool {
		key := NewKey(fields...)
		if NewKey(fields...) != key {
			return false
		}
		others := [][][]byte{append(fields[:len(fields):len(fields)], nil)}
		if len(fields) > 1 {
			i := int(at) % (len(fields) - 1)
			if a, b := fields[i], fields[i+1]; len(b) > 0 { // the first byte of b moves to a
				moved := append([][]byte(nil), fields...)
				moved[i], moved[i+1] = append(bytes.Clone(a), b[0]), b[1:]
				others = append(others, moved)
			}
			if !bytes.Equal(fields[i], fields[i+1]) {
				swapped := append([][]byte(nil), fields...)
				swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
				others = append(others, swapped)
			}
		}
		for i, field := range fields {
			if len(field) > 0 && change != 0 {
				changed := append([][]byte(nil), fields...)
				changed[i] = bytes.Clone(field)
				changed[i][int(at)%len(field)] ^= change
				others = append(others, changed)
			}
		}
		for _, other := range others {
			if NewKey(other...) == key {
				return false
			}
		}
		return true
	}
	if err := quick.Check(differs, nil); err != nil {
		t.Error(err)
	}
}

// A key is the same in every process and version of this program, or nobody would find what another stored.
func TestKeyIsStable(t *testing.T) {
	const want = "b230f082"
	e := (&Cache{dir: "dir"}).Entry(NewKey([]byte("program"), nil, []byte("options")))
	if got := filepath.Base(e.path(""))[:8]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestInspectAndClearNothing(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	if c, err := Inspect(none); err != nil || c != (Contents{}) {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := Clear(none); err != nil || c != (Contents{}) {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("looking made the folder")
	}
}

// What passes is exactly what was written for the key.
func FuzzReadPayload(f *testing.F) {
	key := NewKey([]byte("program"))
	good := append(newHeader(key, []byte("machine code")), "machine code"...)
	f.Add(good)
	f.Add(good[:headerSize])
	f.Add(good[:3])
	f.Add(append(newHeader(key, nil), good[headerSize:]...))
	huge := bytes.Clone(good)
	huge[headerSize-1-32] = 0xff
	f.Add(huge)
	f.Fuzz(func(t *testing.T, data []byte) {
		payload, err := readPayload(bytes.NewReader(data), int64(len(data)), key)
		if err != nil {
			return
		}
		if len(payload) == 0 || !bytes.Equal(data, append(newHeader(key, payload), payload...)) {
			t.Errorf("%d bytes passed that were never written", len(data))
		}
	})
}
