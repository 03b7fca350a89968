package predict

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
)

// decoded is a picture on its way from a decoding worker to the network.
type decoded struct {
	input []float32
	err   error
}

// Files classifies picture files below root (names with /; root "" for paths as they are) and yields one result per file in the order of the
// names: nothing is dropped, and a file that cannot be read yields its error. Workers decode ahead while the network computes, two batches at
// most, so memory does not grow with the number of files. An error of the network or of the context ends the sequence: it is
// yielded as the last, with no file.
func (p *Predictor) Files(ctx context.Context, root string, names []string, workers int) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ahead := p.decodeAhead(ctx, root, names, max(workers, 1))
		batch := batch{predictor: p, yield: yield}
		for _, name := range names {
			d, err := next(ctx, ahead)
			if err != nil {
				yield(Result{Err: err})
				return
			}
			if !batch.add(name, d) {
				return
			}
		}
		batch.flush()
	}
}

// decodeAhead delivers the names' pictures in order: a queue of one-place channels, each filled by whichever worker is free.
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
	picture, err := p.Preset.DecodeFile(path)
	if err != nil {
		return decoded{err: err}
	}
	return decoded{input: p.input(picture)}
}

// batch gathers results until there is a batch of readable pictures among them.
type batch struct {
	predictor *Predictor
	yield     func(Result) bool
	pending   []Result
	inputs    [][]float32
}

func (b *batch) add(name string, d decoded) (more bool) {
	b.pending = append(b.pending, Result{File: name, Err: d.err})
	if d.err == nil {
		b.inputs = append(b.inputs, d.input)
	}
	if !full(len(b.inputs), len(b.pending), b.predictor.forward.BatchSize) {
		return true
	}
	return b.flush()
}

// full tells whether a batch goes to the network: broken files alone do not wait for ever for a picture.
func full(readable, all, batchSize int) bool { return readable >= batchSize || all >= 64*batchSize }

func (b *batch) flush() (more bool) {
	var logits [][]float32
	if len(b.inputs) > 0 {
		var err error
		if logits, err = b.predictor.logits(b.inputs); err != nil {
			b.yield(Result{Err: err})
			return false
		}
	}
	for _, r := range b.pending {
		if r.Err == nil {
			file := r.File
			r, logits = NewResult(logits[0]), logits[1:]
			r.File = file
		}
		if !b.yield(r) {
			return false
		}
	}
	b.pending, b.inputs = b.pending[:0], b.inputs[:0]
	return true
}
