package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/weights"
)

// dict returns a state dict of two tensors whose values depend on n.
func dict(key string, n int) *weights.StateDict {
	sd := weights.NewStateDict()
	sd.Set(key, weights.FromFloat32s([]int{2, 2}, []float32{float32(n), 1, 2, 3}))
	sd.Set("bn1.num_batches_tracked", weights.FromInt64s([]int{}, []int64{int64(n)}))
	return sd
}

// checkpoint returns the checkpoint of a run with four batches in an epoch.
func checkpoint(step int) *Checkpoint {
	return &Checkpoint{
		Progress: Progress{
			Step: step, Epoch: step / 4, Batch: step % 4, Best: Best{Epoch: 1, Accuracy: 1. / 3, Loss: 0.1},
			Trainer: json.RawMessage(`{"sum":0.30000000000000004}`),
		},
		Model: dict("conv1.weight", step), Optimizer: dict("exp_avg.conv1.weight", -step),
	}
}

// save writes the checkpoints of the given steps.
func save(t *testing.T, r *Run, steps ...int) {
	t.Helper()
	for _, step := range steps {
		if err := r.SaveCheckpoint(checkpoint(step)); err != nil {
			t.Fatal(err)
		}
	}
}

// names returns the names of the checkpoints' files.
func names(t *testing.T, r *Run) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(r.path(checkpointsFolder))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// same reports whether two state dicts have the same keys and tensors.
func same(a, b *weights.StateDict) bool {
	if !slices.Equal(slices.Sorted(slices.Values(a.Keys())), slices.Sorted(slices.Values(b.Keys()))) {
		return false
	}
	for key, x := range a.All() {
		y, _ := b.Get(key)
		if x.DType != y.DType || !slices.Equal(x.Shape, y.Shape) || !bytes.Equal(x.Data, y.Data) {
			return false
		}
	}
	return true
}

func TestCheckpointRoundTrip(t *testing.T) {
	r := create(t)
	if err := os.Remove(filepath.Join(r.path(checkpointsFolder), "step-00000000.safetensors")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.LatestCheckpoint(); !errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("error %v, want ErrNoCheckpoint", err)
	}
	save(t, r, 0, 160)
	want := checkpoint(160)
	want.Progress.Schema = Schema
	got, damaged, err := reopen(t, r).LatestCheckpoint()
	if err != nil || len(damaged) != 0 {
		t.Fatalf("error %v, damaged %v", err, damaged)
	}
	if !reflect.DeepEqual(got.Progress, want.Progress) || !same(got.Model, want.Model) || !same(got.Optimizer, want.Optimizer) {
		t.Errorf("got %+v, want %+v", got.Progress, want.Progress)
	}
}

func TestTheNewestTwoCheckpointsAreKept(t *testing.T) {
	r := create(t)
	save(t, r, 0, 9, 10, 99999999, 100000000)
	if want := []string{"step-100000000.safetensors", "step-99999999.safetensors"}; !slices.Equal(names(t, r), want) {
		t.Errorf("kept %v, want %v", names(t, r), want)
	}
	c, _, err := r.LatestCheckpoint()
	if err != nil || c.Progress.Step != 100000000 {
		t.Errorf("latest %+v, error %v", c, err)
	}
}

// The newest checkpoint is cut at every length, and each of its bytes is flipped.
func TestEveryDamageOfACheckpointIsFoundAndTheOneBeforeIsUsed(t *testing.T) {
	r := create(t)
	save(t, r, 1, 2)
	path := r.path(filepath.Join(checkpointsFolder, "step-00000002.safetensors"))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, at int, content []byte) {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		c, damaged, err := r.LatestCheckpoint()
		if err != nil || c.Progress.Step != 1 || len(damaged) != 1 || !strings.Contains(damaged[0].Error(), path) {
			// A flipped byte in the padding or in the name of an unused field changes no value.
			if err == nil && len(damaged) == 0 && same(c.Model, checkpoint(2).Model) && same(c.Optimizer, checkpoint(2).Optimizer) && c.Progress.Step == 2 {
				return
			}
			t.Fatalf("%s at byte %d: checkpoint %v, damaged %v, error %v", what, at, c, damaged, err)
		}
	}
	for i := range whole {
		try("cut", i, whole[:i])
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1
		try("flip", i, flipped)
	}
	try("byte added", len(whole), append(bytes.Clone(whole), 0))
	try("weights in its place", 0, bestBytes(t, r))
}

// bestBytes returns the content of a best.safetensors.
func bestBytes(t *testing.T, r *Run) []byte {
	t.Helper()
	if err := r.WriteBest(dict("fc.weight", 1)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(r.BestPath())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDamagedCheckpointIsNotOneOfTheTwoThatAreKept(t *testing.T) {
	r := create(t)
	save(t, r, 10, 17)
	if err := os.Truncate(r.path(filepath.Join(checkpointsFolder, "step-00000017.safetensors")), 100); err != nil {
		t.Fatal(err)
	}
	r, c, damaged, err := Resume(r.Dir)
	if err != nil || c.Progress.Step != 10 || len(damaged) != 1 {
		t.Fatalf("checkpoint %v, damaged %v, error %v", c, damaged, err)
	}
	save(t, r, 12)
	if want := []string{"step-00000010.safetensors", "step-00000012.safetensors"}; !slices.Equal(names(t, r), want) {
		t.Errorf("kept %v, want %v", names(t, r), want)
	}
}

func TestRunWithDamagedCheckpointsOnlyIsNotResumed(t *testing.T) {
	r := create(t)
	save(t, r, 1, 2)
	for _, name := range names(t, r) {
		if err := os.WriteFile(r.path(filepath.Join(checkpointsFolder, name)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again, c, damaged, err := Resume(r.Dir)
	if !errors.Is(err, ErrNoCheckpoint) || again != nil || c != nil || damaged != nil {
		t.Errorf("error %v, run %v, checkpoint %v, damaged %v; want ErrNoCheckpoint alone", err, again, c, damaged)
	}
	wantError(t, err, "step-00000001", "step-00000002")
}

func TestCheckpointOfAnotherSchemaIsRefusedAndNotSkipped(t *testing.T) {
	r := create(t)
	save(t, r, 1)
	all, metadata, err := checkpoint(2).encode()
	if err != nil {
		t.Fatal(err)
	}
	metadata[progressKey] = strings.Replace(metadata[progressKey], `"schema":1`, `"schema":7`, 1)
	metadata[checksumKey] = checksum(metadata[progressKey], all)
	if err := weights.WriteSafetensors(r.path(filepath.Join(checkpointsFolder, "step-00000002.safetensors")), all, metadata); err != nil {
		t.Fatal(err)
	}
	_, damaged, err := r.LatestCheckpoint()
	wantError(t, err, "step-00000002", "schema 7", "schema 1")
	if len(damaged) != 0 || !errors.Is(err, ErrInvalid) {
		t.Errorf("damaged %v, error %v; want ErrInvalid", damaged, err)
	}
}

func TestResumeRemovesLaterEpochsAndTemporaryFiles(t *testing.T) {
	r := create(t)
	for epoch := 1; epoch <= 3; epoch++ {
		if err := r.AppendMetrics(Metrics{Epoch: epoch}); err != nil {
			t.Fatal(err)
		}
	}
	save(t, r, 8) // two epochs
	left := r.path("." + metricsFile + ".unfinished-1")
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	again, c, _, err := Resume(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Metrics()) != 2 || len(reopen(t, r).Metrics()) != 2 || c.Progress.Epoch != 2 {
		t.Errorf("%d epochs left, want the checkpoint's 2", len(again.Metrics()))
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the temporary file of a killed writer is still there")
	}
}

func TestFailedSaveKeepsTheOldCheckpointsAndNamesTheFile(t *testing.T) {
	r := create(t)
	save(t, r, 1, 2)
	broken := checkpoint(3)
	broken.Model.Set("short", &weights.Tensor{DType: "float32", Shape: []int{9}, Data: make([]byte, 4)})
	wantError(t, r.SaveCheckpoint(broken), "step-00000003")
	broken = checkpoint(3)
	broken.Optimizer = nil
	wantError(t, r.SaveCheckpoint(broken), "step-00000003", "optimizer")
	if want := []string{"step-00000001.safetensors", "step-00000002.safetensors"}; !slices.Equal(names(t, r), want) {
		t.Errorf("in the folder: %v, want %v", names(t, r), want)
	}
	if err := os.RemoveAll(r.path(checkpointsFolder)); err != nil {
		t.Fatal(err)
	}
	wantError(t, r.SaveCheckpoint(checkpoint(3)), "step-00000003")
}

func FuzzCheckpoint(f *testing.F) {
	all, metadata, err := checkpoint(3).encode()
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if err := weights.EncodeSafetensors(&whole, all, metadata); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := weights.ReadBytes("fuzz.safetensors", data)
		if err != nil {
			return
		}
		if c, err := decodeCheckpoint(file); err == nil && (c.Progress.Schema != Schema || c.Model == nil || c.Optimizer == nil) {
			t.Fatalf("accepted %+v", c.Progress)
		}
	})
}

// The curves, the last line of "train" and best.safetensors must mean the same epoch, also if several are equally accurate.
func TestBestOfIsTheFirstOfEqualEpochs(t *testing.T) {
	epoch := func(n int, accuracy, loss float64) Metrics {
		return Metrics{Epoch: n, ValAccuracy: accuracy, ValLoss: loss}
	}
	for want, metrics := range map[int][]Metrics{
		0: nil,
		1: {epoch(1, 0.5, 1), epoch(2, 0.5, 1), epoch(3, 0.4, 0.1)},
		2: {epoch(1, 0.5, 1), epoch(2, 0.5, 0.9), epoch(3, 0.5, 0.95)},
		4: {epoch(1, math.NaN(), 1), epoch(2, 0.5, 0.9), epoch(3, 0.7, math.NaN()), epoch(4, 0.6, 5)},
	} {
		if got := BestOf(metrics); got.Epoch != want {
			t.Errorf("epoch %d is the best, want %d: %v", got.Epoch, want, metrics)
		}
	}
}
