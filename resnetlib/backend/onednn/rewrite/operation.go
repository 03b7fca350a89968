package rewrite

import (
	"regexp"
	"strings"
)

// operation is an operation of a function, in MLIR's generic form:
//
//	%3 = "stablehlo.reduce"(%0, %2) ({ region }) { dimensions = array<i64: 0, 1, 2> } : (tensor<2x8x8x4xf32>, tensor<f32>) -> tensor<4xf32>
//
// Other lines, such as the first of a function, are operations without a name.
type operation struct {
	text              string // its lines, with the last one's newline
	name              string // "stablehlo.reduce"
	results, operands []string
	regions           string            // "({ region })"; empty for none
	attributes        map[string]string // "dimensions" -> "array<i64: 0, 1, 2>"
	operandTypes      []string          // "tensor<2x8x8x4xf32>", "tensor<f32>"
	resultTypes       []string
}

var (
	// name is an SSA value: %12, %arg0, %_resnet_layer1_0_conv1_weight.
	name = `%[A-Za-z0-9_$.-]+`
	list = name + `(?:, ` + name + `)*`
	head = regexp.MustCompile(`^ *(?:(` + list + `) = )?"([a-z_.]+)"\((` + list + `)?\)`)
)

// readOperation reads the operation that the text begins with, or else a line.
func readOperation(text string) *operation {
	if o, ok := readNamed(text); ok {
		return o
	}
	line, _ := cutLine(text)
	return &operation{text: line}
}

// readNamed reads the operation that the text begins with. ok is false for anything that is not in the form that go-xla writes.
func readNamed(text string) (o *operation, ok bool) {
	m := head.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	o = &operation{name: m[2], results: split(m[1]), operands: split(m[3])}
	rest := text[len(m[0]):]
	if strings.HasPrefix(rest, " ({") {
		if o.regions, rest, ok = cutBrackets(rest[1:]); !ok {
			return nil, false
		}
	}
	if strings.HasPrefix(rest, " {") {
		var attributes string
		if attributes, rest, ok = cutBrackets(rest[1:]); !ok {
			return nil, false
		}
		if o.attributes, ok = readAttributes(attributes[1 : len(attributes)-1]); !ok {
			return nil, false
		}
	}
	signature, rest := cutLine(rest)
	o.text = text[:len(text)-len(rest)]
	return o, o.setTypes(signature)
}

// setTypes takes " : (tensor<2x4xf32>, tensor<f32>) -> tensor<4xf32>" and reports whether it has a type for each operand and result.
func (o *operation) setTypes(signature string) bool {
	signature, found := strings.CutPrefix(strings.TrimSuffix(signature, "\n"), " : (")
	operands, results, arrow := strings.Cut(signature, ") -> ")
	if !found || !arrow {
		return false
	}
	if strings.HasPrefix(results, "(") && strings.HasSuffix(results, ")") {
		results = results[1 : len(results)-1]
	}
	o.operandTypes, o.resultTypes = split(operands), split(results)
	return len(o.operandTypes) == len(o.operands) && len(o.resultTypes) == len(o.results)
}

// readAttributes reads "a = 1 : i64, b = array<i64: 1, 2>". ok is false where a name is missing or there twice.
func readAttributes(text string) (attributes map[string]string, ok bool) {
	attributes = map[string]string{}
	for _, part := range split(text) {
		key, value, found := strings.Cut(part, " = ")
		if _, twice := attributes[key]; !found || twice {
			return nil, false
		}
		attributes[key] = value
	}
	return attributes, true
}

// isHeader reports whether o is the first line of a function.
func (o *operation) isHeader() bool { return o.name == "" && strings.Contains(o.text, "func.func") }

// eachUse calls f for every value that o uses, as an operand or in a region, each time that it does. The parameters of a function are not uses.
func (o *operation) eachUse(f func(value string)) {
	for _, value := range o.operands {
		f(value)
	}
	rest := o.regions
	if o.name == "" && !o.isHeader() {
		rest = o.text
	}
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			return
		}
		n := 1
		for i+n < len(rest) && isNameByte(rest[i+n]) {
			n++
		}
		f(rest[i : i+n])
		rest = rest[i+n:]
	}
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_$.-", c) >= 0
}
