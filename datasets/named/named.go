// Package named opens data by name, as the commands take it: the path of a folder of pictures or of a list, or the name of a drawn data set of package
// sketch.
package named

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// Options say how data are opened.
type Options struct {
	ValSplit float64 // share of each class that is held out for validation, where the data have no val/
	Seed     uint64  // of the held-out part, and of drawn pictures
	Exif     bool    // turn pictures as their EXIF orientation says; torchvision does not
}

// Open opens data to train on: a folder or a list by its path (see [datasets.Open]), or a drawn data set as "sketch" or "sketch:TASK". A file or folder
// of that name goes first. The empty name is "sketch".
func Open(name string, o Options) (*datasets.Splits, error) {
	if name == "" {
		name = sketch.Name
	}
	if drawn(name) {
		return sketch.Open(name, o.Seed)
	}
	reading := o.reading()
	reading.ValSplit, reading.Seed = o.ValSplit, o.Seed
	return datasets.Open(name, reading)
}

// OpenSplit opens one part of the data: train, val or test. A folder or list without parts is opened whole (see [datasets.OpenSplit]). Of the options,
// ValSplit is not used.
func OpenSplit(name, split string, o Options) (datasets.Dataset, error) {
	if !drawn(name) {
		return datasets.OpenSplit(name, split, o.reading())
	}
	parts, err := sketch.Open(name, o.Seed)
	if err != nil {
		return nil, err
	}
	if ds, ok := map[string]datasets.Dataset{"train": parts.Train, "val": parts.Val, "test": parts.Test}[split]; ok {
		return ds, nil
	}
	return nil, fmt.Errorf("%s has no split %q: there are train, val and test", name, split)
}

// drawn reports whether a name is that of a drawn data set, and no file or folder has it.
func drawn(name string) bool {
	if _, ok := sketch.Named(name); !ok {
		return false
	}
	_, err := os.Stat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// reading leaves Decode alone where pictures keep their orientation: a loader then decodes only the part of a JPEG that the crop shows.
func (o Options) reading() (r datasets.OpenOptions) {
	if o.Exif {
		r.Decode = transforms.DecodeFileUpright
	}
	return r
}
