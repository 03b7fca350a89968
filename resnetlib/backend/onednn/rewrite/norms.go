package rewrite

import (
	"fmt"
	"strings"

	"resnetlab/resnetlib/backend/stablehlo"
)

// The operations' names in a program (https://openxla.org/stablehlo/spec#batch_norm_training).
const (
	normName         = "stablehlo.batch_norm_training"
	normGradientName = "stablehlo.batch_norm_grad"
)

// norms is the state of the pass over a function that replaces batch norms.
type norms struct {
	function
	at       map[*stablehlo.Operation]int // place in the function
	forwards map[string]forward           // by the value that holds the batch's means
	replaced []Norm
}

// forward is a batch norm that has been replaced.
type forward struct {
	Norm
	operands, results []string
}

// replaceNorms puts custom calls in the place of the function's batch norms in training and of their gradients, together with the ReLUs and sums
// that nothing else sees, and returns them.
func replaceNorms(f function) []Norm {
	p := norms{function: f, at: map[*stablehlo.Operation]int{}, forwards: map[string]forward{}}
	for i, o := range f.Operations {
		p.at[o] = i
	}
	for _, o := range f.Operations {
		n, ok := readNorm(o)
		switch {
		case ok && n.Kind == NormForward:
			p.replaceForward(o, n)
		case ok:
			p.replaceGradient(o, n)
		}
	}
	return p.replaced
}

// readNorm reads a batch norm of float32 values over the last axis, or its gradient.
func readNorm(o *stablehlo.Operation) (n Norm, ok bool) {
	operands := map[string]int{normName: 3, normGradientName: 5}[o.Name]
	if operands == 0 || len(o.Operands) != operands || len(o.Results) != 3 || len(o.Attributes) != 2 {
		return n, false
	}
	shape, ok := dimensions(o.OperandTypes[0])
	if !ok || len(shape) < 2 || o.Attributes["feature_index"] != fmt.Sprintf("%d : i64", len(shape)-1) {
		return n, false
	}
	n = Norm{Pixels: 1, Channels: shape[len(shape)-1], Epsilon: o.Attributes["epsilon"], Layer: layerOf(o.Operands[1])}
	for _, d := range shape[:len(shape)-1] {
		if d < 1 || n.Pixels > maxElements/d {
			return n, false
		}
		n.Pixels *= d
	}
	large := []string{o.OperandTypes[0], o.ResultTypes[0]}
	small := append(append([]string{}, o.OperandTypes[1:3]...), o.ResultTypes[1:]...)
	if o.Name == normGradientName {
		n.Kind = NormGradient
		large, small = append(large, o.OperandTypes[4]), append(small, o.OperandTypes[3])
	}
	fits := n.Channels >= 1 && n.Channels <= maxSize && n.Pixels <= maxElements/n.Channels && strings.HasSuffix(n.Epsilon, " : f32")
	return n, fits && all(large, o.OperandTypes[0]) && all(small, typeOf([]int{n.Channels}))
}

// all reports whether all types are the one.
func all(types []string, one string) bool {
	for _, t := range types {
		if t != one {
			return false
		}
	}
	return true
}

// replaceForward replaces a batch norm, with the sum and the ReLU behind it if nothing else uses the values between them. The call stands where
// the batch norm stood: its means are used from there on.
func (p *norms) replaceForward(o *stablehlo.Operation, n Norm) {
	old, operands, y := []*stablehlo.Operation{}, o.Operands, o.Results[0]
	compare, relu := p.relu(y)
	if relu != nil {
		n.Follows, old = ReLU, []*stablehlo.Operation{relu}
	} else if add, residual := p.sum(y, o); add != nil {
		if compare, relu = p.relu(add.Results[0]); relu != nil {
			n.Follows, old, operands = AddReLU, []*stablehlo.Operation{relu, add}, append(operands[:len(operands):len(operands)], residual)
		}
	}
	if relu != nil {
		y = relu.Results[0]
		// max(0, y) <= 0 where y <= 0: what else uses the comparison keeps it.
		p.Replace([]*stablehlo.Operation{compare}, strings.Replace(compare.Text, "("+compare.Operands[0]+", ", "("+y+", ", 1))
	}
	results := []string{y, o.Results[1], o.Results[2]}
	p.forwards[results[1]] = forward{n, operands, results}
	large, _ := dimensions(o.OperandTypes[0]) // readNorm has read them
	p.Replace(append(old, o), n.call(large, operands, results))
	p.replaced = append(p.replaced, n)
}

