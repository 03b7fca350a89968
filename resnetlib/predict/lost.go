package predict

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"resnetlab/datasets"
)

// pictureFolder is a folder of pictures as it was when the work began; the zero value is none.
type pictureFolder struct {
	path string
	info fs.FileInfo
}

// openFolder looks at a folder before the work; "" is none.
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

// check returns the error that ends the work, where the error of a picture is not the picture's own.
func (f pictureFolder) check(file string, err error) error {
	if !f.lost(err) {
		return nil
	}
	return datasets.SystemError(file, err)
}

// lost tells an error of the disk or the machine from one of a picture. A picture that is broken, has vanished or may not be read is one picture.
// Where the disk fails, or another folder stands at the path (the disk was unmounted, say), all further pictures would fail alike.
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
