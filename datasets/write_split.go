package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
)

// SplitConfig says how WriteSplit and PlaceSplit split.
type SplitConfig struct {
	Val      float64                     // share of each class that goes to val/
	Seed     uint64                      // of the draw; see Split
	Put      func(from, to string) error // makes a file of another, whose folders are there: CopyFile unless it is set, os.Link, os.Rename
	Progress func(done, total int)       // may be nil
}

// WriteSplit makes out/train and out/val of the image folder dir. Which picture goes where depends on names and seed
// alone. dir stays as it is; out appears when it is whole, and one that holds something is fs.ErrExist.
func WriteSplit(ctx context.Context, dir, out string, c SplitConfig) (train, val int, err error) {
	if isFolder(dir, "train") {
		return 0, 0, fmt.Errorf("splitting %s: it has train/, so it is split already", dir)
	}
	if inside(dir, out) {
		return 0, 0, fmt.Errorf("splitting %s: %s lies in it and would become a class of it", dir, out)
	}
	folder, err := NewImageFolder(dir)
	if err != nil {
		return 0, 0, err
	}
	err = atomicfile.WriteFolder(out, func(unfinished string) error {
		train, val, err = PlaceSplit(ctx, folder, unfinished, c)
		return err
	})
	return train, val, err
}

// PlaceSplit puts each picture of folder into out/train or out/val, under its name.
func PlaceSplit(ctx context.Context, folder *ImageFolder, out string, c SplitConfig) (train, val int, err error) {
	trainSet, valSet, err := Split(folder, c.Val, c.Seed)
	if err != nil {
		return 0, 0, err
	}
	if err := SameClasses(present{trainSet}, present{valSet}); err != nil {
		return 0, 0, fmt.Errorf("splitting %s: a class of one picture cannot lie on both sides: %w", folder.Dir(), err)
	}
	done := 0
	for _, part := range []struct {
		name string
		ds   Dataset
	}{{"train", trainSet}, {"val", valSet}} {
		for i := range part.ds.Len() {
			if ctx.Err() != nil {
				return 0, 0, context.Cause(ctx)
			}
			name, _, err := Entry(part.ds, i)
			if err != nil {
				return 0, 0, err
			}
			if err := c.put(filepath.Join(folder.Dir(), filepath.FromSlash(name)), filepath.Join(out, part.name, filepath.FromSlash(name))); err != nil {
				return 0, 0, err
			}
			if done++; c.Progress != nil {
				c.Progress(done, folder.Len())
			}
		}
	}
	return trainSet.Len(), valSet.Len(), nil
}

func (c SplitConfig) put(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if c.Put == nil {
		return CopyFile(from, to)
	}
	return c.Put(from, to)
}

// present narrows a data set's classes to those that have a picture.
type present struct{ Dataset }

func (p present) Classes() (classes []string) {
	labels, err := Labels(p.Dataset)
	if err != nil {
		return p.Dataset.Classes()
	}
	has := make([]bool, len(p.Dataset.Classes()))
	for _, label := range labels {
		has[label] = true
	}
	for i, class := range p.Dataset.Classes() {
		if has[i] {
			classes = append(classes, class)
		}
	}
	return classes
}

// CopyFile copies a file's bytes to a new file.
func CopyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// inside says whether path lies in dir, or is it.
func inside(dir, path string) bool {
	a, errA := filepath.Abs(dir)
	b, errB := filepath.Abs(path)
	if errA != nil || errB != nil {
		return false
	}
	relative, err := filepath.Rel(a, b)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}
