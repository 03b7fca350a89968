package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/runs"
)

// With sparse checkpoints a run has the same metrics and weights, and ends with those checkpoints alone that its steps ask for. One that was killed
// before its first checkpoint is trained anew; one whose checkpoints are all damaged is left as it is.
func TestSparseCheckpoints(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	data, c := small()
	c.Out, c.CheckpointEvery = filepath.Join(t.TempDir(), "plain"), 100
	want := mustFit(t, b, c)
	c.Out = filepath.Join(t.TempDir(), "sparse")
	options := []Option{On(b, "test"), Data(data), SparseCheckpoints()}
	for _, state := range []string{"trained", "trained anew"} {
		run, err := Ensure(context.Background(), c, options...)
		if err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		if left, err := os.ReadDir(filepath.Join(run.Dir, "checkpoints")); err != nil || len(left) > 0 {
			t.Errorf("%s: checkpoints %v, %v", state, left, err)
		}
		best, err := os.ReadFile(run.BestPath())
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := os.ReadFile(want.BestPath())
		if err != nil || !bytes.Equal(best, wanted) {
			t.Errorf("%s: other weights, %v", state, err)
		}
		for _, path := range []string{run.ConfusionMatrixPath(), run.CurvesPath()} {
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", state, err)
			}
		}
		for _, m := range run.Metrics() {
			if w := want.Metrics()[m.Epoch-1]; m.ValLoss != w.ValLoss || m.TrainLoss != w.TrainLoss {
				t.Errorf("%s: epoch %d: %+v, want %+v", state, m.Epoch, m, w)
			}
		}
		if err := os.Remove(run.BestPath()); err != nil { // as after a kill in the first epoch
			t.Fatal(err)
		}
	}
	c.CheckpointEvery, c.Overwrite = 5, true // of 8 steps: 4 an epoch
	run, err := Ensure(context.Background(), c, options...)
	if err != nil {
		t.Fatal(err)
	}
	if checkpoint, _, err := run.LatestCheckpoint(); err != nil || checkpoint.Progress.Step != 5 || checkpoint.Progress.Best.Epoch != 1 {
		t.Errorf("checkpoint %+v, %v", checkpoint, err)
	}
	path, err := filepath.Glob(filepath.Join(run.Dir, "checkpoints", "*.safetensors"))
	if err != nil || len(path) != 1 {
		t.Fatalf("checkpoints %v, %v", path, err)
	}
	if err := os.WriteFile(path[0], []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	c.Overwrite = false
	if again, err := Ensure(context.Background(), c, options...); again != nil || !errors.Is(err, runs.ErrNoCheckpoint) {
		t.Errorf("damaged: run %v, error %v, want ErrNoCheckpoint", again, err)
	}
	if _, err := os.Stat(run.BestPath()); err != nil {
		t.Errorf("damaged: %v", err)
	}
}
