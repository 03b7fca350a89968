package datasets

import (
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/transforms"
)

// OpenOptions say how Open reads and splits.
type OpenOptions struct {
	ValSplit float64                                    // held out for validation where the data have no val part; 0 makes that an error
	Seed     uint64                                     // of that split
	Decode   func(path string) (*transforms.RGB, error) // transforms.DecodeFile unless it is set
}

// Splits are the parts of one data set; all have the same classes.
type Splits struct {
	Train, Val Dataset
	Test       Dataset // nil where there is none; it chooses nothing

	folders [3]string // of train, val and test below the data's folder, with / behind
}

// Open opens a folder that holds train/ and val/ (and perhaps test/), each an image folder; or one image folder, or a
// list file (see NewList), of which ValSplit is held out. With train/ but no val/, ValSplit of train/ is held out.
func Open(dir string, o OpenOptions) (*Splits, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("opening data: %w", err)
	}
	if !info.IsDir() {
		list, err := NewList(dir)
		if err != nil {
			return nil, err
		}
		list.Decode = o.Decode
		return o.split(dir, list, &Splits{})
	}
	if !isFolder(dir, "train") {
		if isFolder(dir, "val") {
			return nil, fmt.Errorf("opening data %s: there is val/ but no train/", dir)
		}
		all, err := o.folder(dir)
		if err != nil {
			return nil, err
		}
		return o.split(dir, all, &Splits{})
	}
	return o.parts(dir)
}

// parts opens dir/train, dir/val and dir/test.
func (o OpenOptions) parts(dir string) (*Splits, error) {
	s := &Splits{folders: [3]string{"train/", "val/", "test/"}}
	for _, part := range []struct {
		name string
		to   *Dataset
	}{{"train", &s.Train}, {"val", &s.Val}, {"test", &s.Test}} {
		if !isFolder(dir, part.name) {
			continue
		}
		folder, err := o.folder(filepath.Join(dir, part.name))
		if err != nil {
			return nil, err
		}
		*part.to = folder
		if err := sameClasses(filepath.Join(dir, "train"), s.Train, folder.Dir(), folder); err != nil {
			return nil, fmt.Errorf("opening data: %w", err)
		}
	}
	if s.Val == nil {
		s.folders[1] = "train/"
		return o.split(filepath.Join(dir, "train"), s.Train, s)
	}
	return s, nil
}

func (o OpenOptions) folder(dir string) (*ImageFolder, error) {
	folder, err := NewImageFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("opening data: %w", err)
	}
	folder.Decode = o.Decode
	return folder, nil
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

// OpenSplit opens one part of a data set to look at: dir/split where there is one, else dir itself. Of the options, Decode counts.
func OpenSplit(dir, split string, o OpenOptions) (Dataset, error) {
	if isFolder(dir, split) {
		dir = filepath.Join(dir, split)
	}
	return o.folder(dir)
}
