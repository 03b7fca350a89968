// Package optim trains a network step by step, with the names and numbers of torch.optim: optimizers, learning-rate schedules, and the [Trainer]
// that compiles forward, loss, backward and update into one graph.
//
//	trainer, err := optim.NewTrainer(backend, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
//	result, err := trainer.Step(optim.Images(pixels, 16, 224, 224), labels, 1e-4)
package optim

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// StepOptions say how a training step is taken. The zero value of each field but Optimizer is PyTorch's default.
type StepOptions struct {
	Optimizer      Optimizer
	LabelSmoothing float64
	ClassWeights   []float32               // nil: all 1
	ClipNorm       float64                 // greatest global L2 norm of the gradient; 0: no limit
	Accumulate     int                     // batches for one step, which Backward and Update take instead of Step; 0 and 1: one batch, by Step
	Tail           nn.Module               // the part of the network that computes the logits where the step's inputs are features; nil: the network
	Group          func(*nn.Parameter) int // parameter group: an index into Step's learning rates; nil: all in group 0
}

// Trainer takes training steps: forward, loss, backward and update in one compiled graph. Parameters that are frozen when the Trainer is made do
// not change: they have no gradient, no weight decay and no optimizer state.
type Trainer struct {
	Steps   int // optimizer steps taken
	net     *models.ResNet
	options StepOptions
	rule    rule
	trained []*nn.Parameter
	backend compute.Backend
	groups  int                 // parameter groups
	slots   []string            // names of a parameter's state tensors: the rule's, then the accumulated gradient's, if gradients are accumulated
	state   [][]*model.Variable // by trained parameter and slot

	placed bool // see place

	step, backward, update *model.Exec // graphs of Step, Backward and Update

	keepGradients bool // for tests: return the gradients before clipping, in the order of trained
}

// StepResult is what a training step computed.
type StepResult struct {
	Loss     float64     // mean over the batch, before the update
	GradNorm float64     // global L2 norm, before clipping; 0 from Backward
	Logits   [][]float32 // [N, classes], before the update

	gradients []*tensors.Tensor
}

// NewTrainer makes a trainer of the parameters that require a gradient now, with an optimizer state of zeros. A network has one trainer at a time: an
// earlier one of the same network must not be used any more.
func NewTrainer(b compute.Backend, net *models.ResNet, o StepOptions) (*Trainer, error) {
	r, err := o.Optimizer.rule()
	if err != nil {
		return nil, err
	}
	if n := len(o.ClassWeights); o.ClassWeights != nil && n != net.NumClasses() {
		return nil, fmt.Errorf("%d class weights for a network of %d classes", n, net.NumClasses())
	}
	if o.Group == nil {
		o.Group = func(*nn.Parameter) int { return 0 }
	}
	t := &Trainer{net: net, backend: b, options: o, rule: r, trained: net.Trainable(), slots: r.state}
	if len(t.trained) == 0 {
		return nil, fmt.Errorf("nothing to train: every parameter is frozen")
	}
	if o.Accumulate > 1 {
		t.slots = append(slices.Clone(r.state), gradSlot)
	}
	if err := t.countGroups(); err != nil {
		return nil, err
	}
	if err := t.makeState(); err != nil {
		return nil, err
	}
	if err := t.makeGraphs(b); err != nil {
		return nil, err
	}
	return t, nil
}

// countGroups finds the number of parameter groups, which is that of the learning rates of a step.
func (t *Trainer) countGroups() error {
	for _, p := range t.trained {
		group := t.options.Group(p)
		if group < 0 {
			return fmt.Errorf("parameter group %d of %s: groups count from 0", group, p.Key)
		}
		t.groups = max(t.groups, group+1)
	}
	return nil
}

// makeState makes the optimizer's state. What an earlier trainer has left is dropped: CreateVariable would share it, values included.
func (t *Trainer) makeState() error {
	for _, p := range t.trained {
		state := make([]*model.Variable, len(t.slots))
		for i, name := range t.slots {
			path := statePath(name, p)
			if err := t.net.Store.DeleteVariable(path); err != nil {
				return fmt.Errorf("optimizer state of %s: %w", p.Key, err)
			}
			v, err := t.net.Store.CreateVariable(path, tensors.FromShape(p.Variable.Shape()))
			if err != nil {
				return fmt.Errorf("optimizer state of %s: %w", p.Key, err)
			}
			state[i] = v.SetTrainable(false)
		}
		t.state = append(t.state, state)
	}
	return nil
}

