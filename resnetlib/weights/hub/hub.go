// Package hub downloads torchvision's published weights. It stands apart from package weights so that only who downloads links
// an HTTP client.
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

// URL is the address of a published file: in BaseURL, or in the folder that MirrorEnv names.
func URL(p weights.Published) string {
	return strings.TrimSuffix(cmp.Or(os.Getenv(MirrorEnv), BaseURL), "/") + "/" + p.File()
}

// Options of Download.
type Options struct {
	Folder   string                  // where to; empty: PyTorch's own, see weights.CheckpointsFolder
	File     string                  // under which name; empty: the publisher's
	Progress func(done, total int64) // bytes; total is 0 where the server does not say; may be nil
}

// Download brings a published file, unless it is there and whole, and returns its path. The file's length must be the table's, to
// 0.01 MiB, and its sha256 must begin as its name says. What has come before the network fails or ctx ends stays and is gone on
// with. The error of a failing network says how to bring the file by hand.
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
	case err == nil || errors.Is(err, context.Canceled):
		return file.Path, fetched, err
	case errors.Is(err, fetch.ErrWrong):
		return file.Path, false, fmt.Errorf("downloading %s: %w; nothing was kept", p.Name(), err)
	}
	if local := new(fs.PathError); errors.As(err, &local) { // a folder that cannot be written
		return file.Path, false, fmt.Errorf("downloading %s: %w", p.Name(), err)
	}
	return file.Path, false, fmt.Errorf("downloading %s: %w; without a network here, download %s elsewhere and copy it to %s",
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
