package optim

import (
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Optimizer says how a gradient changes a parameter; names are those of torch.optim. There is no default for Name.
type Optimizer struct {
	Name        string  // "sgd", "adam" (decay added to the gradient) or "adamw" (decay apart from it)
	Momentum    float64 // of sgd; the others do not use it
	Nesterov    bool    // Nesterov momentum, of sgd with a Momentum
	WeightDecay float64 // 0: none, for adamw too, where PyTorch's default is 0.01
}

// Constants of torch.optim.Adam and AdamW.
const (
	beta1   = 0.9
	beta2   = 0.999
	adamEps = 1e-8
)

// rule is an optimizer as the graph sees it: the state it keeps for each parameter, the numbers that change from step to step, and the update.
type rule struct {
	state   []string // names of the state tensors, each of the parameter's shape, zero at first
	scalars func(step int, lr float64) []float32
	update  func(p, grad *Node, state, scalars []*Node) (newP *Node, newState []*Node)
}

// StatesPerParameter returns the number of state tensors, each of the parameter's shape, that the optimizer keeps for a parameter.
func (o Optimizer) StatesPerParameter() (int, error) {
	r, err := o.rule()
	return len(r.state), err
}

// rule returns the optimizer's rule, or an error for an unknown name. Steps count from 1.
func (o Optimizer) rule() (rule, error) {
	switch o.Name {
	case "sgd":
		if o.Nesterov && o.Momentum == 0 { // as torch.optim.SGD refuses it
			return rule{}, errors.New("optimizer sgd: Nesterov needs a Momentum")
		}
		return o.sgd(), nil
	case "adam", "adamw":
		return o.adam(), nil
	}
	return rule{}, fmt.Errorf("unknown optimizer %q; there are sgd, adam and adamw", o.Name)
}

// sgd: g += decay*p; buf = momentum*buf + g; p -= lr*buf, or lr*(g + momentum*buf) with Nesterov.
func (o Optimizer) sgd() rule {
	r := rule{scalars: func(_ int, lr float64) []float32 { return []float32{float32(lr)} }}
	if o.Momentum != 0 {
		r.state = []string{"momentum_buffer"}
	}
	r.update = func(p, grad *Node, state, scalars []*Node) (*Node, []*Node) {
		grad = o.l2(p, grad)
		if o.Momentum == 0 {
			return Sub(p, Mul(grad, scalars[0])), nil
		}
		buf := Add(MulScalar(state[0], o.Momentum), grad)
		direction := buf
		if o.Nesterov {
			direction = Add(grad, MulScalar(buf, o.Momentum))
		}
		return Sub(p, Mul(direction, scalars[0])), []*Node{buf}
	}
	return r
}

// adam: m = b1*m + (1-b1)*g; v = b2*v + (1-b2)*g*g; p -= lr/(1-b1^t) * m / (sqrt(v)/sqrt(1-b2^t) + eps). What depends on the step alone is
// computed on the host in float64, as PyTorch does.
func (o Optimizer) adam() rule {
	decoupled := o.Name == "adamw"
	return rule{
		state: []string{"exp_avg", "exp_avg_sq"},
		scalars: func(step int, lr float64) []float32 {
			t := float64(step)
			keep := 1.0
			if decoupled {
				keep = 1 - lr*o.WeightDecay
			}
			return []float32{float32(lr / (1 - math.Pow(beta1, t))), float32(math.Sqrt(1 - math.Pow(beta2, t))), float32(keep)}
		},
		update: func(p, grad *Node, state, scalars []*Node) (*Node, []*Node) {
			if decoupled {
				p = Mul(p, scalars[2])
			} else {
				grad = o.l2(p, grad)
			}
			m := Add(state[0], MulScalar(Sub(grad, state[0]), 1-beta1))
			v := Add(MulScalar(state[1], beta2), MulScalar(Square(grad), 1-beta2))
			denominator := AddScalar(Div(Sqrt(v), scalars[1]), adamEps)
			return Sub(p, Mul(Div(m, denominator), scalars[0])), []*Node{m, v}
		},
	}
}

func (o Optimizer) l2(p, grad *Node) *Node {
	if o.WeightDecay == 0 {
		return grad
	}
	return Add(grad, MulScalar(p, o.WeightDecay))
}
