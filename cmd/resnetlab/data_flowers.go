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
)

type dataFlowers struct {
	Out     string  `help:"Folder to make, with train/ and val/; it appears only when it is complete." default:"flowers"`
	Archive string  `help:"Archive flower_photos.tgz on this machine. Without it: the archive is downloaded into the folder that holds --out, checked, and kept." placeholder:"FILE"`
	URL     string  `name:"url" help:"Address of the archive; a mirror must have the same bytes." default:"${flowersURL}"`
	Val     float64 `help:"Share of each class that goes to val/, rounded down." default:"0.1"`
	Seed    uint64  `help:"Seed of the choice of the pictures in val/." default:"0"`
}

// Help returns the longer text of `data flowers --help`.
func (d *dataFlowers) Help() string {
	return "The data set has 3,670 photographs of five kinds of flowers (CC-BY 2.0; LICENSE.txt names the photographers), 229 MB. Run the command again to resume " +
		"a download that was interrupted. With --val 0.1 there are 3,306 pictures to train on and 364 to validate."
}

func (d *dataFlowers) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if !(d.Val > 0 && d.Val < 1) {
		return usage(fmt.Errorf("--val %v: it must be between 0 and 1", d.Val))
	}
	if d.Archive != "" {
		if err := refuse(call, "with --archive nothing is downloaded", "url"); err != nil {
			return err
		}
	}
	if empty, err := atomicfile.Empty(d.Out); err == nil && !empty { // before 229 MB are downloaded
		return usage(fmt.Errorf("the folder %s is not empty: choose another --out", d.Out))
	}
	archive, err := d.archive(ctx, c)
	if err != nil {
		return err
	}
	split := &dataSplit{Out: d.Out}
	bar := lateBar{title: "splitting"}
	result, err := flowers.Write(ctx, archive, d.Out, datasets.SplitConfig{Val: d.Val, Seed: d.Seed, Progress: bar.count})
	bar.end()
	if err != nil {
		return ofInput(err)
	}
	return split.finish(c, result)
}

// archive returns the path of the archive. It downloads the archive if --archive is not given.
func (d *dataFlowers) archive(ctx context.Context, c *commands) (string, error) {
	if d.Archive != "" {
		published, err := flowers.Published.Is(d.Archive)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", badInput(err)
		case err != nil:
			return "", err
		case !published:
			c.logf("%s is not the published archive: its sha256 differs. It is used all the same", d.Archive)
		}
		return d.Archive, nil
	}
	source := flowers.Published
	source.URL = d.URL
	path := filepath.Join(filepath.Dir(filepath.Clean(d.Out)), "flower_photos.tgz")
	bar := lateBar{title: "downloading flower_photos.tgz, MB"}
	err := source.Fetch(ctx, path, bar.bytes)
	bar.end()
	switch {
	case errors.Is(err, fetch.ErrWrong): // trying again gives the same wrong bytes
		return "", badInput(err)
	case err != nil:
		return "", err
	}
	return path, nil
}
