package optim

import (
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// stepGraph is the whole step: images [N, H, W, 3], labels [N], scalars [groups, k] -> loss, logits [N, classes], gradient norm.
func (t *Trainer) stepGraph(_ *model.Scope, images, labels, scalars *Node) []*Node {
	loss, logits, gradients := lossAndGradients(t.net, images, labels, t.trained, t.options)
	out := []*Node{loss, logits, t.apply(gradients, scalars)}
	if t.keepGradients {
		out = append(out, gradients...)
	}
	return out
}

// apply updates the trained parameters from their gradients, clipped where the options say so, and returns the norm before clipping.
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

// lossAndGradients builds forward, loss and backward in training mode. The gradients, in the order of trained, are those of loss/Accumulate; the
// loss is not divided.
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

// groupScalars returns the step's numbers for the parameter's group, each a scalar.
func (t *Trainer) groupScalars(scalars *Node, p *nn.Parameter) []*Node {
	group := t.options.Group(p)
	s := make([]*Node, scalars.Shape().Dimensions[1])
	for i := range s {
		s[i] = Reshape(Slice(scalars, AxisElem(group), AxisElem(i)))
	}
	return s
}
