package optim

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/internal/goldennet"
	"resnetlab/internal/nativeconv"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// openOneDNN opens XLA with oneDNN, or skips the test.
func openOneDNN(t *testing.T) compute.Backend {
	t.Helper()
	testbackend.Open(t, backend.XLACPU) // or skip
	b, choice, err := backend.OpenWith(backend.XLACPU, backend.Options{Log: func(line string) { t.Error(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(choice)
	if !nativeconv.Used(b) {
		fmt.Printf("SKIP: %s: no oneDNN library, see %s\n", t.Name(), onednn.Env)
		t.Skip("SKIPPED, NOT TESTED: no oneDNN library")
	}
	return b
}

// outputs are what a network computes, as vectors.
type outputs struct {
	logits, loss []float32
	gradients    [][]float32
	evaluation   int64 // convolutions replaced in the evaluation's program
	step         int64 // in that of the training step
}

// computeOutputs computes the logits of 16 pictures of 32 px in evaluation, and one training step.
func computeOutputs(b compute.Backend, net *models.ResNet) (o outputs, err error) {
	images := Images(golden.Input("onednn", "images", []int{16, 32, 32, 3}), 16, 32, 32)
	labels := make([]int32, 16)
	for i := range labels {
		labels[i] = int32(i % 10)
	}
	before := onednn.Count()
	eval, err := model.NewExec(b, net.Store, func(s *model.Scope, x *graph.Node) *graph.Node { return net.Forward(x) })
	if err != nil {
		return o, err
	}
	logits, err := eval.Call(images)
	if err != nil {
		return o, err
	}
	tensors.MustConstFlatData(logits[0], func(v []float32) { o.logits = append(o.logits, v...) })
	o.evaluation = onednn.Count() - before
	trainer, err := NewTrainer(b, net, StepOptions{Optimizer: Optimizer{Name: "sgd"}})
	if err != nil {
		return o, err
	}
	defer trainer.Finalize()
	trainer.keepGradients = true
	r, err := trainer.Step(images, labels, 1e-3)
	if err != nil {
		return o, err
	}
	o.loss = []float32{float32(r.Loss)}
	for _, g := range r.gradients {
		tensors.MustConstFlatData(g, func(v []float32) { o.gradients = append(o.gradients, append([]float32(nil), v...)) })
	}
	o.step = onednn.Count() - before - o.evaluation
	return o, nil
}

// distanceOf is the distance of two vectors, relative to the second.
func distanceOf(got, want []float32) float64 {
	var d, w float64
	for i := range want {
		e := float64(got[i]) - float64(want[i])
		d, w = d+e*e, w+float64(want[i])*float64(want[i])
	}
	return math.Sqrt(d / w)
}

// OneDNN computes every convolution of a network, forward and both gradients (XLA drops that by the pictures, which nobody uses), and the results
// are those of the Go backend, which need not be compiled.
func TestOneDNNComputesWholeNetworks(t *testing.T) {
	// A ReLU whose input is within rounding of 0 may be open on one backend alone: in ResNeXt-50 one moves some gradients by 0.04. A wrong
	// convolution moves them by 1.
	const gradientTolerance = 0.1
	with, without := openOneDNN(t), testbackend.Open(t, backend.Go)
	for _, c := range []struct {
		arch         string
		convolutions int64
	}{{"resnet18", 20}, {"resnext50_32x4d", 53}} {
		t.Run(c.arch, func(t *testing.T) {
			run := func(b compute.Backend) outputs {
				net := goldennet.New(t, c.arch, "onednn", 10)
				net.SetBatchNormMode(nn.EvalFrozen) // statistics of 16 values of 1 pixel each would multiply what was rounded
				o, err := computeOutputs(b, net)
				if err != nil {
					t.Fatal(err)
				}
				return o
			}
			got, want := run(with), run(without)
			if got.evaluation != c.convolutions || got.step != 3*c.convolutions {
				t.Errorf("replaced %d convolutions in evaluation and %d in training, want %d and %d",
					got.evaluation, got.step, c.convolutions, 3*c.convolutions)
			}
			worst := 0.0
			for i := range want.gradients {
				worst = max(worst, distanceOf(got.gradients[i], want.gradients[i]))
			}
			logits, loss := distanceOf(got.logits, want.logits), distanceOf(got.loss, want.loss)
			t.Logf("relative distances: logits %.2g, loss %.2g, gradients at most %.2g", logits, loss, worst)
			if !(logits < 1e-5 && loss < 1e-5 && worst < gradientTolerance) {
				t.Errorf("relative distances: logits %.2g, loss %.2g, gradients at most %.2g", logits, loss, worst)
			}
		})
	}
}
