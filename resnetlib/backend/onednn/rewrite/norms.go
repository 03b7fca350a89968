package rewrite

import (
	"fmt"
	"strings"
)

// The operations' names in a program (https://openxla.org/stablehlo/spec#batch_norm_training).
const (
	normName         = "stablehlo.batch_norm_training"
	normGradientName = "stablehlo.batch_norm_grad"
)

// norms is the state of the pass over a function that replaces batch norms.
type norms struct {
	*function
	at       map[*operation]int // place in the function
	forwards map[string]forward // by the value that holds the batch's means
	replaced []Norm
}

// forward is a batch norm that has been replaced.
type forward struct {
	Norm
	operands, results []string
}

// replaceNorms puts custom calls in the place of the function's batch norms in training and of their gradients, together with the ReLUs and sums
// that nothing else sees, and returns them.
func replaceNorms(f *function) []Norm {
	p := norms{function: f, at: map[*operation]int{}, forwards: map[string]forward{}}
	for i, o := range f.operations {
		p.at[o] = i
	}
	for _, o := range f.operations {
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
func readNorm(o *operation) (n Norm, ok bool) {
	operands := map[string]int{normName: 3, normGradientName: 5}[o.name]
	if operands == 0 || len(o.operands) != operands || len(o.results) != 3 || len(o.attributes) != 2 {
		return n, false
	}
	shape, ok := dimensions(o.operandTypes[0])
	if !ok || len(shape) < 2 || o.attributes["feature_index"] != fmt.Sprintf("%d : i64", len(shape)-1) {
		return n, false
	}
	n = Norm{Pixels: 1, Channels: shape[len(shape)-1], Epsilon: o.attributes["epsilon"], Layer: layerOf(o.operands[1])}
	for _, d := range shape[:len(shape)-1] {
		if d < 1 || n.Pixels > maxElements/d {
			return n, false
		}
		n.Pixels *= d
	}
	large := []string{o.operandTypes[0], o.resultTypes[0]}
	small := append(append([]string{}, o.operandTypes[1:3]...), o.resultTypes[1:]...)
	if o.name == normGradientName {
		n.Kind = NormGradient
		large, small = append(large, o.operandTypes[4]), append(small, o.operandTypes[3])
	}
	fits := n.Channels >= 1 && n.Channels <= maxSize && n.Pixels <= maxElements/n.Channels && strings.HasSuffix(n.Epsilon, " : f32")
	return n, fits && all(large, o.operandTypes[0]) && all(small, typeOf([]int{n.Channels}))
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
func (p *norms) replaceForward(o *operation, n Norm) {
	old, operands, y := []*operation{}, o.operands, o.results[0]
	compare, relu := p.relu(y)
	if relu != nil {
		n.Follows, old = ReLU, []*operation{relu}
	} else if add, residual := p.sum(y, o); add != nil {
		if compare, relu = p.relu(add.results[0]); relu != nil {
			n.Follows, old, operands = AddReLU, []*operation{relu, add}, append(operands[:len(operands):len(operands)], residual)
		}
	}
	if relu != nil {
		y = relu.results[0]
		// max(0, y) <= 0 where y <= 0: what else uses the comparison keeps it.
		p.replace([]*operation{compare}, strings.Replace(compare.text, "("+compare.operands[0]+", ", "("+y+", ", 1))
	}
	results := []string{y, o.results[1], o.results[2]}
	p.forwards[results[1]] = forward{n, operands, results}
	large, _ := dimensions(o.operandTypes[0]) // readNorm has read them
	p.replace(append(old, o), n.call(large, operands, results))
	p.replaced = append(p.replaced, n)
}

// relu returns the comparison and the selection that are a ReLU of the value: y <= 0 ? 0 : y. They are nil where something else uses it.
func (p *norms) relu(value string) (compare, relu *operation) {
	users := p.users(value)
	if len(users) != 2 || users[0].name != "stablehlo.compare" || users[1].name != "stablehlo.select" {
		return nil, nil
	}
	compare, relu = users[0], users[1]
	if !p.isClosed(compare, value) || relu.operands[0] != compare.results[0] || !p.isZero(relu.operands[1]) || relu.operands[2] != value ||
		relu.resultTypes[0] != compare.operandTypes[0] {
		return nil, nil
	}
	return compare, relu
}

// isClosed reports whether the operation compares value <= 0, all of it.
func (p *norms) isClosed(o *operation, value string) bool {
	return o != nil && o.name == "stablehlo.compare" && len(o.operands) == 2 && o.operands[0] == value && p.isZero(o.operands[1]) &&
		strings.HasSuffix(o.attributes["comparison_direction"], " LE>") && strings.HasSuffix(o.attributes["compare_type"], " FLOAT>")
}

// sum returns the addition that alone uses the value y of o, and the other operand, if that is there before o.
func (p *norms) sum(y string, o *operation) (add *operation, residual string) {
	add, residual = p.follower(y, "stablehlo.add")
	if add == nil || !p.isThereBefore(residual, o) {
		return nil, ""
	}
	return add, residual
}

// isThereBefore reports whether a value is a parameter of the function or defined before o.
func (p *norms) isThereBefore(value string, o *operation) bool {
	d, defined := p.defined[value]
	return !defined || d != nil && p.at[d] < p.at[o]
}

// replaceGradient replaces the gradient of a batch norm, with that of the ReLU behind it.
func (p *norms) replaceGradient(o *operation, n Norm) {
	operands, results := o.operands, o.results
	large, _ := dimensions(o.operandTypes[0]) // readNorm has read them
	var old []*operation
	gradient := operands[4]
	if closed, v, y := p.reluGradient(gradient); closed != nil && p.areThereBefore(operands[:4], closed) {
		operands = append(operands[:4:4], v)
		if f := p.forwards[operands[2]]; f.is(n, o.operands, y) && p.onlyUser(gradient, normGradientName) == o {
			n.Follows, operands, old = ReLU, append(operands, f.operands[2]), []*operation{closed}
		} else {
			// The sum's other operand takes the same gradient: the call gives it in the place of the selection, and before others use it.
			n.Follows, operands, old = AddReLU, append(operands, y), []*operation{o}
			results, o = append(results[:3:3], gradient), closed
		}
	}
	p.replace(append(old, o), n.call(large, operands, results))
	p.replaced = append(p.replaced, n)
}

// is reports whether f is the batch norm with the ReLU's result y that n is the gradient of, from the operands of n.
func (f forward) is(n Norm, operands []string, y string) bool {
	return f.Follows == ReLU && f.Epsilon == n.Epsilon && f.results[0] == y && f.operands[0] == operands[0] && f.operands[1] == operands[1] &&
		f.results[2] == operands[3]
}

// reluGradient returns the selection that is a ReLU's gradient, y <= 0 ? 0 : v, with v and the ReLU's result y.
func (p *norms) reluGradient(value string) (closed *operation, v, y string) {
	o := p.definition(value)
	if o == nil || o.name != "stablehlo.select" || !p.isZero(o.operands[1]) {
		return nil, "", ""
	}
	compare := p.definition(o.operands[0])
	if compare == nil || len(compare.operands) != 2 || !p.isClosed(compare, compare.operands[0]) || compare.operandTypes[0] != o.resultTypes[0] {
		return nil, "", ""
	}
	return o, o.operands[2], compare.operands[0]
}

func (p *norms) areThereBefore(values []string, o *operation) bool {
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
