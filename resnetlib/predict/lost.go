package predict

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"resnetlab/datasets"
)

// pictureFolder identifies a folder of pictures as it was when the work began. The zero value stands for no folder.
type pictureFolder struct {
	path string
	info fs.FileInfo
}

// openFolder identifies the folder at path; "" is no folder.
func openFolder(path string) (pictureFolder, error) {
	if path == "" {
		return pictureFolder{}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return pictureFolder{}, fmt.Errorf("opening the folder of pictures: %w", err)
	}
	return pictureFolder{path, info}, nil
}

// check returns the error that ends the work where err, of reading file, is not about that picture alone; else nil.
func (f pictureFolder) check(file string, err error) error {
	if !f.lost(err) {
		return nil
	}
	return datasets.SystemError(file, err)
}

// lost reports whether all further pictures would fail too: the disk or the machine fails, or the folder is gone or another one (after an unmount,
// say). A picture that is damaged, deleted or not permitted is the error of one picture.
func (f pictureFolder) lost(err error) bool {
	if datasets.IsSystemError(err) {
		return true
	}
	if f.path == "" || !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	now, gone := os.Stat(f.path)
	return gone != nil || !os.SameFile(f.info, now)
}
