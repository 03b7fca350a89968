package compilecache

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A file is a header of 80 bytes and the payload:
//
//	bytes  0 to  7  magic, with the version of this form
//	bytes  8 to 39  key
//	bytes 40 to 47  length of the payload, little endian
//	bytes 48 to 79  SHA-256 of the 48 bytes before and the payload
const (
	magic      = "rnxla\x00\x00\x01"
	headerSize = len(magic) + sha256.Size + 8 + sha256.Size
	sumAt      = headerSize - sha256.Size
)

// ErrDamaged matches errors about a file whose bytes are not those that were written.
var ErrDamaged = errors.New("damaged")

// newHeader returns the header of a payload's file.
func newHeader(key Key, payload []byte) []byte {
	header := append(make([]byte, 0, headerSize), magic...)
	header = append(header, key[:]...)
	header = binary.LittleEndian.AppendUint64(header, uint64(len(payload)))
	sum := checksum(header, payload)
	return append(header, sum[:]...)
}

// checksum returns the SHA-256 of the header's first 48 bytes and the payload.
func checksum(header, payload []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(header[:sumAt])
	h.Write(payload)
	return [sha256.Size]byte(h.Sum(nil))
}

// readPayload reads a file of size bytes and returns its payload. It returns [ErrDamaged] unless the file is exactly one that was written for key.
func readPayload(r io.Reader, size int64, key Key) ([]byte, error) {
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("%w: %d bytes, no whole header", ErrDamaged, size)
	}
	length := binary.LittleEndian.Uint64(header[sumAt-8:])
	switch {
	case string(header[:len(magic)]) != magic:
		return nil, fmt.Errorf("%w: not a compiled program of this version", ErrDamaged)
	case Key(header[len(magic):]) != key:
		return nil, fmt.Errorf("%w: compiled from another program", ErrDamaged)
	case length == 0 || length != uint64(size)-uint64(headerSize):
		return nil, fmt.Errorf("%w: %d bytes, its header says %d and %d", ErrDamaged, size, headerSize, length)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, fmt.Errorf("%w: shorter than its %d bytes", ErrDamaged, size)
	}
	if checksum(header, payload) != [sha256.Size]byte(header[sumAt:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrDamaged)
	}
	return payload, nil
}
