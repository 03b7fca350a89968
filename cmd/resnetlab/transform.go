package main

import (
	"context"
	"errors"
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
	In  string `arg:"" help:"The picture."`
	Out string `arg:"" help:"The PNG to write: OUT.png."`
	Ops string `help:"Steps in order, separated by commas, e.g. resize:256,center-crop:224; none: decode to RGB only."`
}

func (t *transformCommand) Help() string { return "Steps: " + transforms.OpsUsage }

// Run asks for a context and does not look at it, as weights convert does: the first Ctrl-C leaves no part of a file behind.
func (t *transformCommand) Run(context.Context) error {
	ops, err := transforms.ParseOps(t.Ops)
	if err != nil {
		return usage(err)
	}
	if !strings.EqualFold(filepath.Ext(t.Out), ".png") {
		return usage(fmt.Errorf("%s: a PNG is written, and its name ends in .png", t.Out))
	}
	if err := errors.Join(notItself(t.In, t.Out), spare(t.Out, true)); err != nil {
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
