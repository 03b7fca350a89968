package train

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// StepOptions say how a training step is taken.
type StepOptions struct {
	Optimizer      Optimizer
	LabelSmoothing float64
	ClassWeights   []float32               // nil: all 1
	ClipNorm       float64                 // greatest global L2 norm of the gradient; 0: no limit
	Accumulate     int                     // batches to a step, taken by Backward and Update instead of Step; 0 and 1: one, taken by Step
	Tail           nn.Module               // what is trained where the step is given features instead of images; nil: the network
	Group          func(*nn.Parameter) int // parameter group, an index into Step's learning rates; nil: all in group 0
}

// Trainer takes training steps: forward, loss, backward and update in one compiled graph. What is frozen when the Trainer is made
// stays as it is: no gradient is computed for it, it is not decayed, and it has no optimizer state.
type Trainer struct {
	Steps   int // taken so far
	net     *models.ResNet
	options StepOptions
	rule    rule
	trained []*nn.Parameter
	slots   []string            // names of the state tensors: the rule's, and then that of the accumulated gradient, if there is one
	state   [][]*model.Variable // for each trained parameter, one a slot

	step, backward, update *model.Exec // graphs of Step, Backward and Update

	keepGradients bool // return them, for tests: before clipping, in the order of trained
}

// StepResult is what one step returns.
type StepResult struct {
	Loss     float64     // mean over the batch, before the update
	GradNorm float64     // global L2 norm, before clipping; 0 from Backward
	Logits   [][]float32 // [N, classes], before the update

	gradients []*tensors.Tensor
}

// NewTrainer makes the optimizer's state (zeros) for the parameters that are trained now.
func NewTrainer(b compute.Backend, net *models.ResNet, o StepOptions) (*Trainer, error) {
	r, err := o.Optimizer.rule()
	if err != nil {
		return nil, err
	}
	if o.Group == nil {
		o.Group = func(*nn.Parameter) int { return 0 }
	}
	t := &Trainer{net: net, options: o, rule: r, trained: net.Trainable(), slots: r.state}
	if len(t.trained) == 0 {
		return nil, fmt.Errorf("nothing to train: every parameter is frozen")
	}
	if o.Accumulate > 1 {
		t.slots = append(slices.Clone(r.state), gradSlot)
	}
	if err := t.makeState(); err != nil {
		return nil, err
	}
	return t, t.makeGraphs(b)
}

