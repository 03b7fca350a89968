package rewrite

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// operation is a convolution as the program has it.
type operation struct {
	indentation, result, lhs, rhs string
	signature                     string   // "(tensor<...>, tensor<...>) -> tensor<...>"
	end                           string   // of its last line: "\n", or nothing at the end of the text
	shapes                        [3][]int // of lhs, rhs and the result
	dimensions                    string   // "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]"
	strides, lhsDilation          []int
	rhsDilation                   []int
	before, after                 [2]int // padding
	featureGroups, batchGroups    int
}

var (
	lastLine = regexp.MustCompile(`^\s*\} : (\(tensor<([0-9x]+)xf32>, tensor<([0-9x]+)xf32>\) -> tensor<([0-9x]+)xf32>)(\n?)$`)
	array    = regexp.MustCompile(`^array<i64: (-?\d+), (-?\d+)>$`)
	pads     = regexp.MustCompile(`^dense<\[\[(-?\d+), (-?\d+)\], \[(-?\d+), (-?\d+)\]\]> : tensor<2x2xi64>$`)
	splat    = regexp.MustCompile(`^dense<(-?\d+)> : tensor<2x2xi64>$`)
	integer  = regexp.MustCompile(`^(\d+) : i64$`)
	axes     = regexp.MustCompile(`^#stablehlo\.conv<(.*)>$`)
)

// attributes is the number of a convolution's attributes. One that is not known here could change what is computed.
const attributes = 9

// readOperation reads the convolution that the text begins with. ok is false for anything but a convolution of float32 values over two axes.
func readOperation(text string) (o operation, rest string, ok bool) {
	line, rest := cutLine(text)
	m := convolution.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
	if m == nil {
		return o, "", false
	}
	o = operation{indentation: m[1], result: m[2], lhs: m[3], rhs: m[4]}
	seen := map[string]bool{}
	for range attributes {
		line, rest = cutLine(rest)
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if seen[key] || !o.set(key, strings.TrimSuffix(value, ",")) {
			return o, "", false
		}
		seen[key] = true
	}
	line, rest = cutLine(rest)
	if m = lastLine.FindStringSubmatch(line); m == nil {
		return o, "", false
	}
	o.signature, o.end = m[1], m[5]
	for i := range o.shapes {
		var ok bool
		if o.shapes[i], ok = numbers(strings.Split(m[2+i], "x")); !ok || len(o.shapes[i]) != 4 {
			return o, "", false
		}
	}
	return o, rest, true
}

// set takes an attribute and reports whether it can be used.
func (o *operation) set(key, value string) (ok bool) {
	switch key {
	case "window_strides":
		o.strides, ok = match(array, value)
	case "lhs_dilation":
		o.lhsDilation, ok = match(array, value)
	case "rhs_dilation":
		o.rhsDilation, ok = match(array, value)
	case "padding":
		return o.setPadding(value)
	case "dimension_numbers":
		m := axes.FindStringSubmatch(value)
		if ok = m != nil; ok {
			o.dimensions = m[1]
		}
	case "feature_group_count":
		o.featureGroups, ok = matchOne(value)
	case "batch_group_count":
		o.batchGroups, ok = matchOne(value)
	case "window_reversal":
		ok = value == "array<i1: false, false>"
	case "precision_config":
		ok = true // all are computed in float32
	}
	return ok
}

// setPadding takes [[top, bottom], [left, right]], or one number for all four.
func (o *operation) setPadding(value string) bool {
	v, ok := match(pads, value)
	if !ok {
		if v, ok = match(splat, value); ok {
			v = slices.Repeat(v, 4)
		}
	}
	if ok {
		o.before, o.after = [2]int{v[0], v[2]}, [2]int{v[1], v[3]}
	}
	return ok
}

// match returns the numbers of a form.
func match(form *regexp.Regexp, value string) ([]int, bool) {
	m := form.FindStringSubmatch(value)
	if m == nil {
		return nil, false
	}
	return numbers(m[1:])
}

// matchOne returns the number of "32 : i64".
func matchOne(value string) (int, bool) {
	v, ok := match(integer, value)
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
