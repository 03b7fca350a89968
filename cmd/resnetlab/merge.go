package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/predict"
)

type mergeCommand struct {
	Shards    []string `arg:"" help:"The files of all shards of one batch-predict, in any order."`
	Out       string   `help:"File to write; it appears when it is whole. Left out: stdout." placeholder:"FILE"`
	Format    string   `help:"text, json, csv or jsonl. Left out: as --out ends, else jsonl." default:"" enum:",text,json,csv,jsonl" placeholder:"FORMAT"`
	Overwrite bool     `help:"Replace --out."`
}

func (m *mergeCommand) Run(ctx context.Context, c *commands) error {
	if err := spare(m.Out, m.Overwrite); err != nil {
		return err
	}
	m.Format = cmp.Or(m.Format, predict.FormatOf(m.Out), "jsonl")
	if m.Out == "" { // what stdout has got cannot be taken back: prove first
		if _, err := predict.Merge(until{ctx, io.Discard}, m.Format, m.Shards); err != nil {
			return m.fault(err)
		}
	}
	var merged predict.Merged
	err := to(m.Out, func(w io.Writer) (err error) {
		merged, err = predict.Merge(until{ctx, w}, m.Format, m.Shards)
		return m.fault(err)
	})
	if err != nil {
		return err
	}
	if m.Out != "" {
		if err := atomicfile.RemoveUnfinished(m.Out); err != nil { // of merges that were killed
			return err
		}
	}
	c.logf("%d shards, %d pictures, %d of them unreadable: none missing, none duplicate", len(m.Shards), merged.Files, merged.Unreadable)
	return nil
}

// until is a writer that fails once its context has ended, so that a long merge can be stopped.
type until struct {
	ctx context.Context
	io.Writer
}

func (u until) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Writer.Write(p)
}

// fault tells shards that are wrong, or not there, from a disk that fails.
func (m *mergeCommand) fault(err error) error {
	var system *fs.PathError
	if errors.As(err, &system) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return badInput(err)
}
