// Package hub downloads torchvision's published weights: [Download] fetches an entry of weights.AllPublished into PyTorch's
// folder, resumes a download that was interrupted, and checks length and sha256. It is a package of its own so that a program
// that only reads weights does not link an HTTP client.
package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/fetch"
	"resnetlab/resnetlib/weights"
)

// BaseURL is the folder where torchvision publishes the files.
const BaseURL = "https://download.pytorch.org/models"

// MirrorEnv names the environment variable with the address of another folder that has them.
const MirrorEnv = "RESNETLAB_WEIGHTS_URL"

// URL returns the address of a published file: in BaseURL, or in the folder that MirrorEnv names.
func URL(p weights.Published) string {
	return strings.TrimSuffix(cmp.Or(os.Getenv(MirrorEnv), BaseURL), "/") + "/" + p.File()
}

// Options are the settings of Download; the zero value downloads to PyTorch's folder.
type Options struct {
	Folder   string                  // where to; empty: PyTorch's own, see weights.CheckpointsFolder
	File     string                  // under which name; empty: the publisher's
	Progress func(done, total int64) // bytes; total is 0 where the server does not say; may be nil
}

// Download fetches a published file, unless it is there and complete, and returns its path and whether it was fetched. The
// file's length must be that of the table, to 0.01 MiB, and its sha256 must begin as its name says. What has arrived before the
// network fails or ctx ends is kept, and the next call resumes there. The error of a failing network says how to copy the file
// by hand.
func Download(ctx context.Context, p weights.Published, o Options) (path string, fetched bool, err error) {
	if o.Folder == "" {
		if o.Folder, err = weights.CheckpointsFolder(); err != nil {
			return "", false, err
		}
	}
	o.File = cmp.Or(o.File, p.File())
	file := fileOf(p, o)
	fetched, err = file.Get(ctx)
	switch {
	case err == nil:
		return file.Path, fetched, nil
	case errors.Is(err, context.Canceled):
		return "", false, err
	case errors.Is(err, fetch.ErrWrong):
		return "", false, fmt.Errorf("downloading %s: %w; nothing was kept", p.Name(), err)
	}
	if local := new(fs.PathError); errors.As(err, &local) { // a folder that cannot be written
		return "", false, fmt.Errorf("downloading %s: %w", p.Name(), err)
	}
	return "", false, fmt.Errorf("downloading %s: %w; without a network here, download %s elsewhere and copy it to %s",
		p.Name(), err, URL(p), file.Path)
}

// fileOf says what the table knows of a file. Its sizes are rounded.
func fileOf(p weights.Published, o Options) fetch.File {
	const tolerance = 0.01
	return fetch.File{
		URL: URL(p), Path: filepath.Join(o.Folder, o.File), SHA256: p.SHA256, Progress: o.Progress,
		Min: int64((p.SizeMiB - tolerance) * (1 << 20)), Max: int64((p.SizeMiB + tolerance) * (1 << 20)),
	}
}
