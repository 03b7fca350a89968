// Package compilecache keeps compiled programs in a folder, so that no process compiles what another has compiled before.
//
//	cache, err := compilecache.Open(dir)
//	entry := cache.Entry(compilecache.NewKey(program, options, machine))
//	loaded, err := entry.Load(use) // use is called with the stored bytes
//	if !loaded {
//		err = entry.Store(serialize)
//	}
//
// What is stored is machine code, and the code that loads it trusts it: a flipped bit can crash the process, or compute wrong numbers. So every
// file has a checksum, and nothing of a file whose checksum is wrong is handed on. A checksum is no signature: the folder must belong to the
// user and be closed to all others (mode 0700), and so must its files (see [Open] and [Entry.Load]).
//
// The package knows nothing of XLA. It keeps files on Linux only, where XLA is; elsewhere Open returns [ErrUnsupported].
package compilecache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Limit is the default of Cache.Limit. A training step of a network takes 1 to 12 MB.
const Limit = 512 << 20

// ErrUnsupported is returned by [Open] on systems where owner and permissions of files cannot be checked.
var ErrUnsupported = errors.New("compiled programs are kept on Linux only")

// Cache is a folder of compiled programs. Several goroutines and several processes may use one folder at once.
type Cache struct {
	Limit int64 // bytes that the files may take together; the least recently used ones are removed
	dir   string
}

// Open opens the cache in the folder dir, and makes the folder with mode 0700 if it does not exist. It returns an error for a folder that belongs
// to another user or that others can enter.
func Open(dir string) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the compile cache: %w", err)
	}
	if err := Check(dir); err != nil {
		return nil, err
	}
	return &Cache{Limit: Limit, dir: dir}, nil
}

// Check returns the error that [Open] would return for the folder dir. A folder that does not exist is no error: Open makes it.
func Check(dir string) error {
	if err := checkFolder(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("opening the compile cache %s: %w", dir, err)
	}
	return nil
}

// Key identifies a program and everything that its compiled form depends on.
type Key [sha256.Size]byte

// NewKey returns the key of the given fields, in this order. The length of each field is part of the key, so that no two lists of fields have the
// same key.
func NewKey(fields ...[]byte) Key {
	h := sha256.New()
	for _, field := range fields {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(field))) // a hash does not fail
		h.Write(field)
	}
	return Key(h.Sum(nil))
}

// Endings of the files in the folder: a compiled program, the marker of a load that has begun, the number of loads that crashed, and the key of a
// program that has a name.
const (
	compiledEnd = ".compiled"
	loadingEnd  = ".loading"
	crashedEnd  = ".crashed"
	namedEnd    = ".named"
)

// Entry is the place of one program in a cache.
type Entry struct {
	cache *Cache
	key   Key
}

// Entry returns the place of the program with this key, whether it is stored or not.
func (c *Cache) Entry(key Key) *Entry { return &Entry{cache: c, key: key} }

// path returns the entry's file with this ending.
func (e *Entry) path(end string) string {
	return filepath.Join(e.cache.dir, hex.EncodeToString(e.key[:])+end)
}

// touchAfter is how old the time of a used file becomes before it is renewed. Renewing it at each load would make "go test" run every test again
// that read the file.
const touchAfter = 24 * time.Hour

// touch marks the entry as used now.
func (e *Entry) touch() {
	path := e.path(compiledEnd)
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > touchAfter {
		now := time.Now()
		_ = os.Chtimes(path, now, now) // without it the entry is removed earlier, no more
	}
}
