package main

import (
	"context"
	"fmt"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/predict"
)

type featuresCommand struct {
	Dir string `arg:"" help:"Folder of pictures, at any depth. Their features are in memory until all are there: 2 kB a picture, 8 kB of networks of bottlenecks."`
	networkFlags
	BatchSize int    `help:"Pictures that the network sees at once." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one a core." default:"0"`
	Out       string `help:"File to write: FILE.safetensors (tensor features; the names, a line each, are files in the metadata) or FILE.npy (names in FILE.npy.txt)." placeholder:"FILE" required:""`
	Overwrite bool   `help:"Replace --out."`
}

func (f *featuresCommand) Run(ctx context.Context, c *commands) error {
	job, err := f.job(ctx)
	if err != nil {
		return err
	}
	net, err := f.openBackbone()
	if err != nil {
		return err
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	e, err := predict.NewExtractor(b, net, predict.BatchSize(f.BatchSize))
	if err != nil {
		return badInput(err)
	}
	defer e.Finalize()
	bar := lateBar{title: "features"}
	defer bar.end()
	job.Started = func(p predict.Plan) { c.started(p, f.Out) }
	job.Progress = bar.count
	job.Unreadable = func(file string, err error) { warnf("%s: %s", printable.Name(file), printable.Line(err.Error())) }
	s, err := predict.WriteFeatures(ctx, e, job)
	if err != nil {
		return err
	}
	bar.end()
	if _, err := fmt.Println(f.Out); err != nil {
		return err
	}
	return unread(s.Unreadable, s.Files)
}

// job makes a job of the flags, and checks it and the names of its pictures before a network is loaded.
func (f *featuresCommand) job(ctx context.Context) (job predict.FeatureJob, err error) {
	job = predict.FeatureJob{Dir: f.Dir, Out: f.Out, Overwrite: f.Overwrite, Workers: f.Workers}
	if err := job.Check(); err != nil {
		return job, err
	}
	if job.Pictures, err = predict.List(ctx, f.Dir); err != nil {
		return job, err
	}
	return job, job.Check() // now with the names
}
