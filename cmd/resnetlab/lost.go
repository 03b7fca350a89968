package main

import (
	"errors"
	"io/fs"
	"os"

	"resnetlab/datasets"
)

// pictureFolder is a folder of pictures as it was when the work began.
type pictureFolder struct {
	path string
	info fs.FileInfo
}

func openedFolder(path string) pictureFolder {
	info, _ := os.Stat(path)
	return pictureFolder{path, info}
}

// check is the error that ends the work, where the error of a picture is not the picture's.
func (f pictureFolder) check(file string, err error) error {
	if !f.lost(err) {
		return nil
	}
	return datasets.SystemError(file, err)
}

// lost tells an error of the machine from one of a picture. A picture that is broken, has vanished or may not be read gets its line among the results.
// Where the machine cannot read, or the folder is no longer the one that it was (unmounted, say), the same would be said of all the rest.
func (f pictureFolder) lost(err error) bool {
	if datasets.IsSystemError(err) {
		return true
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	now, gone := os.Stat(f.path)
	return gone != nil || f.info == nil || !os.SameFile(f.info, now)
}
