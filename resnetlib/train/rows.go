package train

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"

	"resnetlab/datasets"
)

// rowStore keeps rows of one length by number.
type rowStore interface {
	put(at int, row []float32) error
	get(at int, row []float32) error // of what was put
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

// disk keeps rows in a file, each with a checksum behind it: a row that a killed process has not written, or not whole, does not pass for one.
type disk struct {
	file   *os.File
	record []byte // [4*size] little-endian values, [4] CRC-32C
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func openDisk(folder, name string, size int) (*disk, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_RDWR|os.O_CREATE, 0o666)
	return &disk{file: file, record: make([]byte, 4*size+4)}, err
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
		return fmt.Errorf("features number %d in %s are damaged: remove the file and go on with the run, and they are computed anew", at, d.file.Name())
	}
	for i := range row {
		row[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.record[4*i:]))
	}
	return nil
}

// whole reads a row and tells whether it is there.
func (d *disk) whole(at int) bool {
	_, err := d.file.ReadAt(d.record, int64(at)*int64(len(d.record)))
	end := len(d.record) - 4
	return err == nil && binary.LittleEndian.Uint32(d.record[end:]) == crc32.Checksum(d.record[:end], castagnoli)
}

func (d *disk) close() error { return d.file.Close() }

// featuresKey stands for all that features depend on: the body's values, the pictures and their preprocessing, batch size, backend and versions.
func (s *session) featuresKey(c datasets.LoaderConfig) (string, error) {
	about, err := json.Marshal([]any{s.frozen.cut, s.run.DataFingerprint, s.preset, c.Train, c.Seed, c.BatchSize, s.config.Exif, s.backendName, moduleVersions()})
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(about)
	for _, p := range s.net.Parameters() {
		if under(p.Key, s.frozen.cut) {
			break // the state dict is in the order of Forward
		}
		t, err := p.Tensor()
		if err != nil {
			return "", err
		}
		sum.Write([]byte(p.Key))
		sum.Write(t.Data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
