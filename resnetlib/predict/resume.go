package predict

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"resnetlab/internal/atomicfile"
	"resnetlab/internal/mark"
)

// look finds what earlier runs left: Out, whole and of this very job; or, of Out and the files that were never finished, the one with most results.
func (w *work) look() error {
	done, same, err := w.scan(w.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !same:
		return mark.As(ErrOtherOutput, fmt.Errorf("%s exists, and is of other settings or pictures: --overwrite replaces it", w.Out))
	case done.Results == len(w.names):
		w.plan.Whole = true
		w.keep(w.Out, done)
		return nil
	default: // cut off, by a copy perhaps
		w.keep(w.Out, done)
	}
	unfinished, err := atomicfile.Unfinished(w.Out)
	if err != nil {
		return err
	}
	for _, path := range unfinished {
		done, same, err := w.scan(path)
		if errors.Is(err, fs.ErrNotExist) { // another process has just finished it
			continue
		}
		if err != nil {
			return err
		}
		if same && done.Results > w.plan.Done {
			w.keep(path, done)
		}
	}
	return nil
}

// keep notes which file to resume from.
func (w *work) keep(path string, done Done) {
	w.leftIn, w.left, w.plan.Done = path, done, done.Results
}

func (w *work) scan(path string) (Done, bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return Done{}, false, err
	}
	defer file.Close()
	return w.shard.Scan(file, w.names)
}

// copyLeft copies what a stopped run has done. It only reads that file: another process may still be writing it.
func (w *work) copyLeft(to io.Writer) error {
	if w.leftIn == "" {
		return nil
	}
	file, err := os.Open(w.leftIn)
	if err != nil {
		return fmt.Errorf("resuming what a stopped run left: %w", err)
	}
	defer file.Close()
	if _, err := io.CopyN(to, file, w.left.Bytes); err != nil {
		return fmt.Errorf("resuming what a stopped run left in %s: %w", w.leftIn, err)
	}
	return nil
}
