package rewrite

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"resnetlab/resnetlib/backend/stablehlo"
)

// convolution is an operation that convolves float32 values over two axes, as the program has it.
type convolution struct {
	shapes               [3][]int // of the operands and the result
	dimensions           string   // "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]"
	strides, lhsDilation []int
	rhsDilation          []int
	before, after        [2]int // padding
	featureGroups        int
	batchGroups          int
}

var (
	tensor  = regexp.MustCompile(`^tensor<([0-9x]+)xf32>$`)
	array   = regexp.MustCompile(`^array<i64: (-?\d+), (-?\d+)>$`)
	pads    = regexp.MustCompile(`^dense<\[\[(-?\d+), (-?\d+)\], \[(-?\d+), (-?\d+)\]\]> : tensor<2x2xi64>$`)
	splat   = regexp.MustCompile(`^dense<(-?\d+)> : tensor<2x2xi64>$`)
	integer = regexp.MustCompile(`^(\d+) : i64$`)
	axes    = regexp.MustCompile(`^#stablehlo\.conv<(.*)>$`)
)

// convolutionAttributes is the number of a convolution's attributes. One that is not known here could change what is computed.
const convolutionAttributes = 9

// readConvolution reads the attributes and shapes of o. ok is false for anything but a convolution of float32 values over two axes.
func readConvolution(o *stablehlo.Operation) (c convolution, ok bool) {
	if o.Name != convolutionName || len(o.Operands) != 2 || len(o.Results) != 1 || o.Regions != "" || len(o.Attributes) != convolutionAttributes {
		return c, false
	}
	for key, value := range o.Attributes {
		if !c.set(key, value) {
			return c, false
		}
	}
	for i, t := range []string{o.OperandTypes[0], o.OperandTypes[1], o.ResultTypes[0]} {
		if c.shapes[i], ok = dimensions(t); !ok || len(c.shapes[i]) != 4 {
			return c, false
		}
	}
	return c, true
}

// dimensions returns those of a type of float32 values, "tensor<2x4xf32>". ok is false for other types, and for scalars.
func dimensions(t string) (d []int, ok bool) {
	m := tensor.FindStringSubmatch(t)
	if m == nil {
		return nil, false
	}
	return numbers(strings.Split(m[1], "x"))
}

// set takes an attribute and reports whether it can be used.
func (c *convolution) set(key, value string) (ok bool) {
	switch key {
	case "window_strides":
		c.strides, ok = readNumbers(array, value)
	case "lhs_dilation":
		c.lhsDilation, ok = readNumbers(array, value)
	case "rhs_dilation":
		c.rhsDilation, ok = readNumbers(array, value)
	case "padding":
		return c.setPadding(value)
	case "dimension_numbers":
		m := axes.FindStringSubmatch(value)
		if ok = m != nil; ok {
			c.dimensions = m[1]
		}
	case "feature_group_count":
		c.featureGroups, ok = readNumber(value)
	case "batch_group_count":
		c.batchGroups, ok = readNumber(value)
	case "window_reversal":
		ok = value == "array<i1: false, false>"
	case "precision_config":
		ok = true // all are computed in float32
	}
	return ok
}

// setPadding takes [[top, bottom], [left, right]], or one number for all four.
func (c *convolution) setPadding(value string) bool {
	v, ok := readNumbers(pads, value)
	if !ok {
		if v, ok = readNumbers(splat, value); ok {
			v = slices.Repeat(v, 4)
		}
	}
	if ok {
		c.before, c.after = [2]int{v[0], v[2]}, [2]int{v[1], v[3]}
	}
	return ok
}

// readNumbers returns the numbers of a form.
func readNumbers(form *regexp.Regexp, value string) ([]int, bool) {
	m := form.FindStringSubmatch(value)
	if m == nil {
		return nil, false
	}
	return numbers(m[1:])
}

// readNumber returns the number of "32 : i64".
func readNumber(value string) (int, bool) {
	v, ok := readNumbers(integer, value)
	if !ok {
		return 0, false
	}
	return v[0], true
}

// numbers converts decimal digits; ok is false for a number that no size has.
func numbers(digits []string) (v []int, ok bool) {
	v = make([]int, len(digits))
	for i, s := range digits {
		n, err := strconv.Atoi(s)
		if err != nil || n < -maxSize || n > maxSize {
			return nil, false
		}
		v[i] = n
	}
	return v, true
}
