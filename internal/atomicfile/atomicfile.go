// Package atomicfile writes files and folders that appear under their name only when they are complete.
//
// [Write] writes to a hidden temporary file beside the target, flushes it to the disk and renames it. [WriteFolder] does so
// for a folder. What a killed process leaves has a name that [IsTemporary] recognises; [RemoveTemporary] removes it.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// infix marks the unfinished files, ".NAME.unfinished-NUMBER": hidden, so that no folder listing takes one for data.
const infix = ".unfinished-"

// Write calls write with a buffered temporary file beside path, flushes it to the disk, and only then renames
// it to path and flushes the folder. A reader therefore sees the old file or the new one, never a part, also
// after a kill or a power cut. If anything fails, the old file stays and the temporary one
// is removed, unless write's error is one of [Kept]. The error names path and wraps its cause. The folder of path must exist.
// Where path is a link, its target is replaced. A pipe or a device (/dev/stdout) is written to directly.
func Write(path string, write func(io.Writer) error) error {
	path = target(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return through(path, write)
	}
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	file, err := createUnfinished(filepath.Join(folder, "."+name+infix))
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	stays := false
	defer func() { // after a panic of write, too
		if !stays {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	if old, err := os.Stat(path); err == nil {
		_ = file.Chmod(old.Mode().Perm()) // a replaced file keeps its permissions where the system has them
	}
	if err := fill(file, write); err != nil {
		stays = errors.As(err, new(kept))
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	stays = true
	if err := SyncFolder(folder); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// target is path, or the file that a link of this name leads to.
func target(path string) string {
	to, err := os.Readlink(path)
	if err != nil {
		return path // no link
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if filepath.IsAbs(to) { // to a file that is not there yet
		return to
	}
	return filepath.Join(filepath.Dir(path), to)
}

// through writes to a pipe or a device, which cannot be replaced.
func through(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	buffered := bufio.NewWriterSize(file, 1<<18)
	if err = write(buffered); err == nil {
		err = buffered.Flush()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// createUnfinished is os.CreateTemp with the permissions of any other new file (0666 less the umask):
// CreateTemp's 0600 would hide a run from the colleague it was shared with.
func createUnfinished(prefix string) (*os.File, error) {
	for try := 0; ; try++ {
		name := prefix + strconv.FormatUint(uint64(rand.Uint32()), 10)
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, os.ErrExist) || try == 1000 {
			return file, err
		}
	}
}

// Kept marks an error of a write function: the part that was written stays under its temporary name, where [Unfinished]
// finds it and another process can resume. Kept of nil is nil.
func Kept(err error) error {
	if err == nil {
		return nil
	}
	return kept{err}
}

type kept struct{ error }

func (k kept) Unwrap() error { return k.error }

// fill writes, flushes and closes file. After an error of [Kept] it writes to the disk what it can: whoever resumes there checks how much is good.
func fill(file *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 1<<18)
	written := write(buffered)
	if written != nil {
		if errors.As(written, new(kept)) {
			_, _, _ = buffered.Flush(), file.Sync(), file.Close()
		}
		return written
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return file.Close()
}

// WriteBytes writes content to path as Write does.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// RemoveTemporary removes the temporary files that killed writers left in folder. Call it only where no other process writes.
func RemoveTemporary(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("cleaning %s: %w", folder, err)
	}
	var failed []error
	for _, entry := range entries {
		if IsTemporary(entry.Name()) {
			failed = append(failed, os.Remove(filepath.Join(folder, entry.Name())))
		}
	}
	return errors.Join(failed...)
}

// Unfinished lists the temporary files of path, of killed writers and of those still at work.
func Unfinished(path string) ([]string, error) {
	folder, name := filepath.Split(target(path))
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return nil, fmt.Errorf("looking for unfinished files of %s: %w", path, err)
	}
	var found []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "."+name+infix) {
			found = append(found, folder+entry.Name())
		}
	}
	return found, nil
}

// RemoveUnfinished removes the files that Unfinished lists, once path is written.
func RemoveUnfinished(path string) error {
	found, err := Unfinished(path)
	for _, file := range found {
		if e := os.Remove(file); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// IsTemporary reports whether name is one that Write gives to a file that is not yet complete.
func IsTemporary(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, infix)
}
