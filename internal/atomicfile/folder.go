package atomicfile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// WriteFolder calls fill with an empty hidden folder beside dir and renames that to dir when fill is done: dir appears
// when it is complete. The folder of dir is made. An empty dir that is there stays, since it may be a mount point or somebody's working directory:
// the hidden folder is in it, and what it holds moves up when fill is done, folders first, so that a file that describes them comes when they
// are whole. A dir that holds anything is fs.ErrExist, and is not touched. If anything fails, nothing is left.
func WriteFolder(dir string, fill func(unfinished string) error) error {
	dir = filepath.Clean(dir) // photos/ lies in what photos lies in
	empty, err := Empty(dir)
	switch {
	case err == nil && !empty:
		return fmt.Errorf("writing %s: it is there and not empty: %w", dir, fs.ErrExist)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %s: %w", dir, err)
	}
	parent, name, appear := filepath.Dir(dir), filepath.Base(dir), renameTo
	if err == nil {
		parent, name, appear = dir, "folder", moveInto
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

// Empty reports whether a folder holds nothing except temporary files of killed writers, which listings hide too.
func Empty(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	return !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !IsTemporary(e.Name()) }), err
}

// renameTo renames the finished folder to dir, which is missing.
func renameTo(unfinished, dir string) error {
	if err := os.Chmod(unfinished, 0o755); err != nil { // MkdirTemp's 0700 would hide it from colleagues
		return err
	}
	if err := os.Rename(unfinished, dir); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(dir))
}

// moveInto moves what the finished folder holds to dir, which holds nothing else; all or nothing, unless it is killed in between.
func moveInto(unfinished, dir string) error {
	entries, err := os.ReadDir(unfinished)
	if err != nil {
		return err
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(order(a), order(b)) })
	for i, entry := range entries {
		if err := os.Rename(filepath.Join(unfinished, entry.Name()), filepath.Join(dir, entry.Name())); err != nil {
			for _, moved := range entries[:i] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(dir, moved.Name())))
			}
			return err
		}
	}
	return SyncFolder(dir)
}

// order puts folders before files.
func order(e fs.DirEntry) int {
	if e.IsDir() {
		return 0
	}
	return 1
}
