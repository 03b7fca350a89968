package main

import (
	"cmp"
	"context"
	"io"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/predict"
)

type mergeCommand struct {
	Shards    []string `arg:"" help:"Files of all shards of one batch-predict, in any order."`
	Out       string   `help:"File to write; it appears only when it is complete. Without it: stdout." placeholder:"FILE"`
	Format    string   `help:"Output format: text, json, csv or jsonl. Without it: by the extension of --out, else jsonl." default:"" enum:",text,json,csv,jsonl" placeholder:"FORMAT"`
	Overwrite bool     `help:"Replace the file of --out."`
}

func (m *mergeCommand) Run(ctx context.Context, c *commands) error {
	if err := checkOutput(m.Out, m.Overwrite); err != nil {
		return err
	}
	m.Format = cmp.Or(m.Format, predict.FormatOf(m.Out), "jsonl")
	if m.Out == "" { // check everything first: output to stdout cannot be taken back
		if _, err := predict.Merge(interruptibleWriter{ctx, io.Discard}, m.Format, m.Shards); err != nil {
			return ofInput(err)
		}
	}
	var merged predict.Merged
	err := writeTo(m.Out, func(w io.Writer) (err error) {
		merged, err = predict.Merge(interruptibleWriter{ctx, w}, m.Format, m.Shards)
		return ofInput(err)
	})
	if err != nil {
		return err
	}
	if m.Out != "" {
		if err := atomicfile.RemoveUnfinished(m.Out); err != nil { // temporary files of killed merges
			return err
		}
	}
	c.logf("%d shards with %d pictures, %d of them unreadable: no picture is missing or duplicate", len(m.Shards), merged.Files, merged.Unreadable)
	return nil
}

// interruptibleWriter is a writer that fails after the end of its context, so that a long merge can be stopped.
type interruptibleWriter struct {
	ctx context.Context
	io.Writer
}

// Write writes p, or returns the error of the context.
func (w interruptibleWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}