// relu returns the comparison and the selection that are a ReLU of the value: y <= 0 ? 0 : y. They are nil where something else uses it.
func (p *norms) relu(value string) (compare, relu *stablehlo.Operation) {
	users := p.Users(value)
	if len(users) != 2 || users[0].Name != "stablehlo.compare" || users[1].Name != "stablehlo.select" {
		return nil, nil
	}
	compare, relu = users[0], users[1]
	if !p.isClosed(compare, value) || !isSelection(relu) || relu.Operands[0] != compare.Results[0] || !p.isZero(relu.Operands[1]) || relu.Operands[2] != value ||
		relu.ResultTypes[0] != compare.OperandTypes[0] {
		return nil, nil
	}
	return compare, relu
}

// isSelection reports whether the operation gives one value, by a condition and two values.
func isSelection(o *stablehlo.Operation) bool {
	return o.Name == "stablehlo.select" && len(o.Operands) == 3 && len(o.Results) == 1
}

// isClosed reports whether the operation compares value <= 0, all of it.
func (p *norms) isClosed(o *stablehlo.Operation, value string) bool {
	return o != nil && o.Name == "stablehlo.compare" && len(o.Operands) == 2 && len(o.Results) == 1 && o.Operands[0] == value && p.isZero(o.Operands[1]) &&
		strings.HasSuffix(o.Attributes["comparison_direction"], " LE>") && strings.HasSuffix(o.Attributes["compare_type"], " FLOAT>")
}

// sum returns the addition that alone uses the value y of o, and the other operand, if that is there before o.
func (p *norms) sum(y string, o *stablehlo.Operation) (add *stablehlo.Operation, residual string) {
	add, residual = p.follower(y, "stablehlo.add")
	if add == nil || !p.isThereBefore(residual, o) {
		return nil, ""
	}
	return add, residual
}

// isThereBefore reports whether a value is a parameter of the function or defined before o.
func (p *norms) isThereBefore(value string, o *stablehlo.Operation) bool {
	d := p.Definition(value)
	return !p.IsDefined(value) || d != nil && p.at[d] < p.at[o]
}

// replaceGradient replaces the gradient of a batch norm, with that of the ReLU behind it.
func (p *norms) replaceGradient(o *stablehlo.Operation, n Norm) {
	operands, results := o.Operands, o.Results
	large, _ := dimensions(o.OperandTypes[0]) // readNorm has read them
	var old []*stablehlo.Operation
	gradient := operands[4]
	if closed, v, y := p.reluGradient(gradient); closed != nil && p.areThereBefore(operands[:4], closed) {
		operands = append(operands[:4:4], v)
		if f := p.forwards[operands[2]]; f.is(n, o.Operands, y) && p.OnlyUser(gradient, normGradientName) == o {
			n.Follows, operands, old = ReLU, append(operands, f.operands[2]), []*stablehlo.Operation{closed}
		} else {
			// The sum's other operand takes the same gradient: the call gives it in the place of the selection, and before others use it.
			n.Follows, operands, old = AddReLU, append(operands, y), []*stablehlo.Operation{o}
			results, o = append(results[:3:3], gradient), closed
		}
	}
	p.Replace(append(old, o), n.call(large, operands, results))
	p.replaced = append(p.replaced, n)
}

// is reports whether f is the batch norm with the ReLU's result y that n is the gradient of, from the operands of n.
func (f forward) is(n Norm, operands []string, y string) bool {
	return f.Follows == ReLU && f.Epsilon == n.Epsilon && f.results[0] == y && f.operands[0] == operands[0] && f.operands[1] == operands[1] &&
		f.results[2] == operands[3]
}

// reluGradient returns the selection that is a ReLU's gradient, y <= 0 ? 0 : v, with v and the ReLU's result y.
func (p *norms) reluGradient(value string) (closed *stablehlo.Operation, v, y string) {
	o := p.Definition(value)
	if o == nil || !isSelection(o) || !p.isZero(o.Operands[1]) {
		return nil, "", ""
	}
	compare := p.Definition(o.Operands[0])
	if compare == nil || len(compare.Operands) != 2 || !p.isClosed(compare, compare.Operands[0]) || compare.OperandTypes[0] != o.ResultTypes[0] {
		return nil, "", ""
	}
	return o, o.Operands[2], compare.Operands[0]
}

func (p *norms) areThereBefore(values []string, o *stablehlo.Operation) bool {
	for _, v := range values {
		if !p.isThereBefore(v, o) {
			return false
		}
	}
	return true
}

// call is the custom call's line. large is the shape of a value with all pixels; the others have one value a channel.
func (n Norm) call(large []int, operands, results []string) string {
	v := n.Numbers()
	c := customCall{target: n.Kind.Target(), layer: n.Layer, sizes: v[:], config: "epsilon = " + n.Epsilon + ", ", operands: operands, results: results}
	shapes := func(all []bool) (list [][]int) {
		for _, is := range all {
			if is {
				list = append(list, large)
			} else {
				list = append(list, []int{n.Channels})
			}
		}
		return list
	}
	in, out := n.large()
	c.operandShapes, c.resultShapes = shapes(in), shapes(out)
	return c.line()
}
