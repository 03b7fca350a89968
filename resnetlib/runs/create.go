package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Create begins a run in dir, or in the next free runs/train-N where dir is empty, with a checkpoint of its beginning: from
// then on a process that is killed leaves a run that can be gone on with. A folder that exists is an error (fs.ErrExist)
// unless overwrite is set and it is a run, or what is left of one, or holds nothing: then the run's files are removed, and
// others that lie there stay.
func Create(dir string, s Settings, info Info, first *Checkpoint, overwrite bool) (*Run, error) {
	s = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	dir, err := claim(dir, overwrite)
	if err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	r := &Run{Dir: dir, Created: time.Now().UTC().Truncate(time.Second), Settings: s, Info: info}
	if err := r.begin(first); err != nil {
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

// plainFiles are the files of a run whose place in the order of writing and removing does not matter.
var plainFiles = []string{classesFile, bestFile, curvesFile, confusionMatrixFile, TestFile}

// clear removes the files of the run in dir: run.json first, so that what is half removed is no run, and metrics.csv, by which
// remains knows it, last.
func clear(dir string) error {
	_, err := os.Stat(filepath.Join(dir, runFile))
	if err != nil {
		if ok, err := remains(dir); err != nil {
			return err
		} else if !ok {
			return fmt.Errorf("%s is not a run and holds other files: it is not overwritten", dir)
		}
	}
	if err := remove(dir, append([]string{runFile}, plainFiles...)...); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(dir, featuresFolder)); err != nil {
		return err
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
	return remove(dir, metricsFile)
}

// remove removes those of the named files that are there.
func remove(dir string, names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// remains tells whether a folder without run.json holds what a process leaves that was killed while it began or removed a run, or nothing: files
// of a run alone, with a metrics.csv that is one.
func remains(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	own := append([]string{metricsFile, checkpointsFolder, featuresFolder}, plainFiles...)
	files := 0
	for _, e := range entries {
		if atomicfile.IsTemporary(e.Name()) {
			continue
		}
		if files++; !slices.Contains(own, e.Name()) {
			return false, nil
		}
	}
	_, err = ReadMetrics(filepath.Join(dir, metricsFile))
	return err == nil || files == 0, nil
}

// begin writes what a run begins with: metrics.csv first and run.json, which makes the folder a run, last.
func (r *Run) begin(first *Checkpoint) error {
	if err := writeMetrics(r.path(metricsFile), nil); err != nil {
		return err
	}
	if err := os.MkdirAll(r.path(checkpointsFolder), 0o777); err != nil {
		return err
	}
	if err := r.removeTemporary(); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(r.path(classesFile), encodeClasses(r.Classes)); err != nil {
		return err
	}
	if err := r.SaveCheckpoint(first); err != nil {
		return err
	}
	return r.writeDescription()
}