func (t *Trainer) makeState() error {
	for _, p := range t.trained {
		state := make([]*model.Variable, len(t.slots))
		for i, name := range t.slots {
			v, err := t.net.Store.CreateVariable(statePath(name, p), tensors.FromShape(p.Variable.Shape()))
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

// stepGraph is the whole step: images [N, H, W, 3], labels [N], scalars [groups, k] -> loss, logits [N, classes], gradient norm.
func (t *Trainer) stepGraph(_ *model.Scope, images, labels, scalars *Node) []*Node {
	loss, logits, gradients := lossAndGradients(t.net, images, labels, t.trained, t.options)
	out := []*Node{loss, logits, t.apply(gradients, scalars)}
	if t.keepGradients {
		out = append(out, gradients...)
	}
	return out
}

// apply changes the trained parameters by their gradients, clipped where that is asked for, and returns the norm before clipping.
func (t *Trainer) apply(gradients []*Node, scalars *Node) (norm *Node) {
	norm = globalNorm(gradients)
	if t.options.ClipNorm > 0 { // torch.nn.utils.clip_grad_norm_: factor = min(1, max / (norm + 1e-6))
		factor := MinScalar(Inverse(MulScalar(AddScalar(norm, 1e-6), 1/t.options.ClipNorm)), 1)
		gradients = slices.Clone(gradients)
		for i, g := range gradients {
			gradients[i] = Mul(g, factor)
		}
	}
	g := scalars.Graph()
	for i, p := range t.trained {
		state := make([]*Node, len(t.rule.state))
		for j := range state {
			state[j] = t.state[i][j].NodeValue(g)
		}
		value, newState := t.rule.update(p.Variable.NodeValue(g), gradients[i], state, t.groupScalars(scalars, p))
		p.Variable.SetNodeValue(value)
		for j, v := range newState {
			t.state[i][j].SetNodeValue(v)
		}
	}
	return norm
}

// lossAndGradients builds forward, loss and backward in training mode, the gradients in the order of trained. The gradients are those of
// loss/Accumulate, the loss is whole.
func lossAndGradients(net *models.ResNet, images, labels *Node, trained []*nn.Parameter, o StepOptions) (loss, logits *Node, gradients []*Node) {
	g := images.Graph()
	nn.SetTraining(g, true)
	if o.Tail != nil {
		logits = o.Tail.Forward(images)
	} else {
		logits = net.Forward(images)
	}
	loss = nn.CrossEntropy(logits, labels, nn.LabelSmoothing(o.LabelSmoothing), nn.ClassWeights(o.ClassWeights))
	values := make([]*Node, len(trained))
	for i, p := range trained {
		values[i] = p.Variable.NodeValue(g)
	}
	return loss, logits, Gradient(DivScalar(loss, float64(max(o.Accumulate, 1))), values...)
}

func globalNorm(gradients []*Node) *Node {
	var sum *Node
	for _, g := range gradients {
		square := ReduceAllSum(Square(g))
		if sum == nil {
			sum = square
		} else {
			sum = Add(sum, square)
		}
	}
	return Sqrt(sum)
}

// groupScalars are the step's numbers for the parameter's group, each of shape [].
func (t *Trainer) groupScalars(scalars *Node, p *nn.Parameter) []*Node {
	group := t.options.Group(p)
	s := make([]*Node, scalars.Shape().Dimensions[1])
	for i := range s {
		s[i] = Reshape(Slice(scalars, AxisElem(group), AxisElem(i)))
	}
	return s
}

// Step trains on one batch: images [N, H, W, 3] and N labels, with one learning rate for each parameter group. After an error the
// network's values are not to be trusted.
func (t *Trainer) Step(images *tensors.Tensor, labels []int32, lrs ...float64) (StepResult, error) {
	if t.step == nil {
		return StepResult{}, fmt.Errorf("a Trainer whose StepOptions.Accumulate is %d takes a step by Backward and Update", t.options.Accumulate)
	}
	if err := errors.Join(t.checkBatch(images, labels), checkRates(lrs)); err != nil {
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

// checkBatch refuses what the graph would take without a word: a label of no class counts as none there, and one label for a batch as that of all.
func (t *Trainer) checkBatch(images *tensors.Tensor, labels []int32) error {
	if n := images.Shape().Dimensions[0]; len(labels) != n {
		return fmt.Errorf("%d labels for %d pictures", len(labels), n)
	}
	for _, label := range labels {
		if label < 0 || int(label) >= t.net.Classes() {
			return fmt.Errorf("label %d is out of bounds: there are %d classes, from 0 on", label, t.net.Classes())
		}
	}
	return nil
}

func checkRates(lrs []float64) error {
	if len(lrs) == 0 {
		return errors.New("a step needs a learning rate")
	}
	return nil
}

// scalars are the numbers of the coming step, [groups, k].
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

// Images makes a tensor [N, H, W, 3] of a batch's pixels. It panics where their number is another.
func Images(pixels []float32, n, height, width int) *tensors.Tensor {
	return inputs(pixels, n, height, width, 3)
}

// inputs makes a tensor [n, dims...].
func inputs(values []float32, n int, dims ...int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{n}, dims...)...))
	if len(values) != t.Shape().Size() {
		panic(fmt.Errorf("%d numbers for a tensor of %s", len(values), t.Shape()))
	}
	tensors.MustMutableFlatData(t, func(v []float32) { copy(v, values) })
	return t
}

// Finalize frees the compiled graphs and the optimizer's state; the network stays.
func (t *Trainer) Finalize() error {
	for _, e := range []*model.Exec{t.step, t.backward, t.update} {
		if e != nil {
			e.Finalize()
		}
	}
	for _, p := range t.trained {
		for _, name := range t.slots {
			if err := t.net.Store.DeleteVariable(statePath(name, p)); err != nil {
				return fmt.Errorf("freeing the optimizer's state of %s: %w", p.Key, err)
			}
		}
	}
	return nil
}
