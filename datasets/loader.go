package datasets

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"resnetlab/resnetlib/transforms"
)

// Batch is some samples of one epoch, ready for the network. The receiver may change it.
type Batch struct {
	Images        []float32 // [N, Height, Width, 3], normalised
	Labels        []int32   // [N]
	Indices       []int     // [N], into the data set
	N             int       // the batch size, or less for the last batch
	Height, Width int
}

// LoaderConfig says how a Loader makes batches.
type LoaderConfig struct {
	BatchSize int  // at least 1
	Workers   int  // goroutines that decode; one a core where it is < 1
	Shuffle   bool // a new order each epoch
	Train     bool // Preset.Train (augmented) rather than Preset.Eval
	Repeats   int  // augmented versions of each picture: epoch e uses version e mod Repeats; 0: a new one each epoch
	Seed      uint64
	Preset    transforms.Preset

	// DropSingle leaves out a last batch of one picture (PyTorch's drop_last leaves out any that is not full): batch
	// normalisation in training needs more than one value a channel, and has one where the last feature map is 1 x 1. With
	// Shuffle each epoch leaves out another picture. A batch that is not the last stays: BatchSize 1, or one picture in all.
	DropSingle bool
}

// Loader makes batches of a data set with several workers. Order and augmentation come from (Seed, epoch, index)
// alone, so every batch is the same, byte for byte, for any number of workers, and can be made again alone.
type Loader struct {
	ds     Dataset
	config LoaderConfig
}

// Source gives the batches of an epoch: a Loader, or another type with its methods, whose batches need not hold pixels.
type Source interface {
	Dataset() Dataset
	Batches() int // of an epoch
	Epoch(ctx context.Context, epoch, firstBatch int) iter.Seq2[*Batch, error]
}

// NewLoader returns a loader of ds. It panics where BatchSize or Preset.Crop is not positive, or Preset.Resize is not and
// is needed.
func NewLoader(ds Dataset, c LoaderConfig) *Loader {
	if c.BatchSize < 1 || c.Preset.Crop < 1 || !c.Train && c.Preset.Resize < 1 {
		panic("datasets.NewLoader: BatchSize, Preset.Crop and (but in training) Preset.Resize must be at least 1")
	}
	c.Workers = WorkerCount(c.Workers)
	return &Loader{ds, c}
}

// WorkerCount returns workers, or one a core where it is not positive.
func WorkerCount(workers int) int {
	if workers < 1 {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// Batches returns the number of batches of an epoch; the last may be smaller than the others.
func (l *Loader) Batches() int {
	return (l.Samples() + l.config.BatchSize - 1) / l.config.BatchSize
}

// Samples returns the number of samples of an epoch: all of the data set's, or one less; see DropSingle.
func (l *Loader) Samples() int {
	n, size := l.ds.Len(), l.config.BatchSize
	if l.config.DropSingle && size > 1 && n > size && n%size == 1 {
		return n - 1
	}
	return n
}

// Dataset returns what NewLoader was given.
func (l *Loader) Dataset() Dataset { return l.ds }

// Order returns the indices of an epoch's samples in their order.
func (l *Loader) Order(epoch int) []int {
	if l.config.Shuffle {
		return transforms.Rand(l.config.Seed, epoch, -1).Perm(l.ds.Len())[:l.Samples()] // -1: no sample's own stream
	}
	order := make([]int, l.Samples())
	for i := range order {
		order[i] = i
	}
	return order
}

// ahead is how many batches are in the making or waiting, beside the one in use: memory does not grow with the number
// of workers or the data. Two keep the workers busy while the network is.
const ahead = 2

// Epoch yields the epoch's batches in order from firstBatch on (0, unless a stopped epoch is resumed). A sample that
// cannot be made, or the end of ctx, yields that one error instead, and nothing after it. All goroutines have ended
// when the loop over it does, but for a read that is stuck at the end of ctx: that one is left behind after a second.
func (l *Loader) Epoch(ctx context.Context, epoch, firstBatch int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		parent := ctx
		ctx, cancel := context.WithCancel(parent)
		var group sync.WaitGroup
		defer wait(parent, &group)
		defer cancel()

		order := l.Order(epoch)
		if l.config.Repeats > 0 {
			epoch %= l.config.Repeats
		}
		e := &epochRun{Loader: l, epoch: epoch, tasks: make(chan task), queue: make(chan *making, ahead)}
		group.Go(func() { e.plan(ctx, order[min(firstBatch*l.config.BatchSize, len(order)):]) })
		for range l.config.Workers {
			group.Go(func() { e.work(ctx) })
		}
		for batch := range e.queue {
			select {
			case <-batch.whole:
			case <-ctx.Done():
			}
			if parent.Err() != nil {
				break
			}
			if err := batch.err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(&batch.Batch, nil) {
				return
			}
		}
		if parent.Err() != nil {
			yield(nil, context.Cause(parent))
		}
	}
}

// epochRun is one epoch under way: plan cuts it into tasks, workers fill the batches, queue keeps their order.
type epochRun struct {
	*Loader
	epoch int          // from which augmentation comes
	tasks chan task    // unbuffered: a worker takes the next as it is free
	queue chan *making // in order; its capacity bounds what is in memory
}

// making is a batch that workers are filling.
type making struct {
	Batch
	errs    []error // [N]
	missing atomic.Int64
	whole   chan struct{} // closed when nothing is missing
}

// err is the first sample's, so that it does not depend on which worker was faster.
func (m *making) err() error {
	for _, err := range m.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// task is one sample to make: batch.Indices[slot].
type task struct {
	batch *making
	slot  int
}

func (e *epochRun) plan(ctx context.Context, order []int) {
	defer close(e.queue)
	defer close(e.tasks)
	for indices := range slices.Chunk(order, e.config.BatchSize) {
		batch := e.newBatch(indices)
		select {
		case e.queue <- batch:
		case <-ctx.Done():
			return
		}
		for slot := range batch.N {
			select {
			case e.tasks <- task{batch, slot}:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (e *epochRun) newBatch(indices []int) *making {
	n, side := len(indices), e.config.Preset.Crop
	batch := &making{
		Batch: Batch{
			Images: make([]float32, n*side*side*3), Labels: make([]int32, n),
			Indices: indices, N: n, Height: side, Width: side,
		},
		errs:  make([]error, n),
		whole: make(chan struct{}),
	}
	batch.missing.Store(int64(n))
	return batch
}

func (e *epochRun) work(ctx context.Context) {
	for t := range e.tasks {
		if ctx.Err() != nil {
			return
		}
		t.batch.errs[t.slot] = e.fill(t.batch, t.slot)
		if t.batch.missing.Add(-1) == 0 {
			close(t.batch.whole)
		}
	}
}

// fill makes one sample in its place in the batch.
func (e *epochRun) fill(batch *making, slot int) error {
	image, label, err := e.prepare(batch.Indices[slot])
	if err != nil {
		return err
	}
	values := batch.Height * batch.Width * 3
	e.config.Preset.Tensor(image, batch.Images[slot*values:(slot+1)*values])
	batch.Labels[slot] = int32(label)
	return nil
}
