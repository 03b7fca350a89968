package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFolder calls fill with an empty hidden folder beside dir and renames that to dir when fill is done: dir appears
// when it is whole. A dir that holds anything is fs.ErrExist, and is not touched; an empty one is replaced. If anything
// fails, nothing is left. The folder of dir is made.
func WriteFolder(dir string, fill func(unfinished string) error) error {
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return fmt.Errorf("writing %s: it is there and not empty: %w", dir, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	parent, name := filepath.Split(filepath.Clean(dir))
	if parent == "" {
		parent = "."
	}
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	unfinished, err := os.MkdirTemp(parent, "."+name+infix)
	if err != nil {
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	defer os.RemoveAll(unfinished) // nothing is left of it after the rename
	if err := fill(unfinished); err != nil {
		return err
	}
	if err := appear(unfinished, dir); err != nil {
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	return nil
}

// appear renames the finished folder to dir, which is missing or empty.
func appear(unfinished, dir string) error {
	if err := os.Chmod(unfinished, 0o755); err != nil { // MkdirTemp's 0700 would hide it from colleagues
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(unfinished, dir); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(filepath.Clean(dir)))
}
