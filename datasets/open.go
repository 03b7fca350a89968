package datasets

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// OpenOptions say how Open reads and splits.
type OpenOptions struct {
	ValSplit float64                                    // fraction of train to hold out if the data have no val part; 0: such data are an error
	Seed     uint64                                     // of that split; see Split
	Decode   func(path string) (*transforms.RGB, error) // reads one picture; nil: transforms.DecodeFile
}

// Splits holds the parts of one data set. All have the classes and labels of Train; Val and Test may lack pictures of some.
type Splits struct {
	Train, Val Dataset
	Test       Dataset // nil if there is none; training does not use it

	folders [3]string // of train, val and test in the data's folder, each with a slash at the end; for the fingerprint
}

// Open opens a folder that holds train/ and val/ (and perhaps test/), each an image folder; or one image folder, or a
// list file (see NewList), of which ValSplit is held out. With train/ but no val/, ValSplit of train/ is held out.
//
// Every class of train needs a picture. A class without pictures in val or test is no error; a class of theirs that train does
// not have is [ErrUnknownClass]. Folders with similar names (valid, training) are an error: they would be taken for classes, or
// ignored.
func Open(dir string, o OpenOptions) (*Splits, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("opening data: %w", err)
	}
	if !info.IsDir() {
		return o.list(dir)
	}
	if !isFolder(dir, "train") {
		if isFolder(dir, "val") {
			return nil, fmt.Errorf("opening data %s: there is val/ but no train/", dir)
		}
		all, err := o.folder(dir, folderRules{parts: []string{dir}})
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all.Classes(), func(class string) bool { return partAliases[strings.ToLower(class)] == "" }) {
			return nil, fmt.Errorf("opening data %s: its folders are %s; call the parts of a data set train, val and test", dir, strings.Join(all.Classes(), ", "))
		}
		return o.split(dir, all, &Splits{})
	}
	return o.parts(dir)
}

// partAliases maps common names of the parts of a data set to the names that Open expects.
var partAliases = map[string]string{
	"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val", "test": "test", "testing": "test",
}

// misnamed returns an error where a folder beside train/ has a similar name and would be ignored.
func misnamed(dir string) error {
	for _, name := range slices.Sorted(maps.Keys(partAliases)) {
		if part := partAliases[name]; name != part && isFolder(dir, name) && !isFolder(dir, part) {
			return fmt.Errorf("opening data %s: there is %s/; its pictures belong into %s/", dir, name, part)
		}
	}
	return nil
}

// list opens a list: the parts that its column split names, or a share held out.
func (o OpenOptions) list(name string) (*Splits, error) {
	list, err := o.readList(name)
	if err != nil {
		return nil, err
	}
	if list.splits == nil {
		return o.split(name, list, &Splits{})
	}
	s := &Splits{Train: list.part("train"), Val: list.part("val"), Test: list.part("test"), folders: [3]string{"train/", "val/", "test/"}}
	switch {
	case s.Train == nil:
		return nil, fmt.Errorf("opening data %s: no picture of split train", name)
	case s.Val == nil:
		s.folders[1] = "train/"
		return o.split(name, s.Train, s)
	}
	return s, nil
}

// partNames are the folders that a data set's parts lie in, and what a list's column split says.
var partNames = []string{"train", "val", "test"}

// parts opens dir/train, dir/val and dir/test. Validation and test data have the labels of train's classes, and may lack
// some of them.
func (o OpenOptions) parts(dir string) (*Splits, error) {
	if err := misnamed(dir); err != nil {
		return nil, err
	}
	train, err := o.folder(filepath.Join(dir, "train"), folderRules{parts: partFolders(dir)})
	if err != nil {
		return nil, err
	}
	s := &Splits{Train: train, folders: [3]string{"train/", "val/", "test/"}}
	if s.Val, err = o.heldOutPart(dir, "val", train.Classes()); err != nil {
		return nil, err
	}
	if s.Test, err = o.heldOutPart(dir, "test", train.Classes()); err != nil {
		return nil, err
	}
	if s.Val == nil {
		s.folders[1] = "train/"
		return o.split(filepath.Join(dir, "train"), s.Train, s)
	}
	return s, nil
}

// heldOutPart opens a part that is not trained on, with train's classes; nil where it is not there.
func (o OpenOptions) heldOutPart(dir, part string, classes []string) (Dataset, error) {
	if !isFolder(dir, part) {
		return nil, nil
	}
	dir, parts := filepath.Join(dir, part), partFolders(dir)
	folder, err := o.folder(dir, folderRules{parts: parts, allowEmpty: true})
	if err != nil {
		return nil, err
	}
	ds, err := WithClasses(folder, classes)
	if err != nil {
		return nil, fmt.Errorf("opening data %s: %w", dir, err)
	}
	return ds, nil
}

func (o OpenOptions) folder(dir string, rules folderRules) (*ImageFolder, error) {
	folder, err := newImageFolder(dir, rules)
	if err != nil {
		return nil, fmt.Errorf("opening data: %w", err)
	}
	folder.decode = o.Decode
	return folder, nil
}

func (o OpenOptions) readList(file string) (*List, error) {
	list, err := NewList(file)
	if err != nil {
		return nil, err
	}
	list.decode = o.Decode
	return list, nil
}

func (o OpenOptions) split(name string, all Dataset, s *Splits) (*Splits, error) {
	if o.ValSplit == 0 {
		return nil, fmt.Errorf("opening data %s: no val/ beside train/, and no share to hold out for validation is given", name)
	}
	var err error
	if s.Train, s.Val, err = Split(all, o.ValSplit, o.Seed); err != nil {
		return nil, fmt.Errorf("opening data %s: %w", name, err)
	}
	if s.Train.Len() == 0 || s.Val.Len() == 0 {
		return nil, fmt.Errorf("opening data %s: %d pictures leave %d to train on and %d to validate",
			name, all.Len(), s.Train.Len(), s.Val.Len())
	}
	return s, nil
}

func isFolder(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.IsDir()
}

// OpenSplit opens one part of a data set for evaluation: train, val or test of a folder with such folders, or of a list with a
// column split. A folder or list without parts is opened whole. Classes may lack pictures, so labels may differ from those of
// the network: call [WithClasses] with the network's classes. Only Decode of the options is used.
func OpenSplit(dir, split string, o OpenOptions) (Dataset, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return o.listSplit(dir, split)
	}
	rules, part := folderRules{parts: partFolders(dir), allowEmpty: true}, filepath.Join(dir, split)
	switch hasTrain, hasPart := isFolder(dir, "train"), isFolder(dir, split); {
	case hasTrain && hasPart:
		return o.folder(part, rules)
	case hasPart:
		return o.folder(part, folderRules{parts: []string{part}, allowEmpty: true})
	case hasTrain: // without it a folder test may be a class
		return nil, fmt.Errorf("opening data %s: there is train/, and no %s/", dir, split)
	}
	return o.folder(dir, rules)
}

func (o OpenOptions) listSplit(file, split string) (Dataset, error) {
	list, err := o.readList(file)
	if err != nil {
		return nil, err
	}
	if list.splits == nil {
		return list, nil
	}
	part := list.part(split)
	if part == nil {
		return nil, fmt.Errorf("opening data %s: no picture of split %s", file, split)
	}
	return part, nil
}
