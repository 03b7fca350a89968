package main

import (
	"context"
	"fmt"
	"os"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
)

type batchCommand struct {
	Dir string `arg:"" help:"Folder of pictures; subfolders are included."`
	trained
	shape
	Format    string `help:"Output format: text, json, csv or jsonl. Without it: by the extension of --out, else text; shards are always jsonl." default:"" enum:",text,json,csv,jsonl" placeholder:"FORMAT"`
	BatchSize int    `help:"Pictures in a batch." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one for each core." default:"0"`
	Out       string `help:"File to write; it appears only when it is complete. Without it: stdout." placeholder:"FILE"`
	Overwrite bool   `help:"Replace the file of --out."`
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
	be, _, err := c.openBackend(backend.Options{Work: b.work(job, net)})
	if err != nil {
		return err
	}
	predictor, err := predict.New(be, net, predict.BatchSize(b.BatchSize))
	if err != nil {
		return err
	}
	defer predictor.Finalize()
	bar := lateBar{title: "predicting"}
	defer bar.end()
	unreadable := 0
	job.Started = func(p predict.Plan) { c.started(p, b.Out) }
	job.Unreadable = func(string, error) { unreadable++ }
	job.Progress = func(done, total int) { bar.update(done, total, countUnreadable(unreadable)) }
	s, err := predict.Folder(ctx, predictor, job)
	if err != nil {
		return err
	}
	return b.unreadable(job, s)
}

// work returns the work by which the backend is chosen. That of a job that can be resumed is not given, so that all its runs and shards have the same
// backend.
func (b *batchCommand) work(job predict.Job, net *network.Network) backend.Work {
	if job.NumShards > 0 || job.Resume {
		return backend.Work{}
	}
	return forwardWork(net, len(job.Pictures.Names), b.BatchSize)
}

// job returns the job that the flags describe. It lists the pictures and checks all settings, so that errors come before a network is loaded.
func (b *batchCommand) job(ctx context.Context, c *commands) (job predict.Job, err error) {
	index, of, whence, err := b.place()
	if err != nil {
		return predict.Job{}, err
	}
	if whence != "" {
		c.logf("shard %d of %d, from the environment (%s)", index, of, whence)
	}
	if of == 1 && b.Shard == nil && whence == "" {
		of = 0 // no shards
	}
	if err := atLeast("batch-size", b.BatchSize, 1); err != nil {
		return predict.Job{}, err
	}
	job = predict.Job{Dir: b.Dir, Out: b.Out, Stream: os.Stdout, Overwrite: b.Overwrite, Format: b.Format, TopK: b.TopK,
		Logits: b.OutputType == "logit", Shard: index, NumShards: of, Resume: b.Resume, Workers: b.Workers}
	if err := job.Check(); err != nil {
		return predict.Job{}, err
	}
	if job.Pictures, err = predict.List(ctx, b.Dir); err != nil {
		return predict.Job{}, err
	}
	return job, job.Check() // again, with the names of the pictures
}

// countUnreadable returns the message of a progress bar about unreadable pictures.
func countUnreadable(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d unreadable", n)
}

// unreadable returns the error about unreadable pictures. A shard without a readable picture is no bad input: its file is complete, and other shards
// may have readable ones.
func (b *batchCommand) unreadable(job predict.Job, s predict.Summary) error {
	err := unread(s.Unreadable, s.Files)
	switch {
	case s.Complete:
		return nil
	case job.NumShards > 0 || job.Resume:
		return except(err)
	}
	return err
}

// started logs what a job found before its work.
func (c *commands) started(p predict.Plan, out string) {
	if len(p.Others) > 0 {
		c.logf("skipped, because their extensions are not those of pictures%s", p.Others)
	}
	if p.Escaped > 0 {
		c.logf(`%d file names are not UTF-8: their invalid bytes are written as escapes such as \xe9`, p.Escaped)
	}
	switch {
	case p.Complete:
		c.logf("%s is complete and was made with these settings: nothing to do", out)
	case p.Done > 0:
		c.logf("resuming after %d of %d pictures, which a stopped run has done", p.Done, p.Files)
	}
}
