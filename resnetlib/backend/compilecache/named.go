package compilecache

import (
	"encoding/hex"
	"os"
	"path/filepath"
)

// Name notes that the entry is the program of the given name, so that a later process can ask with [Holds] whether it is stored, before it has built
// the program and knows its key. A name has one program, the last that was noted. A program that is not stored gets no name.
func (e *Entry) Name(name string) error {
	if _, err := os.Stat(e.path(compiledEnd)); err != nil {
		return nil
	}
	path, key := namePath(e.cache.dir, name), hex.EncodeToString(e.key[:])
	if old, err := os.ReadFile(path); err == nil && string(old) == key {
		return nil
	}
	return os.WriteFile(path, []byte(key), 0o600)
}

// Holds reports whether the cache in the folder dir holds the program that was given the name. It may be wrong: the program that is built now may
// differ from the one that was named, after an update of this module or with other options of XLA. Nothing but a guess of times may depend on it.
func Holds(dir, name string) bool {
	key, err := os.ReadFile(namePath(dir, name))
	if err != nil || !isKey(string(key)) {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, string(key)+compiledEnd))
	return err == nil
}

// namePath returns the file with the key of the named program.
func namePath(dir, name string) string {
	key := NewKey([]byte(name))
	return filepath.Join(dir, hex.EncodeToString(key[:])+namedEnd)
}
