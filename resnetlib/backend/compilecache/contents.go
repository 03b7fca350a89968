package compilecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Contents says how much a cache holds.
type Contents struct {
	Programs int   `json:"programs"`
	Bytes    int64 `json:"bytes"` // of the programs' files
}

// Inspect counts the programs in the folder dir. A folder that does not exist is empty. It changes nothing.
func Inspect(dir string) (Contents, error) {
	files, err := list(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Contents{}, nil
	}
	if err != nil {
		return Contents{}, fmt.Errorf("looking into the compile cache: %w", err)
	}
	var c Contents
	for _, f := range files {
		if f.kind == program {
			c.add(f)
		}
	}
	return c, nil
}

// Clear removes every file of the cache in the folder dir, markers and leftovers too, and returns the programs that it removed. The folder and
// files with other names stay.
func Clear(dir string) (removed Contents, err error) {
	files, err := list(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Contents{}, nil
	}
	if err != nil {
		return Contents{}, fmt.Errorf("emptying the compile cache: %w", err)
	}
	var failed []error
	for _, f := range files {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, fmt.Errorf("emptying the compile cache: %w", err))
		} else if f.kind == program {
			removed.add(f)
		}
	}
	return removed, errors.Join(failed...)
}

// add counts one program.
func (c *Contents) add(f file) {
	c.Programs++
	c.Bytes += f.size
}
