package main

import (
	"context"
	"fmt"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
)

type benchCommands struct {
	Network benchNetwork `cmd:"" default:"withargs" help:"Measure the forward pass and the training step (the default)."`
	Input   benchInput   `cmd:"" help:"Measure the input pipeline, from JPEG files to augmented, normalised batches."`
}

type benchNetwork struct {
	Arch       string `help:"Architecture." default:"resnet34"`
	BatchSize  int    `help:"Pictures in a batch." default:"8"`
	ImageSize  int    `help:"Side in pixels of the network's input." default:"224"`
	NumClasses int    `help:"Number of classes." default:"5"`
	Repeats    int    `help:"Timed calls of the forward pass, and of the training step." default:"5"`
	Threads    int    `help:"Threads that the backend may use; 0: all." default:"0"`
	ByLayer    bool   `name:"by-layer" help:"Measure also the forward pass of each layer and block alone."`
	JSON       bool   `name:"json" help:"Print JSON."`
}

func (b *benchNetwork) Run(ctx context.Context, c *commands) error {
	config := bench.Config{Arch: b.Arch, BatchSize: b.BatchSize, ImageSize: b.ImageSize, NumClasses: b.NumClasses, Repeats: b.Repeats, ByLayer: b.ByLayer}
	if err := config.Check(); err != nil {
		return err
	}
	be, choice, err := c.openBackend(backend.Options{Threads: b.Threads})
	if err != nil {
		return err
	}
	r, err := bench.Run(ctx, be, choice.Name, config)
	if err != nil {
		return err
	}
	if b.JSON {
		return printJSON(r)
	}
	return b.print(r)
}

// print prints the times of the network and, where they were measured, of its layers.
func (b *benchNetwork) print(r *bench.Result) error {
	fmt.Printf("%s on %s, batch %d, %d px, seconds per picture (median, minimum):\n", r.Arch, r.Backend, r.BatchSize, r.ImageSize)
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
	_, err := fmt.Printf("  peak memory    %.2f GB\n", float64(r.PeakRSSBytes)/1e9)
	return err
}
