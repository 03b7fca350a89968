package optim

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transfer"
)

// accumulate takes one step on a batch given in equal parts.
func accumulate(trainer *Trainer, images *tensors.Tensor, labels []int32, parts int, lrs ...float64) (r StepResult, err error) {
	d := images.Shape().Dimensions
	n, size := d[0]/parts, d[1]*d[2]*d[3]
	pixels := tensors.MustCopyFlatData[float32](images)
	for i := range parts {
		part, err := trainer.Backward(Images(pixels[i*n*size:(i+1)*n*size], n, d[1], d[2]), labels[i*n:(i+1)*n])
		if err != nil {
			return r, err
		}
		r.Loss += part.Loss / float64(parts)
	}
	r.GradNorm, err = trainer.Update(lrs...)
	return r, err
}

// PyTorch's numbers for a whole batch, from two numbers of parts, where batch norms do not look at the batch.
func TestAccumulateGolden(t *testing.T) {
	for _, name := range []string{"all_trainable_bn_eval", "freeze_head_bn_eval"} {
		t.Run(name, func(t *testing.T) {
			var f trainingFile
			golden.JSON(t, "training/"+name+".json", &f)
			if f.InputShape[0] < 2 {
				t.Skip("SKIPPED, NOT TESTED: a batch of one picture has no parts")
			}
			for _, parts := range equalParts(f.InputShape[0]) {
				f.Accumulate = parts
				t.Run(fmt.Sprint(parts, " parts"), func(t *testing.T) {
					testbackend.Quick(t, func(t *testing.T, b compute.Backend) { checkSteps(t, b, f) })
				})
			}
		})
	}
}

// equalParts gives the two smallest numbers of equal parts that a batch can be cut into: 2 and 4 of 8, 2 and 3 of 6, 7 of 7.
func equalParts(batch int) (parts []int) {
	for n := 2; n <= batch && len(parts) < 2; n++ {
		if batch%n == 0 {
			parts = append(parts, n)
		}
	}
	return parts
}

// headOnly is a network of which fc is trained: gradients of fc.bias have a closed form.
func headOnly(t *testing.T) *models.ResNet {
	net, err := models.New(model.NewStore(), "resnet18", 3, nn.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.LastLayers("fc").Apply(net); err != nil {
		t.Fatal(err)
	}
	return net
}

// The closed form of what PyTorch's loop does to fc.bias with class weights and a smaller last batch: the sum over the batches of
// (softmax - target) weighed by class, divided by the sum of that batch's weights, divided by Accumulate.
func TestAccumulateClosedForm(t *testing.T) {
	weights, lr := []float32{1, 2, 0.5}, 0.1
	net := headOnly(t)
	trainer, err := NewTrainer(testbackend.Open(t, backend.Go), net, StepOptions{Optimizer: Optimizer{Name: "sgd"}, ClassWeights: weights, Accumulate: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Finalize()
	before := values(t, net, "fc.bias")
	want := []float64{float64(before[0]), float64(before[1]), float64(before[2])}
	for i, labels := range [][]int32{{0, 1}, {2}} { // two batches where three are due: still divided by 3
		pixels := make([]float32, len(labels)*32*32*3)
		for j := range pixels {
			pixels[j] = float32(math.Sin(float64(j*(i+1)) / 7))
		}
		r, err := trainer.Backward(Images(pixels, len(labels), 32, 32), labels)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, l := range labels {
			sum += float64(weights[l])
		}
		for j, l := range labels {
			for c, p := range softmax(r.Logits[j]) {
				if c == int(l) {
					p--
				}
				want[c] -= lr * p * float64(weights[l]) / sum / 3
			}
		}
	}
	if got := values(t, net, "fc.bias"); got[0] != before[0] {
		t.Error("Backward alone moved a parameter")
	}
	if _, err := trainer.Update(lr); err != nil {
		t.Fatal(err)
	}
	for c, got := range values(t, net, "fc.bias") {
		if math.Abs(float64(got)-want[c]) > 1e-7 {
			t.Errorf("fc.bias[%d] = %.8f, want %.8f", c, got, want[c])
		}
	}
	after := values(t, net, "fc.bias")
	if norm, err := trainer.Update(lr); err != nil || norm != 0 || values(t, net, "fc.bias")[0] != after[0] {
		t.Errorf("a second Update moved something: gradient norm %g, %v", norm, err)
	}
	if _, err := trainer.Step(Images(make([]float32, 32*32*3), 1, 32, 32), []int32{0}, lr); err == nil {
		t.Error("Step went past the accumulated gradient")
	}
}

func values(t *testing.T, net *models.ResNet, key string) []float32 {
	t.Helper()
	w, err := net.Parameter(key).Tensor()
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func softmax(logits []float32) []float64 {
	p, sum := make([]float64, len(logits)), 0.0
	for i, v := range logits {
		p[i] = math.Exp(float64(v))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// What the graph would take without a word is refused: labels of no class, one label for a batch, no learning rate, pixels of other pictures.
func TestStepRefuses(t *testing.T) {
	b := testbackend.Open(t, backend.Go)
	for accumulate, want := range map[int]string{1: "training step 1", 2: "gradient for training step 1"} {
		trainer, err := NewTrainer(b, headOnly(t), StepOptions{Accumulate: accumulate, Optimizer: Optimizer{Name: "sgd"}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Finalize()
		step := trainer.Step
		if accumulate > 1 {
			step = func(images *tensors.Tensor, labels []int32, _ ...float64) (StepResult, error) {
				return trainer.Backward(images, labels)
			}
			if _, err := trainer.Update(); err == nil || !strings.Contains(err.Error(), "learning rate") {
				t.Errorf("no learning rate: %v", err)
			}
		} else if _, err := step(Images(make([]float32, 3*8*8*3), 3, 8, 8), []int32{0, 1, 2}); err == nil || !strings.Contains(err.Error(), "learning rate") {
			t.Errorf("no learning rate: %v", err)
		}
		for _, labels := range [][]int32{{0, 1, 3}, {0, 1, -1}, {1}} {
			if _, err := step(Images(make([]float32, 3*8*8*3), 3, 8, 8), labels, 0.1); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("labels %v: %v", labels, err)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("pixels of one picture are taken for four")
		}
	}()
	Images(make([]float32, 8*8*3), 4, 8, 8)
}

// Dropout draws the same in every process: two trainings from one seed have the same losses, from another others.
func TestDropoutIsSeeded(t *testing.T) {
	loss := func(seed uint64) (losses []float64) {
		net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(seed)), models.Config{Layers: []int{1}, Planes: 64, NumClasses: 3, Dropout: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		trainer, err := NewTrainer(testbackend.Open(t, backend.Go), net, StepOptions{Optimizer: Optimizer{Name: "sgd"}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Finalize()
		pixels := make([]float32, 2*8*8*3)
		for i := range pixels {
			pixels[i] = float32(i % 7)
		}
		for range 2 {
			r, err := trainer.Step(Images(pixels, 2, 8, 8), []int32{0, 1}, 0)
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, r.Loss)
		}
		return losses
	}
	first := loss(1)
	if again := loss(1); first[0] != again[0] || first[1] != again[1] || first[0] == first[1] {
		t.Errorf("losses %v, and then %v", first, again)
	}
	if other := loss(2); other[0] == first[0] {
		t.Errorf("another seed has the same losses %v", other)
	}
}
