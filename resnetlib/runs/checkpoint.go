package runs

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"resnetlab/internal/mark"
	"resnetlab/resnetlib/weights"
)

// Checkpoint is the complete state of a training after a step: a run that is resumed from it ends with the same bytes as one that never stopped.
// Its file is a safetensors file: the keys of Model and Optimizer have the prefixes "model." and "optimizer.", and Progress is JSON in the metadata.
type Checkpoint struct {
	Progress  Progress
	Model     *weights.StateDict // parameters and running statistics
	Optimizer *weights.StateDict // moments; empty if the optimizer has none
}

// Progress says how far a training has come.
type Progress struct {
	Schema int  `json:"schema"` // set by SaveCheckpoint
	Step   int  `json:"step"`   // optimizer steps done
	Epoch  int  `json:"epoch"`  // complete epochs, which is the number of valid lines of metrics.csv
	Batch  int  `json:"batch"`  // batches done of the epoch that has begun
	Done   bool `json:"done"`   // the training has ended: after all epochs, or early
	Best   Best `json:"best"`

	// Trainer is the state of the training loop, which this package does not read: sums of the epoch that has begun, schedule, patience.
	Trainer json.RawMessage `json:"trainer,omitempty"`
}

// Best is the best epoch so far, by validation; its weights are in best.safetensors.
type Best struct {
	Epoch    int     `json:"epoch"`    // from 1; 0: none yet
	Accuracy float64 `json:"accuracy"` // a fraction of 1
	Loss     float64 `json:"loss"`
}

// Observe makes m the best epoch if it is more accurate than the best so far, or as accurate at a lower loss, and reports whether it did. An epoch
// whose loss or accuracy is NaN or infinite is never the best.
func (b *Best) Observe(m Metrics) bool {
	if math.IsNaN(m.ValAccuracy) || math.IsNaN(m.ValLoss) || math.IsInf(m.ValLoss, 0) {
		return false
	}
	if b.Epoch > 0 && (m.ValAccuracy < b.Accuracy || m.ValAccuracy == b.Accuracy && m.ValLoss >= b.Loss) {
		return false
	}
	*b = Best{Epoch: m.Epoch, Accuracy: m.ValAccuracy, Loss: m.ValLoss}
	return true
}

// BestOf returns the best of these epochs, whose weights a run keeps. Its Epoch is 0 if there is none.
func BestOf(metrics []Metrics) (best Best) {
	for _, m := range metrics {
		best.Observe(m)
	}
	return best
}

// ErrNoCheckpoint is the kind of an error about a run without an undamaged checkpoint.
var ErrNoCheckpoint = errors.New("no undamaged checkpoint")

const (
	modelPrefix     = "model."
	optimizerPrefix = "optimizer."
	progressKey     = "progress" // in the metadata
	checksumKey     = "sha256"   // in the metadata
	keptCheckpoints = 2
)

// SaveCheckpoint writes checkpoints/step-%08d.safetensors, and then removes all but the newest two and those that LatestCheckpoint found damaged.
func (r *Run) SaveCheckpoint(c *Checkpoint) error {
	folder, path := r.path(checkpointsFolder), r.CheckpointPath(c.Progress.Step)
	all, metadata, err := c.encode()
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := weights.WriteSafetensors(path, all, metadata); err != nil {
		return err
	}
	for _, damaged := range r.damaged {
		if damaged == path {
			continue // replaced by the one just written
		}
		if err := os.Remove(damaged); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing a damaged checkpoint: %w", err)
		}
	}
	r.damaged = nil
	list, err := listCheckpoints(folder)
	if err != nil {
		return err
	}
	for _, old := range list[min(keptCheckpoints, len(list)):] {
		if err := os.Remove(old.path); err != nil {
			return fmt.Errorf("removing an old checkpoint: %w", err)
		}
	}
	return nil
}

// CheckpointPath returns the path of the checkpoint after the given number of steps.
func (r *Run) CheckpointPath(step int) string {
	return filepath.Join(r.path(checkpointsFolder), fmt.Sprintf("step-%08d.safetensors", step))
}

// LatestCheckpoint reads the newest undamaged checkpoint. damaged says what is wrong with each newer one; these files stay until the next
// SaveCheckpoint. If there is none, the error is [ErrNoCheckpoint] and says what is wrong with each file. The tensors may be parts of the file that
// are mapped into memory.
func (r *Run) LatestCheckpoint() (c *Checkpoint, damaged []error, err error) {
	folder := r.path(checkpointsFolder)
	list, err := listCheckpoints(folder)
	if err != nil {
		return nil, nil, err
	}
	r.damaged = nil
	for _, entry := range list {
		c, err := ReadCheckpoint(entry.path)
		var other *schemaError
		switch {
		case err == nil:
			return c, damaged, nil
		case errors.As(err, &other): // not damaged: another version of this program wrote it
			return nil, nil, mark.As(ErrInvalid, err)
		}
		damaged = append(damaged, err)
		r.damaged = append(r.damaged, entry.path)
	}
	if len(damaged) == 0 {
		return nil, nil, fmt.Errorf("%w: %s holds none", ErrNoCheckpoint, folder)
	}
	return nil, nil, fmt.Errorf("%w: %w", ErrNoCheckpoint, inOneLine(damaged))
}

// HasCheckpoints reports whether the run in the folder dir has checkpoints, damaged or not.
func HasCheckpoints(dir string) (bool, error) {
	list, err := listCheckpoints(filepath.Join(dir, checkpointsFolder))
	return len(list) > 0, err
}

// ReadCheckpoint reads a checkpoint's file and compares its content with its checksum. An error names the file.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	file, err := weights.Read(path)
	if err != nil {
		return nil, err
	}
	c, err := decodeCheckpoint(file)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint %s: %w", path, errors.Join(err, file.Close()))
	}
	return c, nil
}

type checkpointFile struct {
	step int
	path string
}

// listCheckpoints returns the checkpoints in folder, the newest first. A missing folder has none.
func listCheckpoints(folder string) (list []checkpointFile, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing checkpoints: %w", err)
	}
	for _, entry := range entries {
		name, isStep := strings.CutPrefix(entry.Name(), "step-")
		name, isSafetensors := strings.CutSuffix(name, ".safetensors")
		if step, err := strconv.Atoi(name); isStep && isSafetensors && err == nil && step >= 0 {
			list = append(list, checkpointFile{step, filepath.Join(folder, entry.Name())})
		}
	}
	slices.SortFunc(list, func(a, b checkpointFile) int { return cmp.Compare(b.step, a.step) })
	return list, nil
}
