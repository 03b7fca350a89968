package optim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/backend/pjrttable"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Training and evaluation give the same bits whether XLA's programs are compiled without a cache, compiled and stored, or loaded.
func TestCompileCacheKeepsTheBits(t *testing.T) {
	testbackend.Open(t, backend.XLACPU) // or skip
	dir := filepath.Join(t.TempDir(), "compiled")
	t.Setenv(backend.CacheVariable, "off")
	want := trainedBits(t)
	t.Setenv(backend.CacheVariable, dir)
	_, before := pjrttable.Counts()
	for _, state := range []string{"cold", "warm"} {
		if got := trainedBits(t); got != want {
			t.Errorf("%s: the bits differ: %s, without a cache %s", state, got, want)
		}
		_, loaded := pjrttable.Counts()
		if loads := loaded - before; (loads > 0) != (state == "warm") {
			t.Errorf("%s: %d programs were loaded", state, loads)
		}
	}
}

// trainedBits trains a small network for three steps on a new backend, and returns a hash of the losses, the logits after them and all weights.
func trainedBits(t *testing.T) string {
	t.Helper()
	b, _, err := backend.OpenWith(backend.XLACPU, backend.Options{Threads: 2, Log: func(line string) { t.Error(line) }})
	if err != nil {
		t.Fatal(err)
	}
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(1)), models.Config{Layers: []int{1}, Planes: 8, NumClasses: 4, Stem: models.CIFARStem})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := NewTrainer(b, net, StepOptions{Optimizer: Optimizer{Name: "adam"}})
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	images := Images(golden.Input("cache", "images", []int{4, 16, 16, 3}), 4, 16, 16)
	for range 3 {
		r, err := trainer.Step(images, []int32{0, 1, 2, 3}, 1e-3)
		if err != nil {
			t.Fatal(err)
		}
		_ = binary.Write(h, binary.LittleEndian, math.Float64bits(float64(r.Loss)))
	}
	logits, err := model.NewExec(b, net.Store, func(s *model.Scope, x *graph.Node) *graph.Node { return net.Forward(x) })
	if err != nil {
		t.Fatal(err)
	}
	out, err := logits.Call(images)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(h, out[0].Value())
	for _, s := range net.Spec() {
		tensor, err := net.Parameter(s.Key).Tensor()
		if err != nil {
			t.Fatal(err)
		}
		values, err := tensor.Float32s()
		if err != nil {
			continue // num_batches_tracked is a whole number
		}
		_ = binary.Write(h, binary.LittleEndian, values)
	}
	return hex.EncodeToString(h.Sum(nil))
}
