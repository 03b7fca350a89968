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

// findEarlier finds the results of an earlier run of this job: a complete Out, or else, of Out and the unfinished files beside it, the one with most
// results.
func (w *work) findEarlier() error {
	done, same, err := w.scan(w.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !same:
		return mark.As(ErrOtherOutput, fmt.Errorf("%s exists, and is of other settings or pictures: --overwrite replaces it", w.Out))
	case done.results == len(w.names):
		w.plan.Complete = true
		w.keep(w.Out, done)
		return nil
	default: // cut off, by a copy perhaps
		w.keep(w.Out, done)
	}
	return w.findUnfinished()
}

// findUnfinished looks for more results than Out has in the files that stopped runs left beside it.
func (w *work) findUnfinished() error {
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
		if same && done.results > w.plan.Done {
			w.keep(path, done)
		}
	}
	return nil
}

// keep records the file to resume from.
func (w *work) keep(path string, done finished) {
	w.earlierFile, w.earlier, w.plan.Done = path, done, done.results
}

func (w *work) scan(path string) (done finished, same bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return finished{}, false, err
	}
	defer file.Close()
	return w.shard.scan(file, w.names)
}

// copyEarlier copies the results of an earlier run. It only reads their file: another process may still be writing it.
func (w *work) copyEarlier(to io.Writer) error {
	if w.earlierFile == "" {
		return nil
	}
	file, err := os.Open(w.earlierFile)
	if err != nil {
		return fmt.Errorf("resuming what a stopped run left: %w", err)
	}
	defer file.Close()
	if _, err := io.CopyN(to, file, w.earlier.bytes); err != nil {
		return fmt.Errorf("resuming what a stopped run left in %s: %w", w.earlierFile, err)
	}
	return nil
}
