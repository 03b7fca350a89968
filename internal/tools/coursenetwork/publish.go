package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/weights"
)

// copied are the files of the run that are published as they are. The weights are published as float16; checkpoints are not.
var copied = []string{"run.json", "class_indices.json", "metrics.csv", "curves.png", "confusion_matrix.png"}

// testSeeds are the seeds of the drawings that the network is tested on.
var testSeeds = []uint64{0, 2, 3}

// report prints what happens in the training, and each epoch's numbers.
func report(e train.Event) {
	switch {
	case e.Note != "":
		fmt.Println(e.Note)
	case e.Metrics != nil:
		m := e.Metrics
		fmt.Printf("epoch %d: training loss %.4f, validation loss %.4f, accuracy %.4f, %.0f s\n", m.Epoch, m.TrainLoss, m.ValLoss, m.ValAccuracy, m.Seconds)
	}
}

// publish writes the run into the folder out, with weights of half the size.
func publish(run *runs.Run, out string) error {
	file, err := weights.Read(run.BestPath())
	if err != nil {
		return err
	}
	defer file.Close()
	half, err := file.StateDict.Half()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	if err := weights.WriteSafetensors(filepath.Join(out, filepath.Base(run.BestPath())), half, file.Metadata); err != nil {
		return err
	}
	for _, name := range copied {
		content, err := os.ReadFile(filepath.Join(run.Dir, name))
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(out, name), content); err != nil {
			return err
		}
	}
	return nil
}

// testResult is the result on the drawings of one seed.
type testResult struct {
	Seed uint64 `json:"seed"`
	*evaluate.Result
}

// test evaluates the network in the folder out on drawings of other seeds, and writes the results beside it.
func test(ctx context.Context, b compute.Backend, out string) error {
	net, err := network.OpenRun(out)
	if err != nil {
		return err
	}
	var results []testResult
	for _, seed := range testSeeds {
		drawings := pictures
		drawings.Seed = seed
		r, err := evaluateOn(ctx, b, net, drawings)
		if err != nil {
			return err
		}
		fmt.Printf("%d pictures of seed %d: loss %.4f, accuracy %.4f\n", r.Pictures, seed, r.Loss, r.Accuracy)
		results = append(results, testResult{seed, r})
	}
	text, err := json.Marshal(struct {
		Schema int          `json:"schema"`
		Data   string       `json:"data"`
		Tests  []testResult `json:"tests"`
	}{1, settings.Data, results})
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(out, runs.TestFile), append(text, '\n'))
}

// evaluateOn evaluates a network on the test pictures of c.
func evaluateOn(ctx context.Context, b compute.Backend, net *network.Network, c sketch.Config) (*evaluate.Result, error) {
	const batchSize = 32
	forward, err := predict.NewForward(b, net.ResNet, batchSize)
	if err != nil {
		return nil, err
	}
	defer forward.Finalize()
	loader := datasets.NewLoader(sketch.New("test", c), datasets.LoaderConfig{BatchSize: batchSize, Preset: net.Preset})
	return evaluate.Run(ctx, forward, loader)
}
