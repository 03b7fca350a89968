package main

import (
	"context"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/predict"
)

type featuresCommand struct {
	Dir string `arg:"" help:"Folder of pictures; subfolders are included. All features are kept in memory until they are written: 2 kB for each picture, 8 kB with bottleneck networks (resnet50 and larger)."`
	networkFlags
	BatchSize int    `help:"Pictures in a batch." default:"8"`
	Workers   int    `help:"Goroutines that read pictures; 0: one for each core." default:"0"`
	Out       string `help:"File to write: FILE.safetensors (tensor 'features'; the file names, one on each line, are 'files' in the metadata) or FILE.npy (file names in FILE.npy.txt)." placeholder:"FILE" required:""`
	Overwrite bool   `help:"Replace the file of --out."`
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
	work := forwardWork(net, len(job.Pictures.Names), f.BatchSize)
	work.Program = "" // the graph ends before the last layer
	b, _, err := c.openBackend(backend.Options{Work: work})
	if err != nil {
		return err
	}
	e, err := predict.NewExtractor(b, net, predict.BatchSize(f.BatchSize))
	if err != nil {
		return err
	}
	defer e.Finalize()
	bar := lateBar{title: "computing features"}
	defer bar.end()
	job.Started = func(p predict.Plan) { c.started(p, f.Out) }
	job.Progress = bar.count
	job.Unreadable = func(file string, err error) { warnf("%s: %v", printable.Name(file), err) }
	s, err := predict.WriteFeatures(ctx, e, job)
	if err != nil {
		return err
	}
	bar.end()
	if err := printPath(f.Out); err != nil {
		return err
	}
	return unread(s.Unreadable, s.Files)
}

// job returns the job that the flags describe. It lists the pictures and checks all settings, so that errors come before a network is loaded.
func (f *featuresCommand) job(ctx context.Context) (job predict.FeatureJob, err error) {
	if err := atLeast("batch-size", f.BatchSize, 1); err != nil {
		return predict.FeatureJob{}, err
	}
	job = predict.FeatureJob{Dir: f.Dir, Out: f.Out, Overwrite: f.Overwrite, Workers: f.Workers}
	if err := job.Check(); err != nil {
		return predict.FeatureJob{}, err
	}
	if job.Pictures, err = predict.List(ctx, f.Dir); err != nil {
		return predict.FeatureJob{}, err
	}
	return job, job.Check() // again, with the names of the pictures
}
