// Package fetch downloads large files over HTTP. A download that was interrupted is resumed, and a file appears under its
// name only when its length and its sha256 are right.
//
// [File.Get] downloads, [File.Check] checks a file that is there, and bytes of another file are [ErrWrong].
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
)

// File is what to download, where to, and how to know that it is right.
type File struct {
	URL    string
	Path   string
	SHA256 string // its first hexadecimal digits, as many as are known
	Min    int64  // bytes that it has at least
	Max    int64  // ... and at most; 0: no limit

	Progress func(done, total int64) // called as bytes arrive; total is 0 where the server does not say; may be nil
}

// partial ends the name of a file that is not complete.
const partial = ".partial"

// Get downloads the file unless it is there and right; fetched reports whether it was downloaded. When the network fails or
// ctx ends, the part that has arrived stays in Path + ".partial", and the next Get resumes from it. Bytes that are not the
// file's are removed. Get makes the folder of Path. Do not call it twice at once for one Path.
func (f File) Get(ctx context.Context) (fetched bool, err error) {
	if f.Check() == nil {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o777); err != nil {
		return false, err
	}
	file, err := os.OpenFile(f.Path+partial, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return false, err
	}
	d := download{File: f, file: file, hash: sha256.New()}
	err = d.run(ctx)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if errors.Is(err, ErrWrong) || err != nil && d.done == 0 { // nothing of it has come: there is nothing to resume
		if removing := os.Remove(file.Name()); removing != nil {
			return false, fmt.Errorf("%w (and %w)", err, removing)
		}
	}
	if err != nil {
		return false, err
	}
	if err := os.Rename(file.Name(), f.Path); err != nil {
		return false, err
	}
	return true, atomicfile.SyncFolder(filepath.Dir(f.Path))
}

// Check returns nil where the file at Path has the right length and sha256, ErrWrong where it has not, and fs.ErrNotExist
// where there is none.
func (f File) Check() error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := f.checkSize(info.Size()); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	return f.checkHash(h)
}

// ErrWrong is what errors.Is finds where a file's length or sha256 is not the expected one.
var ErrWrong = errors.New("this is not the file")

func (f File) checkSize(bytes int64) error {
	if bytes >= f.Min && (f.Max == 0 || bytes <= f.Max) {
		return nil
	}
	return fmt.Errorf("%w: it has %d bytes, and %s has %d to %d", ErrWrong, bytes, filepath.Base(f.Path), f.Min, f.Max)
}

func (f File) checkHash(h hash.Hash) error {
	if sum := hex.EncodeToString(h.Sum(nil)); !strings.HasPrefix(sum, strings.ToLower(f.SHA256)) {
		return fmt.Errorf("%w: its sha256 is %.16s..., and that of %s begins with %s", ErrWrong, sum, filepath.Base(f.Path), f.SHA256)
	}
	return nil
}
