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

	"resnetlab/resnetlib/weights"
)

// Checkpoint is all that a run needs to go on as if it had never stopped. In its file, a safetensors file, the tensors
// of Model and Optimizer have model. and optimizer. before their keys, and Progress is in the metadata.
type Checkpoint struct {
	Progress  Progress
	Model     *weights.StateDict // with the running statistics
	Optimizer *weights.StateDict // moments; empty where there are none
}

// Progress says where a run stands.
type Progress struct {
	Schema int  `json:"schema"` // set by SaveCheckpoint
	Step   int  `json:"step"`   // optimiser steps done
	Epoch  int  `json:"epoch"`  // whole epochs done: the lines of metrics.csv that hold
	Batch  int  `json:"batch"`  // batches done of the next epoch
	Done   bool `json:"done"`   // the run is over: all epochs, or stopped early
	Best   Best `json:"best"`

	// Trainer is what the training loop keeps for itself: sums of the epoch under way, schedule, patience.
	Trainer json.RawMessage `json:"trainer,omitempty"`
}

// Best is the best epoch so far; its weights are in best.safetensors.
type Best struct {
	Epoch    int     `json:"epoch"` // 0: none yet
	Accuracy float64 `json:"accuracy"`
	Loss     float64 `json:"loss"`
}

// Observe makes an epoch the best one if it is more accurate, or as accurate at a lower loss, and says whether it did. A network that has
// diverged, whose loss is no number, is never the best.
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

// BestOf is the epoch whose weights a run of these epochs keeps; its Epoch is 0 where there is none.
func BestOf(metrics []Metrics) (best Best) {
	for _, m := range metrics {
		best.Observe(m)
	}
	return best
}

// ErrNoCheckpoint is returned where a run has no checkpoint that is whole.
var ErrNoCheckpoint = errors.New("no whole checkpoint")

const (
	modelPrefix     = "model."
	optimizerPrefix = "optimizer."
	progressKey     = "progress" // of the metadata
	checksumKey     = "sha256"
	keptCheckpoints = 2
)

// SaveCheckpoint writes checkpoints/step-%08d.safetensors and then removes all but the last two, and those that
// LatestCheckpoint found damaged.
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

// CheckpointPath is the file of the checkpoint after so many steps.
func (r *Run) CheckpointPath(step int) string {
	return filepath.Join(r.path(checkpointsFolder), fmt.Sprintf("step-%08d.safetensors", step))
}

// LatestCheckpoint reads the newest checkpoint that is whole. damaged says what is wrong with each newer one; they are
// left in place until the next SaveCheckpoint. Without a whole one the error is ErrNoCheckpoint. The tensors may be parts
// of the file, mapped into memory.
func (r *Run) LatestCheckpoint() (c *Checkpoint, damaged []error, err error) {
	list, err := listCheckpoints(r.path(checkpointsFolder))
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
		case errors.As(err, &other): // not damaged: another program's
			return nil, damaged, err
		}
		damaged = append(damaged, err)
		r.damaged = append(r.damaged, entry.path)
	}
	return nil, damaged, fmt.Errorf("%w in %s", ErrNoCheckpoint, r.path(checkpointsFolder))
}

// ReadCheckpoint reads one file and checks its checksum. Errors name the file.
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

// listCheckpoints returns the checkpoints in folder, newest first; none where there is no folder.
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
