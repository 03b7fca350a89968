// Package flowers downloads and unpacks TensorFlow's flower_photos, the data set of the lesson notes: 3,670 photographs of
// daisies, dandelions, roses, sunflowers and tulips from Flickr (CC-BY 2.0; LICENSE.txt in it names the photographers).
//
// [Archive.Fetch] downloads [Published], resuming a download that was interrupted, and [Write] unpacks it into train/ and
// val/. An archive is untrusted: links, paths that leave the folder and more bytes than expected are [ErrArchive].
package flowers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/internal/fetch"
)

// Archive is a data set as it is published: a (gzipped) tar of one folder with an image folder in it.
type Archive struct {
	URL    string
	Bytes  int64
	SHA256 string // hexadecimal
}

// Published is the archive of TensorFlow's tutorials.
var Published = Archive{
	URL:    "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",
	Bytes:  228_813_984,
	SHA256: "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
}

// Fetch downloads the archive to path unless it is there. When the network fails, the part that has arrived is kept, and
// the next call resumes the download. progress may be nil.
func (a Archive) Fetch(ctx context.Context, path string, progress func(done, total int64)) error {
	file := a.at(path)
	file.Progress = progress
	if _, err := file.Get(ctx); err != nil {
		return fmt.Errorf("fetching %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Is reports whether the file at path is this archive: it compares length and sha256.
func (a Archive) Is(path string) (bool, error) {
	err := a.at(path).Check()
	if errors.Is(err, fetch.ErrWrong) {
		return false, nil
	}
	return err == nil, err
}

// at describes the archive's file at path.
func (a Archive) at(path string) fetch.File {
	return fetch.File{URL: a.URL, Path: path, SHA256: a.SHA256, Min: a.Bytes, Max: a.Bytes}
}

// ErrArchive matches, with errors.Is, the error of [Write] for an archive that is damaged or not safe to unpack.
var ErrArchive = errors.New("the archive cannot be used")

// Write unpacks the archive file into out/train and out/val, with the fraction c.Val of each class in val: 0.1 gives 3,306 and
// 364 photographs, as in the notes. out appears when it is complete; if it exists and is not empty, the error is an fs.ErrExist.
// Write ignores c.Put: it moves the unpacked files.
func Write(ctx context.Context, archive, out string, c datasets.SplitConfig) (result datasets.SplitResult, err error) {
	c.Put = os.Rename
	err = atomicfile.WriteFolder(out, func(unfinished string) error {
		unpacked := filepath.Join(unfinished, "unpacked")
		if err := unpack(ctx, archive, unpacked, published); err != nil {
			return err
		}
		root, err := soleFolder(unpacked)
		if err != nil {
			return err
		}
		folder, err := datasets.NewImageFolder(root)
		if err != nil {
			return fmt.Errorf("%w: unpacking %s: %w", ErrArchive, archive, err)
		}
		if result, err = datasets.PlaceSplit(ctx, folder, unfinished, c); err != nil {
			return err
		}
		license := "LICENSE.txt"
		if err := os.Rename(filepath.Join(root, license), filepath.Join(unfinished, license)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return os.RemoveAll(unpacked)
	})
	if err != nil {
		return datasets.SplitResult{}, err
	}
	return result, nil
}

// soleFolder is the folder that an archive wraps its content in, or dir where there is none.
func soleFolder(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) == 1 && entries[0].IsDir() {
		return filepath.Join(dir, entries[0].Name()), nil
	}
	return dir, err
}
