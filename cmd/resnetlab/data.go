package main

import (
	"context"
	"errors"
	"fmt"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/notebook"
)

type dataCommands struct {
	Flowers dataFlowers `cmd:"" help:"Get the photographs of the lesson notes: five kinds of flowers, train/ and val/."`
	Sketch  dataSketch  `cmd:"" help:"Draw the embedded five-class data set into a folder: train/, val/ and test/."`
	Split   dataSplit   `cmd:"" help:"Make train/ and val/ of an image folder."`
	Check   dataCheck   `cmd:"" help:"Find broken and odd pictures, duplicates, classes out of balance."`
}

type dataSketch struct {
	Out   string `help:"Folder to draw into." default:"sketch"`
	Task  string `help:"${enum}: the five plants, a dozen pictures of each, or many other classes to train on first." default:"plants" enum:"plants,few,many"`
	Seed  uint64 `help:"The same seed draws the same pictures." default:"0"`
	Train int    `help:"Pictures to train on; 0: as many as the task has (2000, 60, 1200)." default:"0"`
	Val   int    `help:"Pictures to validate on; 0: as the task has (500, 50, 120)." default:"0"`
	Test  int    `help:"Pictures that choose nothing; 0: as the task has (500, 500, 120)." default:"0"`
	Size  int    `help:"Pixels of a picture's shorter side." default:"96"`
}

func (d *dataSketch) Run(ctx context.Context, c *commands) error {
	if min(d.Train, d.Val, d.Test) < 0 || d.Size < 1 {
		return usage(errors.New("--train, --val and --test must be at least 0, --size at least 1"))
	}
	config := sketch.Config{Task: d.Task, Seed: d.Seed, Train: d.Train, Val: d.Val, Test: d.Test, Size: d.Size}
	total := config.Pictures()
	bar := notebook.NewBar("drawing pictures", total)
	err := sketch.Write(ctx, d.Out, config, func(done, _ int) { bar.Update(done, "") })
	if errors.Is(err, sketch.ErrOther) {
		bar.Stop()
		return badInput(err)
	}
	if err != nil {
		return err
	}
	bar.Done(fmt.Sprintf("%d pictures in %s", total, d.Out))
	c.logf("next: resnetlab train %s --arch resnet18 --image-size 64", d.Out)
	return nil
}
