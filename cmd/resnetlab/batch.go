package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"resnetlab/datasets"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/predict"
)

type batchCommand struct {
	Dir string `arg:"" help:"Folder of pictures, at any depth."`
	trained
	shape
	BatchSize int    `help:"Pictures that the network sees at once." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Out       string `help:"File to write; it appears when it is whole. Left out: stdout." placeholder:"FILE"`
	Overwrite bool   `help:"Replace --out."`
}

func (b *batchCommand) Run(ctx context.Context, c *commands) error {
	names, err := datasets.Pictures(b.Dir)
	if err != nil {
		return badInput(err)
	}
	if len(names) == 0 {
		return badInput(fmt.Errorf("no pictures in %s", b.Dir))
	}
	if _, err := os.Stat(b.Out); b.Out != "" && err == nil && !b.Overwrite {
		return usage(fmt.Errorf("%s exists: --overwrite replaces it", b.Out))
	}
	predictor, err := b.predictor(c, b.BatchSize)
	if err != nil {
		return err
	}
	defer predictor.Finalize()
	bad := 0
	err = to(b.Out, func(w io.Writer) error {
		bad, err = b.write(ctx, w, predictor, names)
		return err
	})
	if err != nil {
		return err
	}
	return unread(bad, len(names))
}

// write predicts and writes all pictures, and says how many could not be read.
func (b *batchCommand) write(ctx context.Context, w io.Writer, p *predict.Predictor, names []string) (bad int, err error) {
	out, err := predict.NewWriter(w, b.layout(p.Classes))
	if err != nil {
		return 0, err
	}
	bar := notebook.NewBar("predicting", len(names))
	defer bar.Done("")
	done := 0
	for r := range p.Files(ctx, b.Dir, names, datasets.WorkerCount(b.Workers)) {
		if r.File == "" {
			return bad, r.Err
		}
		if r.Err != nil {
			bad++
		}
		if err := out.Write(r); err != nil {
			return bad, err
		}
		done++
		bar.Update(done, map[bool]string{true: fmt.Sprintf("%d unreadable", bad)}[bad > 0])
	}
	return bad, out.Close()
}
