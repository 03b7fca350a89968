package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"resnetlab/internal/atomicfile"
)

// Next returns the first free name of the form root/train-N after all that are there. It makes nothing.
func Next(root string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("naming a run: %w", err)
	}
	last := 0
	for _, entry := range entries {
		if number, ok := strings.CutPrefix(entry.Name(), "train-"); ok {
			if n, err := strconv.Atoi(number); err == nil {
				last = max(last, n)
			}
		}
	}
	return filepath.Join(root, fmt.Sprintf("train-%d", last+1)), nil
}

// Create begins a run in dir, or in the next free runs/train-N where dir is empty. A folder that exists is an error
// (fs.ErrExist) unless overwrite is set and it is a run or holds nothing: then the run's files are removed, and others
// that lie there stay.
func Create(dir string, s Settings, info Info, overwrite bool) (*Run, error) {
	s = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	dir, err := claim(dir, overwrite)
	if err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	r := &Run{Dir: dir, Created: time.Now().UTC().Truncate(time.Second), Settings: s, Info: info}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	return r, nil
}

// claim makes the run's folder. Mkdir decides between two processes that want the same one.
func claim(dir string, overwrite bool) (string, error) {
	if dir == "" {
		return claimNext("runs")
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o777); err != nil {
		return "", err
	}
	err := os.Mkdir(dir, 0o777)
	if err == nil || !errors.Is(err, fs.ErrExist) {
		return dir, err
	}
	if !overwrite {
		return "", fmt.Errorf("%s: %w (overwrite it, go on with it, or choose another)", dir, fs.ErrExist)
	}
	return dir, clear(dir)
}

func claimNext(root string) (string, error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", err
	}
	for {
		dir, err := Next(root)
		if err != nil {
			return "", err
		}
		if err := os.Mkdir(dir, 0o777); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// clear removes the files of the run in dir: run.json first, so that what is half removed is no run.
func clear(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, runFile)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s is not a run and holds other files: it is not overwritten", dir)
	}
	for _, name := range []string{runFile, classesFile, metricsFile, bestFile, curvesFile, confusionMatrixFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	checkpoints, err := listCheckpoints(filepath.Join(dir, checkpointsFolder))
	if err != nil {
		return err
	}
	for _, c := range checkpoints {
		if err := os.Remove(c.path); err != nil {
			return err
		}
	}
	return nil
}

// begin writes what a run begins with; run.json, which makes the folder a run, comes last.
func (r *Run) begin() error {
	if err := os.MkdirAll(r.path(checkpointsFolder), 0o777); err != nil {
		return err
	}
	if err := r.removeTemporary(); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(r.path(classesFile), encodeClasses(r.Classes)); err != nil {
		return err
	}
	if err := writeMetrics(r.path(metricsFile), nil); err != nil {
		return err
	}
	return r.writeDescription()
}
