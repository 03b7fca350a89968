package runs_test

import (
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// The path of its folder is all that is needed to work with a run.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, "flowers")
	info := runs.Info{Classes: []string{"daisy", "rose"}, Preset: transforms.EvalPreset(224)}
	first := &runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()}
	if _, err := runs.Create(runs.Settings{Arch: "resnet34", Epochs: 3, Out: dir}, info, first); err != nil {
		fmt.Println(err)
		return
	}
	run, err := runs.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.Settings.Arch, run.Settings.Epochs, run.Classes, run.Preset.Crop)
	// Output: resnet34 3 [daisy rose] 224
}

// The best epoch is the most accurate one, and among equally accurate ones that with the lowest loss.
func ExampleBestOf() {
	best := runs.BestOf([]runs.Metrics{{Epoch: 1, ValAccuracy: 0.8, ValLoss: 0.6}, {Epoch: 2, ValAccuracy: 0.9, ValLoss: 0.5}, {Epoch: 3, ValAccuracy: 0.9, ValLoss: 0.4}})
	fmt.Println(best.Epoch)
	// Output: 3
}
