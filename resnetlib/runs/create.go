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
	"resnetlab/internal/mark"
)

// Next returns the path root/train-N for the next run, with N one above the largest that exists. It makes no folder.
func Next(root string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("choosing the folder of a run: %w", err)
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

// Create begins a run in the folder s.Out, or in the next free runs/train-N if s.Out is empty, and writes first, the checkpoint of step 0: from
// then on a killed run can be resumed. nil: none is written.
//
// A folder that exists is an [ErrExists]. With s.Overwrite it is used if it is empty or holds a run or the remains of one: Create removes the
// run's files and keeps all others.
func Create(s Settings, info Info, first *Checkpoint) (*Run, error) {
	s = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	dir, err := claim(s.Out, s.Overwrite)
	if err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	s.Out, s.Overwrite = "", false
	r := &Run{Dir: dir, Created: time.Now().UTC().Truncate(time.Second), Settings: s, Info: info}
	if err := r.begin(first); err != nil {
		return nil, fmt.Errorf("creating a run: %w", err)
	}
	return r, nil
}

// claim makes the run's folder and returns its path. Mkdir decides which of two processes gets a folder that both want.
func claim(dir string, overwrite bool) (string, error) {
	if dir == "" {
		return claimNext("runs")
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o777); err != nil {
		return "", err
	}
	err := os.Mkdir(dir, 0o777)
	switch {
	case errors.Is(err, fs.ErrExist) && !overwrite:
		return "", fmt.Errorf("%s: %w: resume the run in it, overwrite that run, or choose another folder", dir, ErrExists)
	case errors.Is(err, fs.ErrExist):
		err = clear(dir)
	}
	if err != nil {
		return "", err
	}
	return dir, nil
}

// claimNext makes the folder of the next free root/train-N and returns its path.
func claimNext(root string) (string, error) {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", err
	}
	for {
		dir, err := Next(root)
		if err != nil {
			return "", err
		}
		switch err := os.Mkdir(dir, 0o777); {
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrExist):
			return "", err
		}
	}
}

// plainFiles are the files of a run that may be written and removed in any order.
var plainFiles = []string{classesFile, bestFile, curvesFile, confusionMatrixFile, TestFile}

// clear removes the files of the run in dir. run.json is the first, so that a half removed run is not taken for one; metrics.csv, by which
// remains recognises it, is the last.
func clear(dir string) error {
	found, err := Exists(dir)
	if err == nil && !found {
		found, err = remains(dir)
	}
	if err != nil {
		return err
	}
	if !found {
		return mark.As(ErrExists, fmt.Errorf("%s holds no run but other files, which are not overwritten: choose another folder", dir))
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

// remove removes the named files of dir. Missing ones are no error.
func remove(dir string, names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// remains reports whether a folder without run.json is empty, or holds only what a process leaves that is killed while it creates or removes a
// run: no files but a run's, among them a readable metrics.csv.
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

// begin writes the first files of a run: metrics.csv, by which remains recognises it, first, and run.json, which makes the folder a run, last.
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
	if first != nil {
		if err := r.SaveCheckpoint(first); err != nil {
			return err
		}
	}
	return r.writeDescription()
}
