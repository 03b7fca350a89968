package train

import (
	"fmt"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// OpenData opens the data that the settings name: a folder or a list; "sketch" and "sketch:TASK", where there is no such folder, stand for
// the drawn data sets, and no name for the first.
func OpenData(c Config) (*datasets.Splits, error) {
	if c.Data == "" {
		c.Data = sketch.Name
	}
	if _, drawn := sketch.Named(c.Data); drawn && !exists(c.Data) {
		return sketch.Open(c.Data, c.Seed)
	}
	o := reading(c.Exif)
	o.ValSplit, o.Seed = c.ValSplit, c.Seed
	return datasets.Open(c.Data, o)
}

// reading leaves Decode alone where pictures are read as they lie: a loader then decodes of a JPEG only what the crop shows.
func reading(exif bool) (o datasets.OpenOptions) {
	if exif {
		o.Decode = transforms.DecodeFileUpright
	}
	return o
}

// OpenSplit opens one part of data to look at: train, val or test of a folder that has them or of a drawn data set of this seed, and else the
// folder itself. Its pictures are read as the preset's were.
func OpenSplit(data, split string, seed uint64, preset transforms.Preset) (datasets.Dataset, error) {
	if _, drawn := sketch.Named(data); !drawn || exists(data) {
		return datasets.OpenSplit(data, split, reading(preset.Exif))
	}
	parts, err := sketch.Open(data, seed)
	if err != nil {
		return nil, err
	}
	if ds, ok := map[string]datasets.Dataset{"train": parts.Train, "val": parts.Val, "test": parts.Test}[split]; ok {
		return ds, nil
	}
	return nil, fmt.Errorf("%s has no split %q: there are train, val and test", data, split)
}
