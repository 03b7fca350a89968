package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/predict"
)

// look finds out what earlier runs have left: --out whole and of this very prediction; or the one file, of those that were never finished, in
// which most is done.
func (b *batchJob) look() (whole bool, err error) {
	if b.Out == "" || b.Overwrite {
		return false, nil
	}
	done, same, err := b.scan(b.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, err
	case !same:
		return false, usage(fmt.Errorf("%s exists, and is of other settings or pictures: --overwrite replaces it", b.Out))
	case done.Results == len(b.names):
		return true, nil
	default: // cut off, by a copy perhaps
		b.left, b.done = b.Out, done
	}
	unfinished, err := atomicfile.Unfinished(b.Out)
	if err != nil {
		return false, err
	}
	for _, path := range unfinished {
		done, same, err := b.scan(path)
		if errors.Is(err, fs.ErrNotExist) { // another process has just finished it
			continue
		}
		if err != nil {
			return false, err
		}
		if same && done.Results > b.done.Results {
			b.left, b.done = path, done
		}
	}
	return false, nil
}

func (b *batchJob) scan(path string) (predict.Done, bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return predict.Done{}, false, err
	}
	defer file.Close()
	return b.shard.Scan(file, b.names)
}

// goOn copies what a stopped run has done. It reads, and leaves alone, a file that a process may still be writing.
func (b *batchJob) goOn(w io.Writer) error {
	if b.left == "" {
		return nil
	}
	file, err := os.Open(b.left)
	if err != nil {
		return fmt.Errorf("going on with what a stopped run left: %w", err)
	}
	defer file.Close()
	if _, err := io.CopyN(w, file, b.done.Bytes); err != nil {
		return fmt.Errorf("going on with what a stopped run left in %s: %w", b.left, err)
	}
	return nil
}
