// Package featurecache computes the outputs of the frozen part of a network once and gives them to training in place of pictures.
//
// A frozen part is the same function in every epoch, as long as its batch norms use their running statistics and it sees the same pictures. Its
// outputs, the features, can then be computed once, and an epoch costs only the trained part (Donahue et al., "DeCAF", arXiv:1310.1531).
package featurecache

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"resnetlab/datasets"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
)

// Body is the part of a network below the first trained layer.
type Body struct {
	Frozen, Trained models.Sequence // Trained(Frozen(x)) is the network
	Cut             string          // name of the first trained layer
	Dims            []int           // of one picture's features: [H, W, C], or [C] behind the average pool
}

// Split cuts a network before a layer, for pictures of the given side.
func Split(net *models.ResNet, before string, side int) (*Body, error) {
	frozen, trained, err := net.Split(before)
	if err != nil {
		return nil, err
	}
	shape, err := models.OutputShape(frozen, 1, side, side, 3)
	if err != nil {
		return nil, err
	}
	return &Body{Frozen: frozen, Trained: trained, Cut: before, Dims: shape[1:]}, nil
}

// Size returns the number of values in one picture's features.
func (b *Body) Size() int {
	size := 1
	for _, d := range b.Dims {
		size *= d
	}
	return size
}

// Bytes returns the memory that the features of so many pictures take.
func (b *Body) Bytes(pictures int) int64 { return int64(pictures) * int64(b.Size()) * 4 }

// Config says what a [Source] gives.
type Config struct {
	Body     *Body
	Forward  *predict.Forward      // of Body.Frozen, in evaluation mode
	Order    *datasets.Loader      // whose epochs' order the features follow
	Pictures datasets.LoaderConfig // how pictures are read; its epoch v is version v. Its batch size is that of Order
	Versions int                   // augmented versions of each picture: epoch e uses version e mod Versions; below 1: 1
	File     string                // where features are kept; "": in memory
	Progress func(done int)        // called with the number of pictures computed of a version; nil: not called
}

// Source is a [datasets.Source] whose batches hold features, [N, Dims...], in place of pixels. Those of a version are computed when an epoch first
// asks for them, in the order of the data set and in batches of one size, so that the features of a picture are the same bytes whenever they are
// computed.
type Source struct {
	Config
	pictures *datasets.Loader // in the order of the data set
	labels   []int
	rows     rowStore
	done     []int // by version: pictures computed, from the first on
}

// New makes the source. With a File, what an earlier process left there undamaged is used.
func New(c Config) (*Source, error) {
	ds := c.Order.Dataset()
	c.Pictures.Shuffle, c.Pictures.DropSingle = false, false
	c.Versions = max(c.Versions, 1)
	if c.Progress == nil {
		c.Progress = func(int) {}
	}
	s := &Source{Config: c, pictures: datasets.NewLoader(ds, c.Pictures), done: make([]int, c.Versions)}
	var err error
	if s.labels, err = datasets.Labels(ds); err != nil {
		return nil, err
	}
	if c.File == "" {
		s.rows = newMemory(c.Versions*ds.Len(), c.Body.Size())
		return s, nil
	}
	disk, err := openDisk(c.File, c.Body.Size())
	if err != nil {
		return nil, fmt.Errorf("keeping features: %w", err)
	}
	s.rows = disk
	for v := range s.done {
		for s.done[v] < ds.Len() && disk.whole(v*ds.Len()+s.done[v]) {
			s.done[v]++
		}
	}
	return s, nil
}

// Close closes the file.
func (s *Source) Close() error { return s.rows.close() }

// Dataset returns the pictures' data set.
func (s *Source) Dataset() datasets.Dataset { return s.Order.Dataset() }

// Batches returns the number of batches in an epoch.
func (s *Source) Batches() int { return s.Order.Batches() }

// Epoch computes what is missing of the epoch's version and yields its batches from firstBatch on.
func (s *Source) Epoch(ctx context.Context, epoch, firstBatch int) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		if firstBatch >= s.Batches() {
			return
		}
		version, size := epoch%s.Versions, s.Pictures.BatchSize
		if err := s.compute(ctx, version); err != nil {
			yield(nil, err)
			return
		}
		for indices := range slices.Chunk(s.Order.Order(epoch)[firstBatch*size:], size) {
			batch, err := s.batch(version, indices)
			if ctx.Err() != nil {
				batch, err = nil, context.Cause(ctx)
			}
			if !yield(batch, err) || err != nil {
				return
			}
		}
	}
}

// compute computes the features of a version that are missing.
func (s *Source) compute(ctx context.Context, version int) error {
	n := s.Dataset().Len()
	if s.done[version] == n {
		return nil
	}
	for batch, err := range s.pictures.Epoch(ctx, version, s.done[version]/s.Pictures.BatchSize) {
		if err != nil {
			return err
		}
		rows, err := s.Forward.Rows(batch.Images, batch.N, batch.Height, batch.Width, 3)
		if err != nil {
			return err
		}
		for i, index := range batch.Indices {
			if err := s.rows.put(version*n+index, rows[i]); err != nil {
				return err
			}
			s.done[version] = index + 1
		}
		s.Progress(s.done[version])
	}
	return nil
}

// batch reads a batch of features, [N, Dims...].
func (s *Source) batch(version int, indices []int) (*datasets.Batch, error) {
	size, n := s.Body.Size(), s.Dataset().Len()
	b := &datasets.Batch{Images: make([]float32, len(indices)*size), Labels: make([]int32, len(indices)), Indices: indices, N: len(indices)}
	for i, index := range indices {
		if err := s.rows.get(version*n+index, b.Images[i*size:(i+1)*size]); err != nil {
			return nil, err
		}
		b.Labels[i] = int32(s.labels[index])
	}
	return b, nil
}

// Classifier classifies features by the trained part of the network.
type Classifier struct {
	Forward *predict.Forward // of Body.Trained
	Dims    []int            // Body.Dims
}

// Logits computes the logits of n pictures from their features, [n, Dims...]. Height and width have no meaning for features and are ignored.
func (c Classifier) Logits(features []float32, n, _, _ int) ([][]float32, error) {
	return c.Forward.Rows(features, n, c.Dims...)
}
