package main

import (
	"context"
	"errors"
	"fmt"

	"resnetlab/resnetlib/bench"
)

type benchInput struct {
	Dir       string `arg:"" optional:"" help:"Image folder to read. Left out: JPEGs of 500 x 375, drawn into a temporary folder."`
	BatchSize int    `help:"Pictures in a batch." default:"16"`
	ImageSize int    `help:"Side in pixels of what the network sees." default:"224"`
	Workers   int    `help:"Goroutines that read pictures." default:"2"`
	Repeats   int    `help:"Timed epochs." default:"5"`
	JSON      bool   `name:"json" help:"As JSON."`
}

func (b *benchInput) Run(ctx context.Context) error {
	if b.BatchSize < 1 || b.ImageSize < 1 || b.Workers < 1 || b.Repeats < 1 {
		return usage(errors.New("--batch-size, --image-size, --workers and --repeats must be at least 1"))
	}
	r, err := bench.Input(ctx, bench.InputConfig{
		Dir: b.Dir, BatchSize: b.BatchSize, ImageSize: b.ImageSize, Workers: b.Workers, Repeats: b.Repeats})
	if err != nil && ctx.Err() == nil && b.Dir != "" {
		return badInput(err)
	}
	if err != nil {
		return err
	}
	if b.JSON {
		return printJSON(r)
	}
	_, err = fmt.Printf("%.0f pictures a second (best epoch %.0f): %d files of %d KB on average, %d workers, batches of %d, %d px\n",
		r.ImagesPerSecond, r.Best, r.Images, r.Bytes/int64(1000*r.Images), r.Workers, r.BatchSize, r.ImageSize)
	return err
}
