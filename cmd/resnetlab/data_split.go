package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/datasets"
)

type dataSplit struct {
	Dir  string  `arg:"" help:"Image folder: CLASS/picture.jpg. It stays as it is."`
	Out  string  `help:"Folder to make, with train/ and val/; it appears when it is whole." required:"" placeholder:"D"`
	Val  float64 `help:"Share of each class for val/, rounded down, but at least one picture." default:"0.1"`
	Seed uint64  `help:"Another seed holds out other pictures. Beside it only names count, not the file system's order." default:"0"`
	Link bool    `help:"Hard links in place of copies: no room on the disk, on the same file system."`
}

func (d *dataSplit) Run(ctx context.Context, c *commands) error {
	if !(d.Val > 0 && d.Val < 1) {
		return usage(fmt.Errorf("--val %v is not between 0 and 1", d.Val))
	}
	bar := lateBar{title: "writing pictures"}
	config := datasets.SplitConfig{Val: d.Val, Seed: d.Seed, Progress: bar.count}
	if d.Link {
		config.Put = func(from, to string) error { // the file itself: a link to a link would lead nowhere from another folder
			file, err := filepath.EvalSymlinks(from)
			if err != nil {
				return err
			}
			return os.Link(file, to)
		}
	}
	result, err := datasets.WriteSplit(ctx, d.Dir, d.Out, config)
	bar.end()
	return d.finish(c, result, err)
}

func (d *dataSplit) finish(c *commands, r datasets.SplitResult, err error) error {
	var system *fs.PathError
	var link *os.LinkError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrExist):
		return usage(err)
	case errors.Is(err, fs.ErrNotExist):
		return badInput(err)
	case errors.As(err, &link), errors.As(err, &system): // the disk is full, for instance
		return err
	case err != nil:
		return badInput(err)
	}
	if _, err := fmt.Printf("%s: %d pictures to train on, %d to validate\n", d.Out, r.Train, r.Val); err != nil {
		return err
	}
	c.logf("next: resnetlab train %s", d.Out)
	for _, bad := range r.LeftOut {
		warnf("left out: %v", bad)
	}
	return unread(len(r.LeftOut), len(r.LeftOut)+r.Train+r.Val)
}
