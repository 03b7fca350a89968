package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
)

type batchCommand struct {
	Dir string `arg:"" help:"Folder of pictures, at any depth."`
	trained
	shape
	Format    string `help:"text, json, csv or jsonl. Left out: as --out ends, else text; of shards jsonl." default:"" enum:",text,json,csv,jsonl" placeholder:"FORMAT"`
	BatchSize int    `help:"Pictures that the network sees at once." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Out       string `help:"File to write; it appears when it is whole. Left out: stdout." placeholder:"FILE"`
	Overwrite bool   `help:"Replace --out."`
	sharding
}

// batchJob is a batch prediction that has found what it needs.
type batchJob struct {
	*batchCommand
	shard *predict.Shard // nil: the file says nothing of itself
	names []string
	left  string       // a file that a stopped run left, "" for none
	done  predict.Done // of it
}

func (b *batchCommand) Run(ctx context.Context, c *commands) error {
	index, of, whence, err := b.place()
	if err != nil {
		return err
	}
	if whence != "" {
		c.logf("shard %d of %d, by %s", index, of, whence)
	}
	described := of > 1 || b.Shard != nil || whence != "" || b.Resume
	if err := b.check(described); err != nil {
		return err
	}
	names, err := c.picturesIn(ctx, b.Dir)
	if err != nil {
		return err
	}
	job := &batchJob{batchCommand: b, names: names}
	return job.run(ctx, c, described, index, of)
}

// check looks at the flags together, and chooses the format.
func (b *batchCommand) check(described bool) error {
	if !described {
		b.Format = cmp.Or(b.Format, formatOf(b.Out), "text")
	}
	switch {
	case b.BatchSize < 1:
		return usage(fmt.Errorf("--batch-size %d", b.BatchSize))
	case b.Resume && b.Out == "":
		return usage(fmt.Errorf("--resume needs --out FILE, beside which a stopped run has left its work"))
	case described && b.Format == "":
		b.Format = "jsonl"
	case described && b.Format != "jsonl":
		return usage(fmt.Errorf("--format %s: shards and --resume write jsonl, which says what it was made of; 'resnetlab merge --format %s' makes the other of it",
			b.Format, b.Format))
	}
	return spare(b.Out, b.Overwrite || described)
}

func (b *batchJob) run(ctx context.Context, c *commands, described bool, index, of int) error {
	net, classes, preset, err := b.open()
	if err != nil {
		return err
	}
	if described {
		if b.shard, b.names, err = b.batchCommand.shard(index, of, b.names, classes, preset); err != nil {
			return err
		}
		if whole, err := b.look(); whole || err != nil {
			if err == nil {
				c.logf("%s is whole and of these settings: nothing to do", b.Out)
				err = atomicfile.RemoveUnfinished(b.Out) // of a run that was killed when it had just put the file in its place
			}
			return err
		}
		if b.left != "" {
			c.logf("going on after %d of %d pictures that a stopped run has done", b.done.Results, len(b.names))
		}
	}
	be, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	predictor, err := newPredictor(be, net, classes, preset, b.BatchSize)
	if err != nil {
		return err
	}
	defer predictor.Finalize()
	return b.finish(ctx, predictor)
}

// finish writes the file, and removes what stopped runs left of it.
func (b *batchJob) finish(ctx context.Context, p *predict.Predictor) error {
	bad := b.done.Unreadable
	err := to(b.Out, func(w io.Writer) error {
		if err := b.goOn(w); err != nil {
			return err
		}
		more, err := b.write(ctx, w, p)
		bad += more
		if b.shard != nil { // another run can go on there
			err = atomicfile.Kept(err)
		}
		return err
	})
	if err != nil {
		return err
	}
	if b.shard != nil && b.Out != "" {
		if err := atomicfile.RemoveUnfinished(b.Out); err != nil {
			return err
		}
	}
	err = unread(bad, len(b.names))
	if b.shard != nil {
		return except(err) // also where none could be read: the shard's file is whole, and the others may have pictures
	}
	return err
}

// write predicts and writes the pictures that are not done yet, and says how many could not be read.
func (b *batchJob) write(ctx context.Context, w io.Writer, p *predict.Predictor) (bad int, err error) {
	layout := b.layout(b.Format, p.Classes)
	layout.Shard = b.shard
	out, err := predict.NewWriter(w, layout)
	if err != nil {
		return 0, err
	}
	done := b.done.Results
	out.Skip(done)
	folder := openedFolder(b.Dir)
	bar := notebook.NewBar("predicting", len(b.names))
	defer bar.Stop()
	flushed := time.Now()
	for r := range p.Files(ctx, b.Dir, b.names[done:], datasets.WorkerCount(b.Workers)) {
		if r.File == "" {
			return bad, r.Err
		}
		if r.Err != nil {
			if err := folder.check(r.File, r.Err); err != nil {
				return bad, err
			}
			bad++
		}
		if err := out.Write(r); err != nil {
			return bad, err
		}
		done++
		bar.Update(done, map[bool]string{true: fmt.Sprintf("%d unreadable", bad)}[bad > 0])
		if b.shard != nil && time.Since(flushed) > time.Second {
			if err := flush(w); err != nil { // so that whoever goes on after a kill has it
				return bad, err
			}
			flushed = time.Now()
		}
	}
	if err := out.Close(); err != nil {
		return bad, err
	}
	return bad, flush(w) // here, so that what a full disk keeps out is not all that is lost
}

// flush empties a writer's buffer, if it has one.
func flush(w io.Writer) error {
	if f, ok := w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}
