package main

import (
	"context"
	"fmt"

	"resnetlab/resnetlib/bench"
)

type benchCommands struct {
	Network benchNetwork `cmd:"" default:"withargs" help:"Forward pass and training step; what bench alone does."`
	Input   benchInput   `cmd:"" help:"Input pipeline: JPEG files to augmented, normalised batches."`
}

type benchNetwork struct {
	Arch       string `help:"Architecture." default:"resnet34"`
	BatchSize  int    `help:"Pictures in a batch." default:"8"`
	ImageSize  int    `help:"Side of the picture in pixels." default:"224"`
	NumClasses int    `help:"Classes." default:"5"`
	Repeats    int    `help:"Timed calls of each kind." default:"5"`
	Threads    int    `help:"Threads that a graph may use; 0: all." default:"0"`
	ByLayer    bool   `name:"by-layer" help:"Each layer and block alone, too, in the forward pass."`
	JSON       bool   `name:"json" help:"As JSON."`
}

func (b *benchNetwork) Run(ctx context.Context, c *commands) error {
	if b.NumClasses < 1 {
		return usage(fmt.Errorf("--num-classes %d: at least 1", b.NumClasses))
	}
	be, choice, err := c.openBackend(b.Threads)
	if err != nil {
		return err
	}
	r, err := bench.Run(ctx, be, choice.Name, bench.Config{
		Arch: b.Arch, BatchSize: b.BatchSize, ImageSize: b.ImageSize, NumClasses: b.NumClasses, Repeats: b.Repeats, ByLayer: b.ByLayer})
	if err != nil {
		return usage(err)
	}
	if b.JSON {
		return printJSON(r)
	}
	fmt.Printf("%s on %s, batch %d, %d px, seconds per picture (median, least):\n", r.Arch, r.Backend, r.BatchSize, r.ImageSize)
	for _, line := range []struct {
		name    string
		t       bench.Timing
		compile float64
	}{{"forward", r.Forward, r.CompileSeconds.Forward}, {"training step", r.Train, r.CompileSeconds.Train}} {
		fmt.Printf("  %-14s %.4f  %.4f   (first call %.1f s)\n", line.name, line.t.SecondsPerImage.Median, line.t.SecondsPerImage.Min, line.compile)
	}
	for _, l := range r.Layers {
		fmt.Printf("  %-14s %.6f  %.6f   %v\n", l.Name, l.SecondsPerImage.Median, l.SecondsPerImage.Min, l.Output)
	}
	_, err = fmt.Printf("  peak memory    %.2f GB\n", float64(r.PeakRSSBytes)/1e9)
	return err
}
