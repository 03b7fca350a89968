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

// Batch holds samples of one epoch as the network's input. It is not used again: the receiver may change it.
type Batch struct {
	Images        []float32 // [N, Height, Width, 3], normalised
	Labels        []int32   // [N]
	Indices       []int     // [N], of the samples in the data set
	N             int       // number of samples: the batch size, or less in the last batch
	Height, Width int
}

// LoaderConfig says how a Loader makes batches.
type LoaderConfig struct {
	BatchSize int  // at least 1
	Workers   int  // goroutines that decode; one a core where it is < 1
	Shuffle   bool // a new order each epoch
	Train     bool // Preset.Train (augmented) rather than Preset.Eval
	Repeats   int  // number of augmented versions of each picture: epoch e uses version e mod Repeats; 0: a new version each epoch
	Seed      uint64
	Preset    transforms.Preset

	// DropSingle leaves out the last batch if it is a single picture (PyTorch's drop_last leaves out any that is not full):
	// batch normalisation cannot train on one value per channel, which is what one picture gives where the last feature map
	// is 1 x 1. With Shuffle each epoch leaves out another picture. With BatchSize 1, or one picture in all, nothing is left out.
	DropSingle bool
}

// Loader makes batches of a data set with several workers. Order and augmentation depend on (Seed, epoch, index) alone, so every
// batch is the same, byte for byte, for any number of workers, and a resumed epoch can begin with any batch. Make one with
// [NewLoader].
type Loader struct {
	ds     Dataset
	config LoaderConfig
}

// Source yields the batches of an epoch. A [Loader] is one; the batches of others may hold other values than pixels, such as
// features.
type Source interface {
	Dataset() Dataset
	Batches() int // number of batches in an epoch
	Epoch(ctx context.Context, epoch, firstBatch int) iter.Seq2[*Batch, error]
}

// NewLoader returns a loader of ds. It panics if BatchSize or Preset.Crop is not positive, or, without Train, Preset.Resize.
func NewLoader(ds Dataset, c LoaderConfig) *Loader {
	if c.BatchSize < 1 || c.Preset.Crop < 1 || !c.Train && c.Preset.Resize < 1 {
		panic("datasets.NewLoader: BatchSize, Preset.Crop and (but in training) Preset.Resize must be at least 1")
	}
	c.Workers = WorkerCount(c.Workers)
	return &Loader{ds, c}
}

// WorkerCount returns workers, or the number of cores if workers < 1.
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

// Samples returns the number of samples of an epoch: the length of the data set, or one less; see DropSingle.
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

// prefetch is the number of batches that are being filled or wait, besides the one in use, so that memory does not grow with the
// number of workers or the data. Two keep the workers busy while the network computes.
const prefetch = 2

// Epoch yields the epoch's batches in order from firstBatch on (0, unless a stopped epoch is resumed). The first sample that
// cannot be made, or the end of ctx, yields a nil batch and an error, and ends the sequence. All goroutines end with the
// sequence, except a read that hangs at the end of ctx: it stays behind after a second.
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
		e := &epochRun{Loader: l, epoch: epoch, tasks: make(chan task), queue: make(chan *pendingBatch, prefetch)}
		group.Go(func() { e.plan(ctx, order[min(firstBatch*l.config.BatchSize, len(order)):]) })
		for range l.config.Workers {
			group.Go(func() { e.work(ctx) })
		}
		e.deliver(parent, yield)
	}
}

// deliver yields the batches in order, as the workers complete them.
func (e *epochRun) deliver(ctx context.Context, yield func(*Batch, error) bool) {
	for batch := range e.queue {
		select {
		case <-batch.filled:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
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
	if ctx.Err() != nil {
		yield(nil, context.Cause(ctx))
	}
}

// epochRun is one running epoch: plan divides it into tasks, workers fill the batches, and queue keeps the batches in order.
type epochRun struct {
	*Loader
	epoch int                // seeds the augmentation
	tasks chan task          // unbuffered: a free worker takes the next
	queue chan *pendingBatch // in order; its capacity bounds what is in memory
}

// pendingBatch is a batch that workers are filling.
type pendingBatch struct {
	Batch
	errs    []error       // [N]
	missing atomic.Int64  // number of samples not yet made
	filled  chan struct{} // closed when none is missing
}

// err returns the error of the first sample that has one, so that it does not depend on which worker was faster.
func (b *pendingBatch) err() error {
	for _, err := range b.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// task is one sample to make: number slot of the batch.
type task struct {
	batch *pendingBatch
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

func (e *epochRun) newBatch(indices []int) *pendingBatch {
	n, side := len(indices), e.config.Preset.Crop
	batch := &pendingBatch{
		Batch: Batch{
			Images: make([]float32, n*side*side*3), Labels: make([]int32, n),
			Indices: indices, N: n, Height: side, Width: side,
		},
		errs:   make([]error, n),
		filled: make(chan struct{}),
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
			close(t.batch.filled)
		}
	}
}

// fill makes one sample and writes it to its slot of the batch.
func (e *epochRun) fill(batch *pendingBatch, slot int) error {
	image, label, err := e.prepare(batch.Indices[slot])
	if err != nil {
		return err
	}
	values := batch.Height * batch.Width * 3
	e.config.Preset.Tensor(image, batch.Images[slot*values:(slot+1)*values])
	batch.Labels[slot] = int32(label)
	return nil
}
