package main

import (
	"context"
	"fmt"
	"os"

	"resnetlab/resnetlib/predict"
)

type batchCommand struct {
	Dir string `arg:"" help:"Folder of pictures, at any depth."`
	trained
	shape
	Format    string `help:"text, json, csv or jsonl. Left out: as --out ends, else text; of shards jsonl." default:"" enum:",text,json,csv,jsonl" placeholder:"FORMAT"`
	BatchSize int    `help:"Pictures that the network sees at once." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Out       string `help:"File to write; it appears when it is whole. Left out: stdout." placeholder:"FILE"`
	Overwrite bool   `help:"Replace --out."`
	sharding
}

func (b *batchCommand) Run(ctx context.Context, c *commands) error {
	job, err := b.job(ctx, c)
	if err != nil {
		return err
	}
	net, err := b.open()
	if err != nil {
		return err
	}
	if job.NumShards > 0 || job.Resume {
		if job.Digest, err = net.Digest(); err != nil {
			return err
		}
	}
	be, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	predictor, err := predict.New(be, net, predict.BatchSize(b.BatchSize))
	if err != nil {
		return badInput(err)
	}
	defer predictor.Finalize()
	bar := lateBar{title: "predicting"}
	defer bar.end()
	unreadable := 0
	job.Started = func(p predict.Plan) { c.started(p, b.Out) }
	job.Unreadable = func(string, error) { unreadable++ }
	job.Progress = func(done, total int) { bar.update(done, total, told(unreadable)) }
	s, err := predict.Folder(ctx, predictor, job)
	if err != nil {
		return err
	}
	return b.status(job, s)
}

// job makes a job of the flags, and checks it and the names of its pictures before a network is loaded.
func (b *batchCommand) job(ctx context.Context, c *commands) (job predict.Job, err error) {
	index, of, whence, err := b.place()
	if err != nil {
		return job, err
	}
	if whence != "" {
		c.logf("shard %d of %d, by %s", index, of, whence)
	}
	if of == 1 && b.Shard == nil && whence == "" {
		of = 0 // no shards
	}
	if b.BatchSize < 1 {
		return job, usage(fmt.Errorf("--batch-size %d: at least 1", b.BatchSize))
	}
	job = predict.Job{Dir: b.Dir, Out: b.Out, Stream: os.Stdout, Overwrite: b.Overwrite, Format: b.Format, TopK: b.TopK,
		Logits: b.OutputType == "logit", Shard: index, NumShards: of, Resume: b.Resume, Workers: b.Workers}
	if err := job.Check(); err != nil {
		return job, err
	}
	if job.Pictures, err = predict.List(ctx, b.Dir); err != nil {
		return job, err
	}
	return job, job.Check() // now with the names
}

// told is a bar's word on pictures that could not be read.
func told(unreadable int) string {
	if unreadable == 0 {
		return ""
	}
	return fmt.Sprintf("%d unreadable", unreadable)
}

// status is the error for pictures that could not be read.
func (b *batchCommand) status(job predict.Job, s predict.Summary) error {
	err := unread(s.Unreadable, s.Files)
	switch {
	case s.Whole:
		return nil
	case job.NumShards > 0 || job.Resume: // also where none could be read: the shard's file is whole, and the others may have pictures
		return except(err)
	}
	return err
}

// started says on stderr what a job found before its work.
func (c *commands) started(p predict.Plan, out string) {
	if len(p.Aside) > 0 {
		c.logf("left aside, by their endings%s", p.Aside)
	}
	if p.Escaped > 0 {
		c.logf(`%d file names are not UTF-8: a byte that is not is written as \xe9`, p.Escaped)
	}
	switch {
	case p.Whole:
		c.logf("%s is whole and of these settings: nothing to do", out)
	case p.Done > 0:
		c.logf("resuming after %d of %d pictures that a stopped run has done", p.Done, p.Files)
	}
}
