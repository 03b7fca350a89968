package featurecache

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
)

// rowStore keeps rows of equal length by number.
type rowStore interface {
	put(at int, row []float32) error
	get(at int, row []float32) error // fills row with what was put
	close() error
}

// memory keeps rows in memory.
type memory struct {
	values []float32
	size   int
}

func newMemory(rows, size int) *memory { return &memory{make([]float32, rows*size), size} }

func (m *memory) put(at int, row []float32) error {
	copy(m.values[at*m.size:(at+1)*m.size], row)
	return nil
}

func (m *memory) get(at int, row []float32) error {
	copy(row, m.values[at*m.size:(at+1)*m.size])
	return nil
}

func (m *memory) close() error { return nil }

// disk keeps rows in a file, each followed by a checksum, which tells a row that a killed process wrote in part or not at all.
type disk struct {
	file   *os.File
	record []byte // [4*size] little-endian values, [4] CRC-32C
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func openDisk(path string, size int) (*disk, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	return &disk{file: file, record: make([]byte, 4*size+4)}, nil
}

func (d *disk) put(at int, row []float32) error {
	for i, v := range row {
		binary.LittleEndian.PutUint32(d.record[4*i:], math.Float32bits(v))
	}
	end := len(d.record) - 4
	binary.LittleEndian.PutUint32(d.record[end:], crc32.Checksum(d.record[:end], castagnoli))
	if _, err := d.file.WriteAt(d.record, int64(at)*int64(len(d.record))); err != nil {
		return fmt.Errorf("keeping features: %w", err)
	}
	return nil
}

func (d *disk) get(at int, row []float32) error {
	if !d.whole(at) {
		return fmt.Errorf("row %d of the features in %s is damaged: remove the file and resume the run, which computes them again", at, d.file.Name())
	}
	for i := range row {
		row[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.record[4*i:]))
	}
	return nil
}

// whole reads a row and tells whether it was written whole.
func (d *disk) whole(at int) bool {
	_, err := d.file.ReadAt(d.record, int64(at)*int64(len(d.record)))
	end := len(d.record) - 4
	return err == nil && binary.LittleEndian.Uint32(d.record[end:]) == crc32.Checksum(d.record[:end], castagnoli)
}

func (d *disk) close() error { return d.file.Close() }
