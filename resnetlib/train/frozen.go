package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/datasets"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train/featurecache"
)

// versions is the number of augmented versions of each picture that the training goes through; 0: a new one in each epoch.
func versions(c Config) int {
	if c.Augment == "none" {
		return 1
	}
	return min(c.AugmentRepeats, c.Epochs)
}

// frozenBody returns the part of the network whose outputs are computed once; nil where every epoch computes the whole network. A note says why, where
// layers are frozen.
func (s *session) frozenBody(net *models.ResNet) (*featurecache.Body, error) {
	switch {
	case len(s.plan.Frozen) == 0 || !s.cacheFeatures:
		return nil, nil
	case !s.config.FreezesBN():
		s.note("the frozen layers are computed in every epoch: their batch norms keep updating (--freeze-bn=false)")
		return nil, nil
	case versions(s.config) == 0:
		s.note("the frozen layers are computed in every epoch, whose crops are new; with --augment none, or --augment-repeats K, they are computed once")
		return nil, nil
	}
	return featurecache.Split(net, s.plan.Trained[0], s.preset.Crop)
}

// epochs are what the epochs of a training go through: pictures and the network, or features and its trained part.
type epochs struct {
	train, val datasets.Source
	classifier predict.Classifier // of val
}

func (s *session) newEpochs() (*epochs, error) {
	train, val := datasets.NewLoader(s.data.Train, s.loaderConfig(true)), datasets.NewLoader(s.data.Val, s.loaderConfig(false))
	body := s.compiled.body
	if body == nil {
		forward, err := s.compiled.forward(s.backend, wholeNet, s.net, s.config.BatchSize)
		if err != nil {
			return nil, err
		}
		return &epochs{train, val, forward}, nil
	}
	frozen, err := s.compiled.forward(s.backend, "frozen", body.Frozen, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	trained, err := s.compiled.forward(s.backend, "trained", body.Trained, s.config.BatchSize)
	if err != nil {
		return nil, err
	}
	trainFeatures, err := s.features("train", frozen, train, versions(s.config))
	if err != nil {
		return nil, err
	}
	valFeatures, err := s.features("val", frozen, val, 1)
	if err != nil {
		return nil, errors.Join(err, trainFeatures.Close())
	}
	return &epochs{trainFeatures, valFeatures, featurecache.Classifier{Forward: trained, Dims: body.Dims}}, nil
}

func (s *session) loaderConfig(train bool) datasets.LoaderConfig {
	return datasets.LoaderConfig{BatchSize: s.config.BatchSize, Workers: s.config.Workers, Seed: s.config.Seed, Preset: s.preset,
		Shuffle: train, Train: train && s.config.Augment != "none", Repeats: s.config.AugmentRepeats, DropSingle: train && s.needsBatches()}
}

// needsBatches tells whether a training step needs more than one picture: batch norm has one value a channel where the last feature map is 1 x 1.
func (s *session) needsBatches() bool {
	const stride = 32 // of the last stage of every torchvision network
	evalBN := slices.Contains(s.plan.Frozen, "layer4") && s.config.FreezesBN()
	return s.preset.Crop <= stride && !evalBN
}

// checkBatches refuses a training whose batches are too small for batch norm, before its first step.
func (s *session) checkBatches() error {
	if !s.needsBatches() {
		return nil
	}
	if s.config.BatchSize == 1 || s.data.Train.Len() == 1 {
		return fmt.Errorf("batches of one picture of %d pixels leave batch norm one value per channel in the last stage: use --batch-size 2 or more, or a larger --image-size", s.preset.Crop)
	}
	if n := s.data.Train.Len(); datasets.NewLoader(s.data.Train, s.loaderConfig(true)).Samples() < n {
		s.note("each epoch trains on %d of %d pictures, another one left out each time: it would be alone in the last batch, and batch norm needs more than one value per channel", n-1, n)
	}
	return nil
}

// close closes files of features.
func (e *epochs) close() (err error) {
	for _, source := range []datasets.Source{e.train, e.val} {
		if f, ok := source.(*featurecache.Source); ok {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// features makes the source of the features of a part of the data ("train", "val"): in memory while there is room, else in the run's folder.
func (s *session) features(split string, forward *predict.Forward, order *datasets.Loader, versions int) (*featurecache.Source, error) {
	body, n := s.compiled.body, order.Dataset().Len()
	c := featurecache.Config{Body: body, Forward: forward, Order: order, Pictures: s.loaderConfig(split == "train"), Versions: versions}
	c.Progress = func(done int) {
		s.report(Event{Phase: split + " features", Epoch: s.progress.Epoch + 1, Epochs: s.config.Epochs, Done: done, Total: n})
	}
	where, bytes := "in memory", body.Bytes(versions*n)
	if bytes <= s.featureMemory {
		s.featureMemory -= bytes
	} else {
		key, err := s.featuresKey(c.Pictures)
		if err != nil {
			return nil, err
		}
		where = "in " + s.run.FeaturesPath()
		c.File = filepath.Join(s.run.FeaturesPath(), split+"-"+key[:16]+".bin")
	}
	s.note("features of %d %s pictures are computed once, before %s: %.1f MB %s", n, split, body.Cut, float64(bytes)/1e6, where)
	return featurecache.New(c)
}

// featuresKey identifies all that features depend on: the values of the frozen layers, the pictures and their preprocessing, batch size, backend and
// versions.
func (s *session) featuresKey(c datasets.LoaderConfig) (string, error) {
	cut := s.compiled.body.Cut
	about, err := json.Marshal([]any{cut, s.run.DataFingerprint, s.preset, c.Train, c.Seed, c.BatchSize, s.config.Exif, s.backendName, runs.ModuleVersions()})
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write(about)
	for _, p := range s.net.Parameters() {
		if strings.HasPrefix(p.Key, cut+".") {
			break // the state dict is in the order of Forward
		}
		t, err := p.Tensor()
		if err != nil {
			return "", err
		}
		sum.Write([]byte(p.Key))
		sum.Write(t.Data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
