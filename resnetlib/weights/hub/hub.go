// Package hub downloads torchvision's published weights. [Download] fetches an entry of [weights.AllPublished] into PyTorch's
// folder, resumes a download that was interrupted, and checks length and sha256. The package is separate from weights so that a
// program that only reads weights does not link an HTTP client.
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

// MirrorEnv is the name of the environment variable that replaces BaseURL, for a mirror.
const MirrorEnv = "RESNETLAB_WEIGHTS_URL"

// URL returns the address of a published file: in BaseURL, or in the mirror that the environment variable MirrorEnv names.
func URL(p weights.Published) string {
	return strings.TrimSuffix(cmp.Or(os.Getenv(MirrorEnv), BaseURL), "/") + "/" + p.File()
}

// Options are the settings of Download; the zero value downloads to PyTorch's folder.
type Options struct {
	Folder   string                  // folder to write to; empty: weights.CheckpointsFolder
	File     string                  // name of the file in it; empty: the published name
	Progress func(done, total int64) // bytes; total is 0 where the server does not say; may be nil
}

// Download fetches a published file, unless a complete one is there, and returns its path. fetched reports whether it was
// downloaded by this call. The file must have the length of torchvision's table, to 0.01 MiB, and a sha256 that begins with the
// digits in its name. If the network fails or ctx ends, the part so far is kept, and the next call resumes there. The error of a
// failing network says how to copy the file by hand.
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

// fileOf describes the file to fetch. The table's sizes are rounded, so a range of lengths is accepted.
func fileOf(p weights.Published, o Options) fetch.File {
	const tolerance = 0.01
	return fetch.File{
		URL: URL(p), Path: filepath.Join(o.Folder, o.File), SHA256: p.SHA256, Progress: o.Progress,
		Min: int64((p.SizeMiB - tolerance) * (1 << 20)), Max: int64((p.SizeMiB + tolerance) * (1 << 20)),
	}
}
