package predict

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"

	"resnetlab/datasets"
)

// Files classifies picture files and yields one result per name, in the order of the names. Names are relative to root, with slashes; with
// root "" they are paths. A file that cannot be read yields its error in [Result.Err].
//
// The sequence's error is that of the network, of the context, or of a disk or machine that fails. It comes with a zero Result and ends the sequence.
//
// Workers goroutines decode while the network computes (one a core where workers < 1), at most two batches ahead, so that memory does not grow with
// the number of files. The end of the context ends the sequence after the current batch. It does not wait for a read that hangs, as on a network
// drive that has gone: its goroutine stays behind.
func (p *Predictor) Files(ctx context.Context, root string, names []string, workers int) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for r, err := range p.rows(ctx, root, names, workers) {
			if !yield(r.result(), err) {
				return
			}
		}
	}
}

// row is the network's output for one file, or the error why there is none.
type row struct {
	file   string
	values []float32 // the network's output
	err    error
}

func (r row) result() Result {
	result := Result{Err: r.err}
	if r.values != nil {
		result = NewResult(r.values)
	}
	result.File = r.file
	return result
}

// rows yields what the network computes for each file, in order. Both Files methods are made of it.
func (p *Predictor) rows(ctx context.Context, root string, names []string, workers int) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		folder, err := openFolder(root)
		if err != nil {
			yield(row{}, err)
			return
		}
		ahead := p.decodeAhead(ctx, root, names, datasets.WorkerCount(workers))
		batch := batch{predictor: p, yield: yield}
		for _, name := range names {
			d, err := next(ctx, ahead)
			if err != nil {
				yield(row{}, err)
				return
			}
			if err := folder.check(name, d.err); err != nil {
				if batch.flush() {
					yield(row{}, err)
				}
				return
			}
			if !batch.add(name, d) {
				return
			}
		}
		batch.flush()
	}
}

// decoded is a picture on its way from a decoding worker to the network.
type decoded struct {
	input *input
	err   error
}

// decodeAhead delivers the names' pictures in order: a queue of channels for one picture each, filled by whichever worker is free.
func (p *Predictor) decodeAhead(ctx context.Context, root string, names []string, workers int) <-chan chan decoded {
	queue := make(chan chan decoded, 2*p.forward.BatchSize)
	free := make(chan struct{}, workers)
	go func() {
		for _, name := range names {
			place := make(chan decoded, 1)
			select {
			case <-ctx.Done():
				return
			case queue <- place:
			}
			select {
			case <-ctx.Done():
				return
			case free <- struct{}{}:
			}
			go func() {
				defer func() { <-free }()
				place <- p.decode(filepath.Join(root, filepath.FromSlash(name)))
			}()
		}
	}()
	return queue
}

// next waits for the next picture or for the end of the context.
func next(ctx context.Context, ahead <-chan chan decoded) (decoded, error) {
	if err := ctx.Err(); err != nil { // select would choose at random between it and a picture that is there
		return decoded{}, err
	}
	select {
	case <-ctx.Done():
		return decoded{}, ctx.Err()
	case place := <-ahead:
		select {
		case <-ctx.Done():
			return decoded{}, ctx.Err()
		case d := <-place:
			return d, nil
		}
	}
}

// decode never panics: one picture must not end a long run.
func (p *Predictor) decode(path string) (d decoded) {
	defer func() {
		if cause := recover(); cause != nil {
			d = decoded{err: fmt.Errorf("reading %s: panic: %v", path, cause)}
		}
	}()
	picture, err := p.Preset.EvalFile(path)
	if err != nil {
		return decoded{err: err}
	}
	return decoded{input: p.input(picture)}
}

// batch gathers files until there is a batch of readable pictures among them.
type batch struct {
	predictor *Predictor
	yield     func(row, error) bool
	pending   []row
	inputs    []*input
}

func (b *batch) add(name string, d decoded) (more bool) {
	b.pending = append(b.pending, row{file: name, err: d.err})
	if d.err == nil {
		b.inputs = append(b.inputs, d.input)
	}
	if !full(len(b.inputs), len(b.pending), b.predictor.forward.BatchSize) {
		return true
	}
	return b.flush()
}

// full reports whether the pending files go to the network: when they fill a batch, or when so many are unreadable that their results would wait
// too long for one.
func full(readable, all, batchSize int) bool { return readable >= batchSize || all >= 64*batchSize }

// flush runs the network on the readable files of the batch and yields all of it.
func (b *batch) flush() (more bool) {
	var outputs [][]float32
	if len(b.inputs) > 0 {
		var err error
		if outputs, err = b.predictor.logits(b.inputs); err != nil {
			b.yield(row{}, err)
			return false
		}
	}
	for _, r := range b.pending {
		if r.err == nil {
			r.values, outputs = outputs[0], outputs[1:]
		}
		if !b.yield(r, nil) {
			return false
		}
	}
	b.pending, b.inputs = b.pending[:0], b.inputs[:0]
	return true
}