func (t *Trainer) makeGraphs(b compute.Backend) (err error) {
	if t.options.Accumulate <= 1 {
		t.step, err = model.NewExec(b, t.net.Store, t.stepGraph)
		return err
	}
	if t.backward, err = model.NewExec(b, t.net.Store, t.backwardGraph); err != nil {
		return err
	}
	t.update, err = model.NewExec(b, t.net.Store, t.updateGraph)
	return err
}

func statePath(name string, p *nn.Parameter) string { return "/optimizer/" + name + p.Variable.Path() }

// Step trains on one batch: images [N, H, W, 3] and N labels, with one learning rate for each parameter group. The images are the caller's to free:
// tensors that wait for Go's garbage collector add up, since it does not see the backend's memory. After an error the values of the network are
// undefined.
func (t *Trainer) Step(images *tensors.Tensor, labels []int32, lrs ...float64) (StepResult, error) {
	if t.step == nil {
		return StepResult{}, fmt.Errorf("a Trainer whose StepOptions.Accumulate is %d takes a step by Backward and Update", t.options.Accumulate)
	}
	if err := errors.Join(t.checkBatch(images, labels), t.checkRates(lrs)); err != nil {
		return StepResult{}, fmt.Errorf("training step %d: %w", t.Steps+1, err)
	}
	if err := t.place(); err != nil {
		return StepResult{}, fmt.Errorf("training step %d: %w", t.Steps+1, err)
	}
	out, err := t.step.Call(images, tensors.FromFlatDataAndDimensions(labels, len(labels)), t.scalars(lrs))
	if err != nil {
		return StepResult{}, fmt.Errorf("training step %d: %w", t.Steps+1, nn.Plain(err))
	}
	t.Steps++
	r := newStepResult(out)
	r.GradNorm = float64(tensors.ToScalar[float32](out[2]))
	r.gradients = out[3:]
	finalize(out[:3])
	return r, nil
}

// checkBatch refuses what the graph would compute with: it takes a label without a class for a row of zeros, and broadcasts a single label.
func (t *Trainer) checkBatch(images *tensors.Tensor, labels []int32) error {
	if n := images.Shape().Dimensions[0]; len(labels) != n {
		return fmt.Errorf("%d labels for %d pictures", len(labels), n)
	}
	for _, label := range labels {
		if label < 0 || int(label) >= t.net.NumClasses() {
			return fmt.Errorf("label %d is out of bounds: there are %d classes, from 0 on", label, t.net.NumClasses())
		}
	}
	return nil
}

func (t *Trainer) checkRates(lrs []float64) error {
	if len(lrs) < t.groups {
		return fmt.Errorf("a step needs a learning rate for each of %d parameter groups, not %d", t.groups, len(lrs))
	}
	return nil
}

// scalars returns the numbers of the coming step, [groups, k].
func (t *Trainer) scalars(lrs []float64) *tensors.Tensor {
	var s []float32
	for _, lr := range lrs {
		s = append(s, t.rule.scalars(t.Steps+1, lr)...)
	}
	return tensors.FromFlatDataAndDimensions(s, len(lrs), len(s)/len(lrs))
}

func newStepResult(out []*tensors.Tensor) StepResult {
	return StepResult{Loss: float64(tensors.ToScalar[float32](out[0])), Logits: out[1].Value().([][]float32)}
}

func finalize(all []*tensors.Tensor) {
	for _, t := range all {
		t.FinalizeAll()
	}
}

// Images makes the tensor [N, H, W, 3] of a batch's pixels. It panics where there are more or fewer pixels.
func Images(pixels []float32, n, height, width int) *tensors.Tensor {
	return Inputs(pixels, n, height, width, 3)
}

// Inputs makes the tensor [N, dims...] of a batch's values. It panics where there are more or fewer values.
func Inputs(values []float32, n int, dims ...int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{n}, dims...)...))
	if len(values) != t.Shape().Size() {
		panic(fmt.Errorf("%d values for a tensor of %s", len(values), t.Shape()))
	}
	tensors.MustMutableFlatData(t, func(v []float32) { copy(v, values) })
	return t
}

// Finalize frees the compiled graphs and the optimizer's state, and leaves the network as it is.
func (t *Trainer) Finalize() error {
	for _, e := range []*model.Exec{t.step, t.backward, t.update} {
		if e != nil {
			e.Finalize()
		}
	}
	for i, p := range t.trained {
		for j, name := range t.slots {
			if t.net.Store.GetVariable(statePath(name, p)) != t.state[i][j] {
				continue // that of a later trainer
			}
			if err := t.net.Store.DeleteVariable(statePath(name, p)); err != nil {
				return fmt.Errorf("freeing the optimizer's state of %s: %w", p.Key, err)
			}
		}
	}
	return nil
}
