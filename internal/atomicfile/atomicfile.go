// Package atomicfile writes files that appear under their name only when they are whole.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// infix marks the unfinished files, ".NAME.unfinished-NUMBER": hidden, so that no folder listing takes one for data.
const infix = ".unfinished-"

// Write calls write with a buffered temporary file beside path, flushes it to the disk, and only then renames
// it to path and flushes the folder. A reader therefore sees the old file or the new one, never a part, and so
// does whoever comes after a kill or a power cut. If anything fails, the old file stays and the temporary one
// is removed. The error names path and wraps its cause. The folder of path must exist.
func Write(path string, write func(io.Writer) error) (err error) {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	file, err := os.CreateTemp(folder, "."+strings.ReplaceAll(name, "*", "_")+infix+"*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	renamed := false
	defer func() {
		if !renamed {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if err := fill(file, mode(path), write); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	renamed = true
	if err := SyncFolder(folder); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// mode returns the permissions of the file that is about to be replaced, or 0644 for a new one.
// CreateTemp's 0600 would hide a run from the colleague it was shared with.
func mode(path string) os.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// fill writes, flushes and closes file.
func fill(file *os.File, perm os.FileMode, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 1<<18)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := chmod(file, perm); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return file.Close()
}

// WriteBytes is Write for a file whose content is at hand.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// RemoveTemporary removes what killed writers left in folder. Call it only where nobody else is writing.
func RemoveTemporary(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("cleaning %s: %w", folder, err)
	}
	var failed []error
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, ".") && strings.Contains(name, infix) {
			failed = append(failed, os.Remove(filepath.Join(folder, name)))
		}
	}
	return errors.Join(failed...)
}
