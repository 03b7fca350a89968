package main

import (
	"context"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/transforms"
)

type transformCommand struct {
	In  string `arg:"" help:"Picture to read."`
	Out string `arg:"" help:"PNG file to write: OUT.png."`
	Ops string `help:"Steps in their order, separated by commas: resize:256,center-crop:224. Without it: only decode to RGB."`
}

// Help returns the longer text of `transform --help`.
func (t *transformCommand) Help() string { return "Steps: " + transforms.OpsUsage }

// Run takes a context and does not use it: the first Ctrl-C then does not exit the program, so that no part of a file is left.
func (t *transformCommand) Run(context.Context) error {
	ops, err := transforms.ParseOps(t.Ops)
	if err != nil {
		return usage(err)
	}
	if !strings.EqualFold(filepath.Ext(t.Out), ".png") {
		return usage(fmt.Errorf("writing %s: the output is a PNG file, and its name must end in .png", t.Out))
	}
	if err := firstError(differentFiles(t.In, t.Out), checkOutput(t.Out, true)); err != nil {
		return err
	}
	data, err := os.ReadFile(t.In)
	if err != nil {
		return badInput(err)
	}
	picture, err := transforms.Decode(data)
	if err != nil {
		return badInput(fmt.Errorf("decoding %s: %w", t.In, err))
	}
	if picture, err = transforms.Apply(ops, picture, data); err != nil {
		return badInput(fmt.Errorf("transforming %s: %w", t.In, err))
	}
	return atomicfile.Write(t.Out, func(w io.Writer) error { return png.Encode(w, picture.Image()) })
}
