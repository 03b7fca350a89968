package bench_test

import (
	"context"
	"fmt"
	"log"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
)

func ExampleRun() {
	b, choice, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	r, err := bench.Run(context.Background(), b, choice.Name, bench.Config{Arch: "resnet18", BatchSize: 2, ImageSize: 32, NumClasses: 5, Repeats: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Arch, "on", r.Backend, "in batches of", r.BatchSize)
	fmt.Println("a training step takes longer than a forward pass:", r.Train.SecondsPerImage.Min > r.Forward.SecondsPerImage.Min)
	// Output:
	// resnet18 on go in batches of 2
	// a training step takes longer than a forward pass: true
}

// Sizes below 1 are refused before anything runs.
func ExampleInput() {
	_, err := bench.Input(context.Background(), bench.InputConfig{BatchSize: 8, ImageSize: 224, Repeats: 3})
	fmt.Println(err)
	// Output: batch size 8, image size 224, workers 0, repeats 3: each must be at least 1
}
