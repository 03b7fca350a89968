// Coursenetwork trains the network that the rooms and lessons look into, and writes it as a run's folder of a size that fits into the repository.
//
//	coursenetwork [-run .cache/course-network] [-out notebooks/network]
//
// The drawings, the settings and the seed are below. A training that was interrupted resumes; the weights of one machine are the same byte for byte.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

// pictures are the drawings to train on. Seed 0, which commands and lessons draw with, is left for tests.
var pictures = sketch.Config{Task: "many", Seed: 1, Train: 12000, Val: 600, Test: 1000}

// settings are those of the training. A drawn plant already has any place, size, angle and light, so it is not augmented: a random crop would leave
// out the petals that have to be counted. The weight decay is large enough to remove the noise that the first filters start from.
var settings = runs.Settings{
	Data: "sketch:many", Arch: "narrow_resnet18_4", ImageSize: 96, Seed: 1,
	Epochs: 6, BatchSize: 32, Optimizer: "adamw", LR: 3e-3, WeightDecay: 0.6, Scheduler: "cosine",
	Augment: "none", CheckpointEvery: 500,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := flag.String("run", ".cache/course-network", "folder of the training; removed at the end")
	out := flag.String("out", "notebooks/network", "folder of the network")
	flag.Parse()
	if err := makeNetwork(ctx, *run, *out); err != nil {
		fmt.Fprintln(os.Stderr, "coursenetwork:", err)
		os.Exit(1)
	}
}

// makeNetwork trains, publishes and tests the network.
func makeNetwork(ctx context.Context, dir, out string) error {
	b, choice, err := backend.Open("")
	if err != nil {
		return err
	}
	c := settings
	c.Out = dir
	run, err := train.Ensure(ctx, c, train.On(b, choice.Name), train.Data(sketch.All(pictures)), train.Readable(nil), train.Report(report))
	if err != nil {
		return err
	}
	if err := publish(run, out); err != nil {
		return fmt.Errorf("writing %s: %w", out, err)
	}
	if err := test(ctx, b, out); err != nil {
		return fmt.Errorf("testing %s: %w", out, err)
	}
	return os.RemoveAll(dir)
}
