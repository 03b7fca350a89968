package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/alecthomas/kong"

	"resnetlab/datasets"
	"resnetlab/datasets/flowers"
	"resnetlab/internal/atomicfile"
	"resnetlab/internal/fetch"
	"resnetlab/resnetlib/notebook"
)

type dataFlowers struct {
	Out     string  `help:"Folder to make, with train/ and val/; it appears when it is whole." default:"flowers"`
	Archive string  `help:"A flower_photos.tgz that is here already. Left out: downloaded beside --out, checked, and kept." placeholder:"FILE"`
	URL     string  `name:"url" help:"Where to download it; a mirror must have the same bytes." default:"${flowersURL}"`
	Val     float64 `help:"Share of each class for val/, rounded down." default:"0.1"`
	Seed    uint64  `help:"Another seed holds out other photographs." default:"0"`
}

// Help is shown by --help.
func (d *dataFlowers) Help() string {
	return "3,670 photographs of five kinds of flowers (CC-BY 2.0, photographers in LICENSE.txt), 229 MB. A download that broke off goes on when " +
		"the command is run again. At --val 0.1: 3,306 to train on and 364 to validate."
}

func (d *dataFlowers) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if !(d.Val > 0 && d.Val < 1) {
		return usage(fmt.Errorf("--val %v is not between 0 and 1", d.Val))
	}
	if d.Archive != "" {
		if err := refuse(call, "--archive is a file that is here, and nothing is downloaded", "url"); err != nil {
			return err
		}
	}
	if empty, err := atomicfile.Empty(d.Out); err == nil && !empty { // before 229 MB come
		return usage(fmt.Errorf("%s is there and not empty: choose another --out", d.Out))
	}
	archive, err := d.archive(ctx, c)
	if err != nil {
		return err
	}
	split := &dataSplit{Out: d.Out}
	bar := lateBar{title: "splitting"}
	result, err := flowers.Write(ctx, archive, d.Out, datasets.SplitConfig{Val: d.Val, Seed: d.Seed, Progress: bar.count})
	bar.end()
	if errors.Is(err, flowers.ErrArchive) {
		return badInput(err)
	}
	return split.finish(c, result, err)
}

// archive is the file to unpack; it is downloaded where none is given.
func (d *dataFlowers) archive(ctx context.Context, c *commands) (string, error) {
	if d.Archive != "" {
		published, err := flowers.Published.Is(d.Archive)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", badInput(err)
		case err != nil:
			return "", err
		case !published:
			c.logf("%s is not the published archive; it is used as it is", d.Archive)
		}
		return d.Archive, nil
	}
	source := flowers.Published
	source.URL = d.URL
	path := filepath.Join(filepath.Dir(filepath.Clean(d.Out)), "flower_photos.tgz")
	const megabyte = 1_000_000 // a bar counts pictures; here it counts these
	bar := notebook.NewBar("downloading flower_photos.tgz, MB", int(source.Bytes/megabyte))
	err := source.Fetch(ctx, path, func(done, _ int64) { bar.Update(int(done/megabyte), "") })
	bar.Stop()
	if errors.Is(err, fetch.ErrWrong) {
		return path, badInput(err)
	}
	return path, err
}
