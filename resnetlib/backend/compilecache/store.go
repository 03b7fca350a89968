package compilecache

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"resnetlab/internal/atomicfile"
)

// Store stores the program that serialize returns, and removes the least recently used ones where the cache has become too large. Small programs
// are worth it too: one that compiles in 30 ms loads in 1 ms.
func (e *Entry) Store(serialize func() ([]byte, error)) error {
	path := e.path(compiledEnd)
	fail := func(err error) error { return fmt.Errorf("storing the compiled program %s: %w", path, err) }
	if n := e.crashes(); n >= maxCrashes {
		return fail(fmt.Errorf("%w, %d times: it stays out of the cache", ErrCrashed, n))
	}
	payload, err := serialize()
	if err != nil {
		return fail(err)
	}
	if size := int64(headerSize + len(payload)); len(payload) == 0 || size > e.cache.Limit {
		return fail(fmt.Errorf("%d bytes: the cache takes 1 to %d", size, e.cache.Limit))
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		_, first := w.Write(newHeader(e.key, payload))
		_, second := w.Write(payload)
		return errors.Join(first, second)
	})
	if err != nil {
		return err // names the file
	}
	if err := os.Chmod(path, 0o600); err != nil { // a umask of 002 leaves it writable for a group, and it would be refused
		return fail(err)
	}
	return e.cache.trim(path)
}

// Ages after which leftovers are removed: temporary files of killed writers (writing takes less than a second), markers and counts of crashes.
const (
	unfinishedAge = time.Hour
	markerAge     = 30 * 24 * time.Hour
)

// trim removes old leftovers, and the least recently used programs until the rest fits into the limit. It keeps the file that was just written.
func (c *Cache) trim(keep string) error {
	files, err := list(c.dir)
	if err != nil {
		return err
	}
	var total int64
	var programs []file
	for _, f := range files {
		if f.kind == program {
			total += f.size
			programs = append(programs, f)
		} else if age := time.Since(f.used); age > f.kind.keptFor() {
			_ = os.Remove(f.path)
		}
	}
	slices.SortFunc(programs, func(a, b file) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.path, b.path)) })
	var failed []error
	for _, f := range programs {
		if total <= c.Limit {
			break
		}
		if f.path == keep {
			continue
		}
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
			continue
		}
		total -= f.size
	}
	return errors.Join(failed...)
}

// kind is a sort of file in the folder.
type kind int

const (
	program    kind = iota
	marker          // of a load, of crashes, or of a name
	unfinished      // by atomicfile
)

// keptFor returns the age after which a leftover is removed.
func (k kind) keptFor() time.Duration {
	if k == unfinished {
		return unfinishedAge
	}
	return markerAge
}

// file is one of the cache's files.
type file struct {
	path string
	kind kind
	size int64
	used time.Time
}

// list lists the files of the cache in dir. Files that have other names are not the cache's.
func list(dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, entry := range entries {
		kind, ok := kindOf(entry.Name())
		info, err := entry.Info()
		if !ok || err != nil || !info.Mode().IsRegular() { // err: removed meanwhile
			continue
		}
		files = append(files, file{filepath.Join(dir, entry.Name()), kind, info.Size(), info.ModTime()})
	}
	return files, nil
}

// kindOf returns the kind of a file by its name: a key in hexadecimal with one of the endings, or what atomicfile makes of that.
func kindOf(name string) (k kind, ok bool) {
	if atomicfile.IsTemporary(name) {
		key, _, found := strings.Cut(strings.TrimPrefix(name, "."), compiledEnd)
		return unfinished, found && isKey(key)
	}
	end := filepath.Ext(name)
	switch end {
	case compiledEnd:
		k = program
	case loadingEnd, crashedEnd, namedEnd:
		k = marker
	default:
		return 0, false
	}
	return k, isKey(strings.TrimSuffix(name, end))
}

// isKey reports whether s is a key in hexadecimal.
func isKey(s string) bool {
	return len(s) == 2*len(Key{}) && strings.Trim(s, "0123456789abcdef") == ""
}
