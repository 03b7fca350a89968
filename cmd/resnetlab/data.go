package main

import (
	"context"
	"errors"
	"fmt"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/notebook"
)

type dataCommands struct {
	Sketch dataSketch `cmd:"" help:"Draw the embedded five-class data set into a folder: train/, val/ and test/."`
}

type dataSketch struct {
	Out   string `help:"Folder to draw into." default:"sketch"`
	Seed  uint64 `help:"The same seed draws the same pictures." default:"0"`
	Train int    `help:"Pictures to train on." default:"2000"`
	Val   int    `help:"Pictures to validate on." default:"500"`
	Test  int    `help:"Pictures that choose nothing." default:"500"`
	Size  int    `help:"Pixels of a picture's shorter side." default:"96"`
}

func (d *dataSketch) Run(ctx context.Context, c *commands) error {
	total := d.Train + d.Val + d.Test
	bar := notebook.NewBar("drawing pictures", total)
	err := sketch.Write(ctx, d.Out, sketch.Config{Seed: d.Seed, Train: d.Train, Val: d.Val, Test: d.Test, Size: d.Size},
		func(done, _ int) { bar.Update(done, "") })
	if errors.Is(err, sketch.ErrOther) {
		bar.Done("")
		return badInput(err)
	}
	if err != nil {
		return err
	}
	bar.Done(fmt.Sprintf("%d pictures in %s", total, d.Out))
	c.logf("next: resnetlab train %s --arch resnet18 --image-size 64", d.Out)
	return nil
}
