package datasets

import (
	"fmt"

	"resnetlab/resnetlib/transforms"
)

// prepare makes sample index as the network gets it, before normalisation.
func (e *epochRun) prepare(index int) (image *transforms.RGB, label int, err error) {
	defer catch(e.ds, index, &err)
	if encoded, ok := e.ds.(Encoded); ok {
		image, label, err := e.prepareEncoded(encoded, index)
		if image != nil || err != nil {
			return image, label, err
		}
	}
	sample, err := fetch(e.ds, index)
	if err != nil {
		return nil, 0, err
	}
	preset := e.config.Preset
	if e.config.Train {
		return preset.Train(sample.Image, transforms.Rand(e.config.Seed, e.epoch, index)), sample.Label, nil
	}
	return preset.Eval(sample.Image), sample.Label, nil
}

// prepareEncoded does the work of prepare from the sample's file. It returns no image where the data set has no file for it.
func (e *epochRun) prepareEncoded(ds Encoded, index int) (image *transforms.RGB, label int, err error) {
	file, err := ds.Encoded(index)
	if file == nil || err != nil {
		return nil, 0, err
	}
	_, label, err = Entry(e.ds, index)
	if err == nil {
		err = checkLabel(e.ds, index, label)
	}
	if err != nil {
		return nil, 0, err
	}
	preset := e.config.Preset
	if e.config.Train {
		image, err = preset.TrainEncoded(file, transforms.Rand(e.config.Seed, e.epoch, index))
	} else {
		image, err = preset.EvalEncoded(file)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("decoding %s: %w", describe(e.ds, index), err)
	}
	return image, label, nil
}
