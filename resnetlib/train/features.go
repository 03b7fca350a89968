package train

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"resnetlab/datasets"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
)

// What is frozen is the same function in every epoch, as long as its batch norms use their running statistics and it sees the same pictures. Then
// its outputs, the features, are computed once and training costs the tail alone: Donahue et al., "DeCAF", arXiv:1310.1531.

// frozenBody is the part of the network below the first trained layer, of which the features are.
type frozenBody struct {
	body, tail models.Sequence
	cut        string // the tail's first child
	dims       []int  // of one picture's features
}

// size is the number of values in one picture's features.
func (b *frozenBody) size() int {
	size := 1
	for _, d := range b.dims {
		size *= d
	}
	return size
}

// versions is the number of augmented versions of each picture that the training goes through; 0: a new one in each epoch.
func versions(c Config) int {
	if c.Augment == "none" {
		return 1
	}
	return min(c.AugmentRepeats, c.Epochs)
}

// split finds the frozen body; it stays nil where features cannot be computed once, and a note says why where that is not plain.
func (s *session) split() (err error) {
	switch {
	case len(s.plan.Frozen) == 0 || s.plainEpochs:
		return nil
	case !s.config.FreezesBN():
		s.note("the frozen layers compute anew in each epoch: their batch norms go on moving (--freeze-bn=false)")
		return nil
	case versions(s.config) == 0:
		s.note("the frozen layers compute anew in each epoch, whose crops are new; with --augment none, or --augment-repeats K, they compute once")
		return nil
	}
	b := &frozenBody{cut: s.plan.Trained[0]}
	if b.body, b.tail, err = s.net.Split(b.cut); err != nil {
		return err
	}
	shape, err := models.OutputShape(b.body, 1, s.preset.Crop, s.preset.Crop, 3)
	if err != nil {
		return err
	}
	b.dims = shape[1:]
	s.frozen = b
	return nil
}

// features is a [datasets.Source] that gives, instead of pixels, what the body makes of the pictures. Those of a version are computed when an
// epoch first asks for them, in the data set's order and in batches of one shape, so that a picture's features are the same bytes whenever and
// however often they are computed.
type features struct {
	frozen   *frozenBody
	forward  *predict.Forward // of the body
	pictures *datasets.Loader // in the data set's order; epoch v is version v
	order    *datasets.Loader // of the training's epochs
	batch    int
	versions int
	labels   []int
	store    rowStore
	done     []int          // pictures computed of each version, from the first on
	report   func(done int) // pictures
}

func (f *features) Dataset() datasets.Dataset { return f.order.Dataset() }
func (f *features) Batches() int              { return f.order.Batches() }

func (f *features) Epoch(ctx context.Context, epoch, firstBatch int) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		if firstBatch >= f.Batches() {
			return
		}
		version := epoch % f.versions
		if err := f.compute(ctx, version); err != nil {
			yield(nil, err)
			return
		}
		for indices := range slices.Chunk(f.order.Order(epoch)[firstBatch*f.batch:], f.batch) {
			batch, err := f.rows(version, indices)
			if ctx.Err() != nil {
				batch, err = nil, context.Cause(ctx)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// compute computes what is missing of a version.
func (f *features) compute(ctx context.Context, version int) error {
	n := f.Dataset().Len()
	if f.done[version] == n {
		return nil
	}
	for batch, err := range f.pictures.Epoch(ctx, version, f.done[version]/f.batch) {
		if err != nil {
			return err
		}
		rows, err := f.forward.Rows(batch.Images, batch.N, batch.Height, batch.Width, 3)
		if err != nil {
			return err
		}
		for i, index := range batch.Indices {
			if err := f.store.put(version*n+index, rows[i]); err != nil {
				return err
			}
			f.done[version] = index + 1
		}
		f.report(f.done[version])
	}
	return nil
}

// rows is a batch of features, [N, dims...].
func (f *features) rows(version int, indices []int) (*datasets.Batch, error) {
	size := f.frozen.size()
	b := &datasets.Batch{Images: make([]float32, len(indices)*size), Labels: make([]int32, len(indices)), Indices: indices, N: len(indices)}
	for i, index := range indices {
		if err := f.store.get(version*f.Dataset().Len()+index, b.Images[i*size:(i+1)*size]); err != nil {
			return nil, err
		}
		b.Labels[i] = int32(f.labels[index])
	}
	return b, nil
}

// onFeatures classifies features: the tail as a [predict.Classifier] for the batches of features.
type onFeatures struct {
	tail *predict.Forward
	dims []int
}

func (o onFeatures) Logits(values []float32, n, _, _ int) ([][]float32, error) {
	return o.tail.Rows(values, n, o.dims...)
}

// newFeatures makes the source of a split ("train", "val").
func (s *session) newFeatures(split string, forward *predict.Forward, order *datasets.Loader, pictures datasets.LoaderConfig, versions int) (*features, error) {
	ds := order.Dataset()
	pictures.Shuffle = false
	f := &features{frozen: s.frozen, forward: forward, order: order, pictures: datasets.NewLoader(ds, pictures), batch: s.config.BatchSize,
		versions: versions, done: make([]int, versions)}
	f.report = func(done int) {
		s.report(Event{Phase: split + " features", Epoch: s.progress.Epoch + 1, Epochs: s.config.Epochs, Done: done, Total: ds.Len()})
	}
	var err error
	if f.labels, err = datasets.Labels(ds); err != nil {
		return nil, err
	}
	bytes := int64(versions) * int64(ds.Len()) * int64(s.frozen.size()) * 4
	where := "in memory"
	if s.memory -= bytes; s.memory >= 0 {
		f.store = newMemory(versions*ds.Len(), s.frozen.size())
	} else {
		s.memory += bytes
		if where, err = s.onDisk(f, split, pictures); err != nil {
			return nil, err
		}
	}
	s.note("features of %d %s pictures are computed once, before %s: %.1f MB %s", ds.Len(), split, s.frozen.cut, float64(bytes)/1e6, where)
	return f, nil
}

// onDisk keeps features in the run's folder; what an earlier process left there whole is used.
func (s *session) onDisk(f *features, split string, c datasets.LoaderConfig) (where string, err error) {
	key, err := s.featuresKey(c)
	if err != nil {
		return "", err
	}
	folder, n := s.run.FeaturesPath(), f.Dataset().Len()
	disk, err := openDisk(folder, split+"-"+key[:16]+".bin", s.frozen.size())
	if err != nil {
		return "", fmt.Errorf("keeping features: %w", err)
	}
	f.store = disk
	for v := range f.done {
		for f.done[v] < n && disk.whole(v*n+f.done[v]) {
			f.done[v]++
		}
	}
	return "in " + folder, nil
}
