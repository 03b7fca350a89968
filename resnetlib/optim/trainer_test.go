package optim

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/nn"
)

// What cannot make a step is refused when the trainer is made, or in one line before the graph is built.
func TestTrainerRefusesOptionsThatMakeNoStep(t *testing.T) {
	b, sgd := testbackend.Open(t, backend.Go), Optimizer{Name: "sgd"}
	for says, o := range map[string]StepOptions{
		`unknown optimizer ""`:                       {},
		"2 class weights for a network of 3 classes": {Optimizer: sgd, ClassWeights: []float32{1, 2}},
		"Nesterov needs a Momentum":                  {Optimizer: Optimizer{Name: "sgd", Nesterov: true}},
		"parameter group -1 of fc.weight":            {Optimizer: sgd, Group: func(*nn.Parameter) int { return -1 }},
	} {
		if _, err := NewTrainer(b, headOnly(t), o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want %q", err, says)
		}
	}
	trainer, err := NewTrainer(b, headOnly(t), StepOptions{Optimizer: sgd, Group: func(*nn.Parameter) int { return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Finalize()
	if _, err := trainer.Step(Images(make([]float32, 2*32*32*3), 2, 32, 32), []int32{0, 1}, 0.1); err == nil || !strings.Contains(err.Error(), "each of 2 parameter groups, not 1") {
		t.Errorf("one rate for two groups: %v", err)
	}
}

// A second trainer of a network begins with moments of zero, whatever the first has left, and stays when the first is freed.
func TestASecondTrainerBeginsAnew(t *testing.T) {
	b, net, o := testbackend.Open(t, backend.Go), headOnly(t), StepOptions{Optimizer: Optimizer{Name: "adam"}}
	pixels := make([]float32, 2*32*32*3)
	for i := range pixels {
		pixels[i] = float32(i % 5)
	}
	first, err := NewTrainer(b, net, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Step(Images(pixels, 2, 32, 32), []int32{0, 1}, 0.1); err != nil {
		t.Fatal(err)
	}
	second, err := NewTrainer(b, net, o)
	if err != nil {
		t.Fatal(err)
	}
	moments, err := second.OptimizerState()
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range moments.All() {
		if s := m.Stats(); s.Min != 0 || s.Max != 0 {
			t.Errorf("%s is between %v and %v before the first step", key, s.Min, s.Max)
		}
	}
	if err := first.Finalize(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Step(Images(pixels, 2, 32, 32), []int32{0, 1}, 0.1); err != nil {
		t.Errorf("a step after the first trainer was freed: %v", err)
	}
	if err := second.Finalize(); err != nil {
		t.Fatal(err)
	}
}

// Before the first step after NewTrainer and Reset, weights and moments move to the backend: no copy of them stays in Go's memory.
func TestAStepKeepsNoCopyInGo(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		net := headOnly(t)
		trainer, err := NewTrainer(b, net, StepOptions{Optimizer: Optimizer{Name: "adam"}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Finalize()
		for range 2 {
			if err := trainer.place(); err != nil {
				t.Fatal(err)
			}
			variables := slices.Concat(trainer.state...)
			for _, s := range net.Spec() {
				variables = append(variables, net.Parameter(s.Key).Variable)
			}
			for _, v := range variables {
				if value, err := v.Value(); err != nil || value.HasLocal() || !value.IsOnDevice(0) {
					t.Errorf("%s: error %v, or it is not on the backend alone", v.Path(), err)
				}
			}
			if _, err := trainer.Step(Images(make([]float32, 2*32*32*3), 2, 32, 32), []int32{0, 1}, 0.1); err != nil {
				t.Fatal(err)
			}
			if err := trainer.Reset(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
