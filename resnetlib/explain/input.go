package explain

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// Input prepares pictures as a batch for a network: cropped and normalised, [N, crop, crop, 3].
func Input(preset transforms.Preset, pictures ...*transforms.RGB) (*tensors.Tensor, error) {
	v, err := pixels(preset, pictures...)
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(v, len(pictures), preset.Crop, preset.Crop, 3), nil
}

// pixels returns the values of Input in C order.
func pixels(preset transforms.Preset, pictures ...*transforms.RGB) ([]float32, error) {
	if len(pictures) == 0 || slices.Contains(pictures, nil) {
		return nil, errors.New("no picture to look at")
	}
	size := preset.Crop * preset.Crop * 3
	v := make([]float32, len(pictures)*size)
	for i, p := range pictures {
		preset.Tensor(preset.Eval(p), v[i*size:])
	}
	return v, nil
}

// Pictures reads n pictures and their labels from a data set. They are evenly spread over it, so that a data set sorted by class gives some
// of each.
func Pictures(ds datasets.Dataset, n int) (pictures []*transforms.RGB, labels []int, err error) {
	if n < 1 || n > ds.Len() {
		return nil, nil, fmt.Errorf("taking %d pictures out of a data set of %d", n, ds.Len())
	}
	for i := range n {
		s, err := ds.Sample(i * ds.Len() / n)
		if err != nil {
			return nil, nil, err
		}
		pictures, labels = append(pictures, s.Image), append(labels, s.Label)
	}
	return pictures, labels, nil
}
