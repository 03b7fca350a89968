package weights

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// The formats of File.Format.
const (
	FormatPthZip      = "pth-zip"
	FormatPthLegacy   = "pth-legacy"
	FormatSafetensors = "safetensors"
)

// File is the content of a weights file. [Read] makes one, and [File.Close] frees its memory map. A literal with a StateDict is
// enough for [LoadFile].
type File struct {
	Name           string            // as given to Read
	Format         string            // FormatPthZip, FormatPthLegacy, FormatSafetensors
	Wrapper        string            // the checkpoint's key that holds the state dict, "" if the file is a state dict
	Beside         []string          // the checkpoint's other keys: "optimizer", "epoch"
	StrippedPrefix string            // removed from the keys of the network: "module." of DataParallel, "backbone."
	Outside        []string          // keys without StrippedPrefix, which are not the network's: "predictor.0.weight"
	Metadata       map[string]string // safetensors' __metadata__
	StateDict      *StateDict        // of the network

	stored   *StateDict   // all tensors under the file's own names
	networks []string     // the prefixes of the networks in the file, where they are several
	close    func() error // unmaps the file
}

// Read reads a .pth or .safetensors file. It recognises the format by the content, not by the name. A large file is mapped into
// memory where the system supports it: its tensors are parts of the mapping, so the file must not be truncated before
// [File.Close], and reading a tensor after Close ends the program. Errors name the file and what is wrong with it.
func Read(path string) (*File, error) {
	data, unmap, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w", err)
	}
	file, err := ReadBytes(path, data)
	if err != nil {
		return nil, joinClose(err, unmap)
	}
	file.close = unmap
	return file, nil
}

// ReadBytes reads a file whose content is in memory. The tensors are parts of data. Errors contain name.
func ReadBytes(name string, data []byte) (*File, error) {
	file, err := decode(name, data)
	if err == nil {
		err = file.StateDict.checkKeys()
	}
	if err != nil {
		return nil, fmt.Errorf("reading weights from %s: %w", name, err)
	}
	file.Name = name
	file.stripPrefix()
	return file, nil
}

// Close unmaps the file. The tensors' Data must not be used afterwards. A mapped file that is never closed takes address
// space, but no memory.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	unmap := f.close
	f.close = nil
	return unmap()
}

func joinClose(err error, unmap func() error) error {
	if closeErr := unmap(); closeErr != nil {
		return fmt.Errorf("%w (and %w)", err, closeErr)
	}
	return err
}

// decode chooses the reader by the content.
func decode(name string, data []byte) (*File, error) {
	switch {
	case looksLikeSafetensors(data):
		return readSafetensors(data)
	case strings.HasPrefix(head(data), "PK\x03\x04"):
		return readPthZip(data)
	}
	if kind := foreignKind(data); kind != "" {
		return nil, fmt.Errorf("this is %s, not a .pth or .safetensors file", kind)
	}
	switch {
	case strings.HasSuffix(strings.ToLower(name), ".safetensors"):
		return readSafetensors(data) // for the error that says which rule the header breaks
	case data[0] == opProto:
		return readPthLegacy(data)
	}
	return nil, fmt.Errorf("this is neither a .pth nor a .safetensors file")
}

// checkKeys refuses keys that are too long for a module: stripping "module." again and again from a key of a megabyte would
// take quadratic time.
func (s *StateDict) checkKeys() error {
	for _, key := range s.keys {
		if len(key) > maxKeyLength {
			return fmt.Errorf("the key %.40q... has %d bytes, and %d are allowed", key, len(key), maxKeyLength)
		}
	}
	return nil
}

// open returns the content of a regular file, mapped into memory if it is large.
func open(path string) (data []byte, unmap func() error, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	if info.Size() > math.MaxInt {
		return nil, nil, fmt.Errorf("%s has %d bytes, too many for this machine", path, info.Size())
	}
	return contents(file, int(info.Size()))
}

// readWhole reads a file without a memory map, so that unmap has nothing to do.
func readWhole(file *os.File, size int) (data []byte, unmap func() error, err error) {
	data = make([]byte, size)
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file.Name(), err)
	}
	return data, func() error { return nil }, nil
}
