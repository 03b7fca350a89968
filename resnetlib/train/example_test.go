package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/train"
)

// One epoch on a few drawn pictures. A second call finds the finished run and trains nothing.
func ExampleEnsure() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		fmt.Println(err)
		return
	}
	pictures := sketch.Config{Train: 16, Val: 8, Size: 32}
	data := train.Data(&datasets.Splits{Train: sketch.New("train", pictures), Val: sketch.New("val", pictures)})
	settings := train.Config{Arch: "resnet18", ImageSize: 32, BatchSize: 8, Epochs: 1, Out: filepath.Join(dir, "run")}
	for range 2 {
		batches := 0
		report := train.Report(func(e train.Event) {
			if e.Phase == "train" {
				batches++
			}
		})
		run, err := train.Ensure(context.Background(), settings, train.On(b, backend.Go), data, report)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(run.Metrics()), "epoch in", filepath.Base(run.Dir), "after", batches, "batches")
	}
	// Output:
	// 1 epoch in run after 2 batches
	// 1 epoch in run after 0 batches
}
