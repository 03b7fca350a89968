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
	forwards   []*predict.Forward
}

func (s *session) newEpochs() (*epochs, error) {
	train, val := s.loaderConfig(true), s.loaderConfig(false)
	e := &epochs{train: datasets.NewLoader(s.data.Train, train), val: datasets.NewLoader(s.data.Val, val)}
	if s.frozen == nil {
		f, err := predict.NewForward(s.backend, s.net, s.config.BatchSize)
		e.classifier, e.forwards = f, []*predict.Forward{f}
		return e, err
	}
	body, err := predict.NewPart(s.backend, s.net, s.frozen.body, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	tail, err := predict.NewPart(s.backend, s.net, s.frozen.tail, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	e.classifier, e.forwards = onFeatures{tail, s.frozen.dims}, []*predict.Forward{body, tail}
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

// close frees compiled graphs and open files.
func (e *epochs) close() (err error) {
	for _, f := range e.forwards {
		f.Finalize()
	}
	for _, source := range []datasets.Source{e.train, e.val} {
		if f, ok := source.(*features); ok {
			err = errors.Join(err, f.store.close())
		}
	}
	return err
}
