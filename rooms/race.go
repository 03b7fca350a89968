package rooms

import (
	"fmt"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/transforms"
)

// Settings of the training in the room "block".
const (
	raceSteps    = 400 // most steps
	raceBatch    = 16
	racePictures = 80 // few enough to be learnt by heart: the curves show how well the weights can be found
	raceEvery    = 5  // steps for one point of the curves
	raceRate     = 0.003
)

// RaceArguments describe two networks as [BlockArguments] do, and how long they are trained.
type RaceArguments struct {
	BlockArguments
	Steps int `json:"steps"`
}

// RaceAnswer has the curves of both networks, a point for every five steps.
type RaceAnswer struct {
	Layers   int       `json:"layers"` // with weights
	Steps    []float64 `json:"steps"`
	Residual []float64 `json:"residual"` // mean loss of the five steps
	Plain    []float64 `json:"plain"`
}

// race trains a residual and a plain network side by side, on the same batches. Parts are the curves so far.
func race(c *call, a RaceArguments) (answer RaceAnswer, err error) {
	if err := a.check(); err != nil {
		return answer, err
	}
	if a.Steps < raceEvery || a.Steps > raceSteps {
		return answer, fmt.Errorf("training for %d steps: choose %d to %d", a.Steps, raceEvery, raceSteps)
	}
	loader := raceLoader(a.Seed)
	residual, plain, err := c.runners(a.BlockArguments)
	if err != nil {
		return answer, err
	}
	defer residual.finalize()
	defer plain.finalize()
	answer.Layers = a.layers()
	for epoch, step := 0, 0; ; epoch++ {
		for batch, err := range loader.Epoch(c, epoch, 0) {
			if err == nil {
				err = residual.train(batch)
			}
			if err == nil {
				err = plain.train(batch)
			}
			if err != nil {
				return answer, err
			}
			if step++; step%raceEvery == 0 {
				answer.add(step, residual.point(), plain.point())
				c.part(answer)
			}
			if step == a.Steps {
				return answer, nil
			}
		}
	}
}

// add adds a point to both curves.
func (a *RaceAnswer) add(step int, residual, plain float64) {
	a.Steps = append(a.Steps, float64(step))
	a.Residual, a.Plain = append(a.Residual, residual), append(a.Plain, plain)
}

// raceLoader makes the batches that both networks see.
func raceLoader(seed uint64) *datasets.Loader {
	pictures := sketch.New("train", sketch.Config{Train: racePictures, Size: blockSide + 16})
	return datasets.NewLoader(pictures, datasets.LoaderConfig{BatchSize: raceBatch, Shuffle: true, Seed: seed, Preset: transforms.EvalPreset(blockSide)})
}

// runner is a network in training.
type runner struct {
	net     *models.ResNet
	trainer *optim.Trainer
	name    string
	losses  []float64 // since the last point
}

// runners makes both networks and their trainers.
func (c *call) runners(a BlockArguments) (residual, plain *runner, err error) {
	if residual, err = c.runner(a, false); err != nil {
		return nil, nil, err
	}
	if plain, err = c.runner(a, true); err != nil {
		residual.finalize()
		return nil, nil, err
	}
	return residual, plain, nil
}

// runner makes a network and its trainer.
func (c *call) runner(a BlockArguments, plain bool) (*runner, error) {
	net, err := a.network(plain)
	if err != nil {
		return nil, err
	}
	trainer, err := optim.NewTrainer(c.session.backend, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
	if err != nil {
		net.Store.Finalize()
		return nil, err
	}
	return &runner{net: net, trainer: trainer, name: map[bool]string{true: "plain", false: "residual"}[plain]}, nil
}

// train takes a step on a batch.
func (r *runner) train(batch *datasets.Batch) error {
	images := optim.Images(batch.Images, batch.N, batch.Height, batch.Width)
	defer images.FinalizeAll()
	result, err := r.trainer.Step(images, batch.Labels, raceRate)
	if err != nil {
		return err
	}
	if !finite(result.Loss) {
		return fmt.Errorf("the %s network diverged at step %d: its loss is no longer a finite number; switch batch norm on or choose fewer blocks",
			r.name, r.trainer.Steps)
	}
	r.losses = append(r.losses, result.Loss)
	return nil
}

// point returns the mean loss since the last point.
func (r *runner) point() float64 {
	sum := 0.0
	for _, loss := range r.losses {
		sum += loss
	}
	n := len(r.losses)
	r.losses = nil
	return sum / float64(n)
}

func (r *runner) finalize() {
	_ = r.trainer.Finalize() // of a network that is dropped with it
	r.net.Store.Finalize()
}
