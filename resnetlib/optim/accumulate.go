package optim

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// gradSlot names the accumulated gradient among the state of a parameter: PyTorch's p.grad.
const gradSlot = "grad"

// Backward adds a batch's gradient to the accumulated one; Update then takes the step. With StepOptions.Accumulate = N they correspond to
//
//	loss = criterion(net(images), labels) / N; loss.backward()      # Backward
//	optimizer.step(); optimizer.zero_grad()                         # Update
//
// The criterion's mean is over this batch alone: with class weights it is divided by the sum of the weights of this batch's pictures, so that N
// batches of B are one of N*B only where all weights are equal. It is divided by N whatever the number of batches before Update: a smaller
// batch weighs as much as a full one, and an Update after fewer than N takes a shorter step. Batch norms see one batch at a time.
func (t *Trainer) Backward(images *tensors.Tensor, labels []int32) (StepResult, error) {
	if t.backward == nil {
		return StepResult{}, fmt.Errorf("gradients are accumulated by a Trainer whose StepOptions.Accumulate is 2 or more")
	}
	if err := t.checkBatch(images, labels); err != nil {
		return StepResult{}, fmt.Errorf("gradient for training step %d: %w", t.Steps+1, err)
	}
	if err := t.place(); err != nil {
		return StepResult{}, fmt.Errorf("gradient for training step %d: %w", t.Steps+1, err)
	}
	out, err := t.backward.Call(images, tensors.FromFlatDataAndDimensions(labels, len(labels)))
	if err != nil {
		return StepResult{}, fmt.Errorf("gradient for training step %d: %w", t.Steps+1, nn.Plain(err))
	}
	r := newStepResult(out)
	finalize(out)
	return r, nil
}

// Update takes a step with the accumulated gradient, and sets that to zero. It returns the gradient's global L2 norm before clipping.
func (t *Trainer) Update(lrs ...float64) (gradNorm float64, err error) {
	if t.update == nil {
		return 0, fmt.Errorf("gradients are accumulated by a Trainer whose StepOptions.Accumulate is 2 or more")
	}
	if err := t.checkRates(lrs); err != nil {
		return 0, fmt.Errorf("training step %d: %w", t.Steps+1, err)
	}
	out, err := t.update.Call(t.scalars(lrs))
	if err != nil {
		return 0, fmt.Errorf("training step %d: %w", t.Steps+1, nn.Plain(err))
	}
	t.Steps++
	gradNorm = float64(tensors.ToScalar[float32](out[0]))
	finalize(out)
	return gradNorm, nil
}

// backwardGraph: images [N, H, W, 3], labels [N] -> loss, logits [N, classes].
func (t *Trainer) backwardGraph(_ *model.Scope, images, labels *Node) []*Node {
	loss, logits, gradients := lossAndGradients(t.net, images, labels, t.trained, t.options)
	for i, v := range t.accumulated() {
		v.SetNodeValue(Add(v.NodeValue(images.Graph()), gradients[i]))
	}
	return []*Node{loss, logits}
}

// updateGraph: scalars [groups, k] -> gradient norm.
func (t *Trainer) updateGraph(_ *model.Scope, scalars *Node) []*Node {
	accumulated := t.accumulated()
	gradients := make([]*Node, len(accumulated))
	for i, v := range accumulated {
		gradients[i] = v.NodeValue(scalars.Graph())
	}
	norm := t.apply(gradients, scalars)
	for i, v := range accumulated {
		v.SetNodeValue(ZerosLike(gradients[i]))
	}
	return []*Node{norm}
}

// accumulated returns the gradients' variables, in the order of trained.
func (t *Trainer) accumulated() []*model.Variable {
	all := make([]*model.Variable, len(t.trained))
	for i, state := range t.state {
		all[i] = state[len(t.rule.state)]
	}
	return all
}
