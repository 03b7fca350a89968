package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/datasets"
	"resnetlab/internal/printable"
)

type dataSplit struct {
	Dir  string  `arg:"" help:"Image folder with one folder for each class. It is not changed."`
	Out  string  `help:"Folder to make, with train/ and val/; it appears only when it is complete." required:"" placeholder:"DIR"`
	Val  float64 `help:"Share of each class that goes to val/: rounded down, at least one picture." default:"0.1"`
	Seed uint64  `help:"Seed of the choice of the pictures in val/, which depends only on it and on the file names." default:"0"`
	Link bool    `help:"Make hard links instead of copies: they need no disk space, and --out must be on the same file system."`
}

func (d *dataSplit) Run(ctx context.Context, c *commands) error {
	if !(d.Val > 0 && d.Val < 1) {
		return usage(fmt.Errorf("--val %v: it must be between 0 and 1", d.Val))
	}
	bar := lateBar{title: "writing pictures"}
	config := datasets.SplitConfig{Val: d.Val, Seed: d.Seed, Progress: bar.count}
	if d.Link {
		config.Put = func(from, to string) error { // the link's target: a copied relative link would lead nowhere
			file, err := filepath.EvalSymlinks(from)
			if err != nil {
				return err
			}
			return os.Link(file, to)
		}
	}
	result, err := datasets.WriteSplit(ctx, d.Dir, d.Out, config)
	bar.end()
	if err != nil {
		return ofInput(err)
	}
	return d.finish(c, result)
}

// finish prints the result of a split, and the pictures that were left out.
func (d *dataSplit) finish(c *commands, r datasets.SplitResult) error {
	if _, err := fmt.Printf("%s: %d pictures to train on, %d to validate\n", printable.Line(d.Out), r.Train, r.Val); err != nil {
		return err
	}
	c.logf("next: resnetlab train %s", d.Out)
	for _, bad := range r.LeftOut {
		warnf("left out: %v", bad)
	}
	return unread(len(r.LeftOut), len(r.LeftOut)+r.Train+r.Val)
}
