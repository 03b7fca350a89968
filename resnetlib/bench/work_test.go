package bench_test

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
	"resnetlab/resnetlib/models"
)

// The forward pass has the same value each time. Training steps change the network, and the loss on the batch falls.
func TestWorkComputesTheNetwork(t *testing.T) {
	b, batch := testbackend.Open(t, backend.Go), bench.RandomBatch(4, 32, 5)
	net, err := models.New(model.NewStore(), "resnet18", 5)
	if err != nil {
		t.Fatal(err)
	}
	forward, err := bench.NewForward(b, net, batch)
	if err != nil {
		t.Fatal(err)
	}
	step, err := bench.NewStep(b, net, batch)
	if err != nil {
		t.Fatal(err)
	}
	before, again, first, second := call(t, forward), call(t, forward), call(t, step), call(t, step)
	if len(before) != 5 || !slices.Equal(before, again) {
		t.Errorf("logits %v, then %v", before, again)
	}
	if len(first) != 1 || second[0] >= first[0] {
		t.Errorf("loss %v, then %v", first, second)
	}
	if after := call(t, forward); slices.Equal(after, before) {
		t.Error("the forward pass does not see the steps")
	}
	if err := forward.Finalize(); err != nil {
		t.Error(err)
	}
	if err := step.Finalize(); err != nil {
		t.Error(err)
	}
}

func call(t *testing.T, w *bench.Work) []float64 {
	t.Helper()
	value, err := w.Call()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// A matrix product uses the processor, so that its rate and its processor time are known.
func TestMatMulPeak(t *testing.T) {
	before := bench.ProcessorSeconds()
	rate, err := bench.MatMulPeak(t.Context(), testbackend.Open(t, backend.Go), 256, 2)
	if err != nil {
		t.Fatal(err)
	}
	if rate < 1e7 || rate > 1e15 {
		t.Errorf("%g multiply-adds a second", rate)
	}
	if bench.ProcessorSeconds() <= before {
		t.Error("it took no processor time")
	}
}
