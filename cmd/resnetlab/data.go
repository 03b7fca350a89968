package main

import (
	"context"
	"fmt"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/notebook"
)

type dataCommands struct {
	Flowers dataFlowers `cmd:"" help:"Download the photographs of the study notes, five kinds of flowers, and split them into train/ and val/."`
	Sketch  dataSketch  `cmd:"" help:"Draw a small data set of plants into a folder, with train/, val/ and test/."`
	Split   dataSplit   `cmd:"" help:"Split an image folder into train/ and val/."`
	Check   dataCheck   `cmd:"" help:"Find broken and unusual pictures, duplicates, and classes of very different size."`
}

type dataSketch struct {
	Out   string `help:"Folder to draw into." default:"sketch"`
	Task  string `help:"Data set: ${enum}. plants: five plants; few: the same with a dozen training pictures of each; many: other classes, for pretraining." default:"plants" enum:"plants,few,many"`
	Seed  uint64 `help:"Seed of the pictures." default:"0"`
	Train int    `help:"Pictures in train/; 0: the number of the task (2000, 60, 1200)." default:"0"`
	Val   int    `help:"Pictures in val/; 0: the number of the task (500, 50, 120)." default:"0"`
	Test  int    `help:"Pictures in test/; 0: the number of the task (500, 500, 120)." default:"0"`
	Size  int    `help:"Shorter side of the pictures in pixels." default:"96"`
}

func (d *dataSketch) Run(ctx context.Context, c *commands) error {
	if err := firstError(atLeast("train", d.Train, 0), atLeast("val", d.Val, 0), atLeast("test", d.Test, 0), atLeast("size", d.Size, 1)); err != nil {
		return err
	}
	config := sketch.Config{Task: d.Task, Seed: d.Seed, Train: d.Train, Val: d.Val, Test: d.Test, Size: d.Size}
	total := config.Pictures()
	bar := notebook.NewBar("drawing pictures", total)
	defer bar.Stop()
	if err := sketch.Write(ctx, d.Out, config, func(done, _ int) { bar.Update(done, "") }); err != nil {
		return err
	}
	bar.Done(fmt.Sprintf("%d pictures in %s", total, d.Out))
	c.logf("next: resnetlab train %s --arch resnet18 --image-size 64", d.Out)
	return nil
}
