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
	Seed     uint64                      // see Split
	Put      func(from, to string) error // makes the new file to from the file from: os.Link, os.Rename; nil: copies the bytes
	Progress func(done, total int)       // may be nil
}

// SplitResult says what WriteSplit and PlaceSplit did.
type SplitResult struct {
	Train, Val int          // pictures in each part
	LeftOut    []BadPicture // pictures that are in neither part: their files cannot be opened, as behind a broken link
}

// WriteSplit copies the image folder dir into out/train and out/val, divided by [Split]. dir stays unchanged, unless c.Put moves
// its files. out appears when it is complete; if it exists and is not empty, the error is an fs.ErrExist. A picture whose file
// cannot be opened is in neither part, and does not count for the fraction.
func WriteSplit(ctx context.Context, dir, out string, c SplitConfig) (result SplitResult, err error) {
	if isFolder(dir, "train") {
		return SplitResult{}, fmt.Errorf("splitting %s: it has train/, so it is split already", dir)
	}
	if inside(dir, out) {
		return SplitResult{}, fmt.Errorf("splitting %s: %s lies in it and would become a class of it", dir, out)
	}
	folder, err := NewImageFolder(dir)
	if err != nil {
		return SplitResult{}, err
	}
	err = atomicfile.WriteFolder(out, func(unfinished string) error {
		result, err = PlaceSplit(ctx, folder, unfinished, c)
		return err
	})
	if err != nil {
		return SplitResult{}, err
	}
	return result, nil
}

// PlaceSplit is WriteSplit for an open folder and a new folder out, which it fills in place: after an error, out is incomplete.
func PlaceSplit(ctx context.Context, folder *ImageFolder, out string, c SplitConfig) (SplitResult, error) {
	bad, err := check(ctx, folder, 0, func(i int) error { return canOpen(folder.Path(i)) }) // package audit looks at the content; here a file only needs to open
	if err != nil {
		return SplitResult{}, err
	}
	if len(bad) == folder.Len() {
		return SplitResult{}, fmt.Errorf("splitting %s: no picture can be opened: %w", folder.Dir(), bad[0])
	}
	train, val, err := Split(Without(folder, bad), c.Val, c.Seed)
	if err != nil {
		return SplitResult{}, err
	}
	if only := classesOnlyIn(train, val); len(only) > 0 {
		return SplitResult{}, fmt.Errorf("splitting %s: a class of one picture cannot lie on both sides: only in train: %s", folder.Dir(), listed(only))
	}
	p := placer{SplitConfig: c, folder: folder, total: train.Len() + val.Len()}
	if err := p.place(ctx, train, filepath.Join(out, "train")); err != nil {
		return SplitResult{}, err
	}
	if err := p.place(ctx, val, filepath.Join(out, "val")); err != nil {
		return SplitResult{}, err
	}
	return SplitResult{Train: train.Len(), Val: val.Len(), LeftOut: bad}, nil
}

// canOpen tries to open a picture's file, and does not read it.
func canOpen(path string) error {
	if err := checkRegular(path); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// classesOnlyIn returns the classes with a picture in train and none in val.
func classesOnlyIn(train, val Dataset) (only []string) {
	inVal := countByClass(val)
	for label, n := range countByClass(train) {
		if n > 0 && inVal[label] == 0 {
			only = append(only, train.Classes()[label])
		}
	}
	return only
}

// countByClass counts the pictures of each class. The data are files: their labels are known.
func countByClass(ds Dataset) []int {
	counts := make([]int, len(ds.Classes()))
	for i := range ds.Len() {
		_, label := entryOf(ds, i)
		counts[label]++
	}
	return counts
}

// placer puts the pictures of one folder into parts.
type placer struct {
	SplitConfig
	folder      *ImageFolder
	done, total int
}

func (p *placer) place(ctx context.Context, part Dataset, out string) error {
	for i := range part.Len() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		name, _ := entryOf(part, i)
		local := filepath.FromSlash(name)
		if err := p.put(filepath.Join(p.folder.Dir(), local), filepath.Join(out, local)); err != nil {
			return err
		}
		if p.done++; p.Progress != nil {
			p.Progress(p.done, p.total)
		}
	}
	return nil
}

func (c SplitConfig) put(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if c.Put == nil {
		return copyFile(from, to)
	}
	return c.Put(from, to)
}

// copyFile copies the bytes of the file from to the new file to. If to exists, the error is an fs.ErrExist.
func copyFile(from, to string) (err error) {
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

// inside reports whether path lies in dir, or is dir.
func inside(dir, path string) bool {
	a, errA := filepath.Abs(dir)
	b, errB := filepath.Abs(path)
	if errA != nil || errB != nil {
		return false
	}
	relative, err := filepath.Rel(a, b)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}
