package main

import (
	"context"
	"fmt"

	"resnetlab/resnetlib/bench"
)

type benchInput struct {
	Dir       string `arg:"" optional:"" help:"Image folder to read. Without it: JPEG files of 500 x 375 pixels, which the command draws into a temporary folder."`
	BatchSize int    `help:"Pictures in a batch." default:"16"`
	ImageSize int    `help:"Side in pixels of the network's input." default:"224"`
	Workers   int    `help:"Goroutines that read pictures." default:"2"`
	Repeats   int    `help:"Timed epochs." default:"5"`
	JSON      bool   `name:"json" help:"Print JSON."`
}

func (b *benchInput) Run(ctx context.Context) error {
	r, err := bench.Input(ctx, bench.InputConfig{
		Dir: b.Dir, BatchSize: b.BatchSize, ImageSize: b.ImageSize, Workers: b.Workers, Repeats: b.Repeats})
	if b.Dir != "" {
		err = badInput(err)
	}
	if err != nil {
		return err
	}
	if b.JSON {
		return printJSON(r)
	}
	_, err = fmt.Printf("%.0f pictures per second (best epoch %.0f): %d files of %d kB on average, %d workers, batch %d, %d px\n",
		r.ImagesPerSecond, r.Best, r.Images, r.Bytes/int64(1000*r.Images), r.Workers, r.BatchSize, r.ImageSize)
	return err
}
