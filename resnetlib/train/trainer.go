package train

import (
	"fmt"

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
	state   [][]*model.Variable // for each trained parameter, the rule's state
	exec    *model.Exec

	keepGradients bool // return them, for tests: before clipping, in the order of trained
}

// StepResult is what one step returns.
type StepResult struct {
	Loss     float64     // mean over the batch, before the update
	GradNorm float64     // global L2 norm, before clipping
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
	t := &Trainer{net: net, options: o, rule: r, trained: net.Trainable()}
	if len(t.trained) == 0 {
		return nil, fmt.Errorf("nothing to train: every parameter is frozen")
	}
	for _, p := range t.trained {
		state := make([]*model.Variable, len(r.state))
		for i, name := range r.state {
			zeros := tensors.FromShape(p.Variable.Shape())
			if state[i], err = net.Store.CreateVariable(statePath(name, p), zeros); err != nil {
				return nil, fmt.Errorf("optimizer state of %s: %w", p.Key, err)
			}
			state[i].SetTrainable(false)
		}
		t.state = append(t.state, state)
	}
	t.exec, err = model.NewExec(b, net.Store, t.graph)
	return t, err
}

func statePath(name string, p *nn.Parameter) string { return "/optimizer/" + name + p.Variable.Path() }

// graph is the whole step: images [N, H, W, 3], labels [N], scalars [groups, k] -> loss, gradient norm, logits [N, classes].
func (t *Trainer) graph(_ *model.Scope, images, labels, scalars *Node) []*Node {
	loss, logits, gradients := lossAndGradients(t.net, images, labels, t.trained, t.options)
	norm := globalNorm(gradients)
	out := []*Node{loss, norm, logits}
	if t.keepGradients {
		out = append(out, gradients...)
	}
	if t.options.ClipNorm > 0 { // torch.nn.utils.clip_grad_norm_: factor = min(1, max / (norm + 1e-6))
		factor := MinScalar(Inverse(MulScalar(AddScalar(norm, 1e-6), 1/t.options.ClipNorm)), 1)
		for i, g := range gradients {
			gradients[i] = Mul(g, factor)
		}
	}
	g := images.Graph()
	for i, p := range t.trained {
		state := make([]*Node, len(t.state[i]))
		for j, v := range t.state[i] {
			state[j] = v.NodeValue(g)
		}
		value, newState := t.rule.update(p.Variable.NodeValue(g), gradients[i], state, t.groupScalars(scalars, p))
		p.Variable.SetNodeValue(value)
		for j, v := range t.state[i] {
			v.SetNodeValue(newState[j])
		}
	}
	return out
}

// lossAndGradients builds forward, loss and backward in training mode, the gradients in the order of trained.
func lossAndGradients(net *models.ResNet, images, labels *Node, trained []*nn.Parameter, o StepOptions) (loss, logits *Node, gradients []*Node) {
	g := images.Graph()
	nn.SetTraining(g, true)
	logits = net.Forward(images)
	loss = CrossEntropy(logits, labels, o.LabelSmoothing, o.ClassWeights)
	values := make([]*Node, len(trained))
	for i, p := range trained {
		values[i] = p.Variable.NodeValue(g)
	}
	return loss, logits, Gradient(loss, values...)
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
	var scalars []float32
	for _, lr := range lrs {
		scalars = append(scalars, t.rule.scalars(t.Steps+1, lr)...)
	}
	s := tensors.FromFlatDataAndDimensions(scalars, len(lrs), len(scalars)/len(lrs))
	out, err := t.exec.Call(images, tensors.FromFlatDataAndDimensions(labels, len(labels)), s)
	if err != nil {
		return StepResult{}, fmt.Errorf("training step %d: %w", t.Steps+1, err)
	}
	t.Steps++
	r := StepResult{
		Loss:      float64(tensors.ToScalar[float32](out[0])),
		GradNorm:  float64(tensors.ToScalar[float32](out[1])),
		Logits:    out[2].Value().([][]float32),
		gradients: out[3:],
	}
	for _, o := range out[:3] {
		o.FinalizeAll()
	}
	return r, nil
}

// Images makes a tensor [N, H, W, 3] of a batch's pixels.
func Images(pixels []float32, n, height, width int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, n, height, width, 3))
	tensors.MustMutableFlatData(t, func(v []float32) { copy(v, pixels) })
	return t
}

// Finalize frees the compiled graphs and the optimizer's state; the network stays.
func (t *Trainer) Finalize() error {
	t.exec.Finalize()
	for i, p := range t.trained {
		for j := range t.state[i] {
			if err := t.net.Store.DeleteVariable(statePath(t.rule.state[j], p)); err != nil {
				return fmt.Errorf("freeing the optimizer's state of %s: %w", p.Key, err)
			}
		}
	}
	return nil
}
