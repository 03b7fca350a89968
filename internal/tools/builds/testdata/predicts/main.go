// Command predicts makes a network from a seed, draws a picture and prints its logits: the whole way from picture to prediction in one
// program that needs no file, to be run on any platform.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		return err
	}
	net, err := models.New(model.NewStore(), "resnet18", len(sketch.Classes), nn.Seed(1))
	if err != nil {
		return err
	}
	sample, err := sketch.New("test", sketch.Config{Size: 64}).Sample(0)
	if err != nil {
		return err
	}
	p, err := predict.New(b, &network.Network{ResNet: net, Classes: sketch.Classes, Preset: transforms.EvalPreset(64)}, predict.BatchSize(1))
	if err != nil {
		return err
	}
	results, err := p.Pictures(context.Background(), []*transforms.RGB{sample.Image})
	if err != nil {
		return err
	}
	for _, v := range results[0].Logits {
		fmt.Printf("%.7g\n", v)
	}
	return nil
}
