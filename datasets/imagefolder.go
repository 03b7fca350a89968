package datasets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// ImageFolder is a folder with one folder per class, by the rules of torchvision.datasets.ImageFolder: classes are
// the sorted names of the folders, pictures are found at any depth by their extension in any case, symbolic links
// are followed, and the order is torchvision's (by folder, then by file name).
//
// It differs from torchvision in three points. Names that begin with a dot are left out (.ipynb_checkpoints is no class).
// A link to a folder that lies in the data, or that holds the data, is not followed: its pictures have a class already.
// Two class folders whose names differ in their Unicode form alone are an error.
type ImageFolder struct{ files }

// NewImageFolder lists the pictures of dir. A class without a picture is an error, as in torchvision.
func NewImageFolder(dir string) (*ImageFolder, error) {
	return newImageFolder(dir, folderRules{parts: []string{dir}})
}

// folderRules are what distinguishes one image folder of a data set from another.
type folderRules struct {
	parts      []string // the image folders of the whole data set; see walker
	allowEmpty bool     // classes may lack pictures (torchvision's allow_empty): data to validate or test on
}

func newImageFolder(dir string, rules folderRules) (*ImageFolder, error) {
	folder, empty, err := listFolder(dir, rules)
	switch {
	case err != nil:
		return nil, fmt.Errorf("image folder %s: %w", dir, err)
	case len(empty) > 0 && (!rules.allowEmpty || folder.Len() == 0):
		return nil, fmt.Errorf("image folder %s: %w of class %s (links back into the data are not followed); supported extensions are: %s",
			dir, errNoPictures, listed(empty), strings.Join(transforms.Extensions, " "))
	}
	return folder, nil
}

// listFolder returns the pictures of dir and the classes that have none.
func listFolder(dir string, rules folderRules) (folder *ImageFolder, empty []string, err error) {
	classes, err := subfolders(dir)
	if err != nil {
		return nil, nil, err
	}
	if len(classes) == 0 {
		return nil, nil, errors.New("no class folders in it; expected CLASS/picture.jpg for each class")
	}
	if _, err := labelsOf(classes); err != nil {
		return nil, nil, err
	}
	folder = &ImageFolder{files{root: dir, classes: classes}}
	for label, class := range classes {
		w := newWalker(context.Background(), dir, rules.parts)
		if err := w.walkClass(class); err != nil {
			return nil, nil, err
		}
		names := w.inOrder()
		if len(names) == 0 {
			empty = append(empty, class)
		}
		for _, name := range names {
			folder.files.files = append(folder.files.files, file{name, label})
		}
	}
	return folder, empty, nil
}

// Dir returns the folder given to NewImageFolder.
func (f *ImageFolder) Dir() string { return f.root }

// subfolders returns the sorted names of the folders in dir; links to folders are folders.
func subfolders(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if hidden(entry.Name()) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, entry.Name()))
		if IsSystemError(err) { // anything else is a broken link, and no folder
			return nil, err
		}
		if err == nil && info.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }
