package runs

import (
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/resnetlib/weights"
)

// The reader of weight files removes a prefix in front of a network's keys and leaves out other tensors; that of checkpoints must not.
func TestCheckpointOfANetworkKeepsEveryTensor(t *testing.T) {
	keys := []string{"conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight"}
	c := &Checkpoint{Model: weights.NewStateDict(), Optimizer: dict("momentum.conv1.weight", 2)}
	for _, key := range keys {
		c.Model.Set(key, weights.FromFloat32s([]int{1}, []float32{1}))
	}
	all, metadata, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "step-1.safetensors")
	if err := weights.WriteSafetensors(path, all, metadata); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCheckpoint(path)
	if err != nil || !slices.Equal(got.Model.Keys(), keys) || got.Optimizer.Len() != 2 {
		t.Errorf("%+v, error %v", got, err)
	}
}
