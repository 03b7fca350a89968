package optim_test

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
)

// The learning rate of ten epochs: two of warm-up, then half a cosine.
func ExampleSequentialLR() {
	schedule := optim.SequentialLR([]int{2}, optim.LinearLR(1.0/3, 2), optim.CosineAnnealingLR(8, 0))
	for epoch := range 10 {
		fmt.Printf("%.3f ", schedule(0.1, epoch))
	}
	fmt.Println()
	// Output: 0.033 0.067 0.100 0.096 0.085 0.069 0.050 0.031 0.015 0.004
}

// The rate is divided by ten when the loss has not fallen for two epochs.
func ExamplePlateau() {
	plateau := optim.NewPlateau(0.1, 1)
	for _, loss := range []float64{1.0, 0.8, 0.8, 0.8, 0.7} {
		plateau.Observe(loss)
		fmt.Printf("%.2g ", 0.01*plateau.Scale)
	}
	fmt.Println()
	// Output: 0.01 0.01 0.01 0.001 0.001
}

// Twenty steps on the same four pictures: the network learns them.
func ExampleTrainer() {
	b, _, err := backend.Open(backend.Go)
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(1)), models.Config{Layers: []int{1}, Planes: 8, NumClasses: 4, Stem: models.CIFARStem})
	if err != nil {
		fmt.Println(err)
		return
	}
	trainer, err := optim.NewTrainer(b, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer trainer.Finalize()
	pixels := make([]float32, 4*8*8*3) // four pictures of one colour each
	for i := range pixels {
		pixels[i] = float32(i / (8 * 8 * 3))
	}
	var first, last optim.StepResult
	for step := range 20 {
		if last, err = trainer.Step(optim.Images(pixels, 4, 8, 8), []int32{0, 1, 2, 3}, 0.01); err != nil {
			fmt.Println(err)
			return
		}
		if step == 0 {
			first = last
		}
	}
	fmt.Println(trainer.Steps, "steps; the loss fell below half:", last.Loss < first.Loss/2)
	// Output: 20 steps; the loss fell below half: true
}
