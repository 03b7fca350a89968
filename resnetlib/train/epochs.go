package train

import (
	"errors"

	"resnetlab/datasets"
	"resnetlab/resnetlib/predict"
)

// featureMemory is how many bytes of features are kept in memory; a split that does not fit goes to the disk.
const featureMemory = 1 << 30

// epochs are what a training's epochs go through: pictures and the network, or features and its tail.
type epochs struct {
	train, val datasets.Source
	classifier predict.Classifier // of val
}

func (s *session) newEpochs() (*epochs, error) {
	train, val := s.loaderConfig(true), s.loaderConfig(false)
	e := &epochs{train: datasets.NewLoader(s.data.Train, train), val: datasets.NewLoader(s.data.Val, val)}
	if s.frozen == nil {
		f, err := s.machinery.forward(s.backend, "net", s.net, s.config.BatchSize)
		e.classifier = f
		return e, err
	}
	body, err := s.machinery.forward(s.backend, "body", s.frozen.body, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	tail, err := s.machinery.forward(s.backend, "tail", s.frozen.tail, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	e.classifier = onFeatures{tail, s.frozen.dims}
	if e.train, err = s.newFeatures("train", body, e.train.(*datasets.Loader), train, versions(s.config)); err != nil {
		return nil, err
	}
	e.val, err = s.newFeatures("val", body, e.val.(*datasets.Loader), val, 1)
	return e, err
}

func (s *session) loaderConfig(train bool) datasets.LoaderConfig {
	return datasets.LoaderConfig{BatchSize: s.config.BatchSize, Workers: s.config.Workers, Seed: s.config.Seed, Preset: s.preset,
		Shuffle: train, Train: train && s.config.Augment != "none", Repeats: s.config.AugmentRepeats}
}

// close closes files of features.
func (e *epochs) close() (err error) {
	for _, source := range []datasets.Source{e.train, e.val} {
		if f, ok := source.(*features); ok {
			err = errors.Join(err, f.store.close())
		}
	}
	return err
}
