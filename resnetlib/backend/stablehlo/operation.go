package stablehlo

import (
	"regexp"
	"strings"
)

// Operation is an operation of a function, in MLIR's generic form:
//
//	%3 = "stablehlo.reduce"(%0, %2) ({ region }) { dimensions = array<i64: 0, 1, 2> } : (tensor<2x8x8x4xf32>, tensor<f32>) -> tensor<4xf32>
//
// Other lines, such as the first of a function, are operations without a name, several lines together where they follow each other. So is an
// operation in another form.
type Operation struct {
	Text              string // its lines, with the last one's newline
	Name              string // "stablehlo.reduce"
	Results, Operands []string
	Regions           string            // "({ region })"; empty for none
	Attributes        map[string]string // "dimensions" -> "array<i64: 0, 1, 2>"
	OperandTypes      []string          // "tensor<2x8x8x4xf32>", "tensor<f32>"
	ResultTypes       []string
}

var (
	// name is an SSA value: %12, %arg0, %_resnet_layer1_0_conv1_weight.
	name = `%[A-Za-z0-9_$.-]+`
	list = name + `(?:, ` + name + `)*`
	head = regexp.MustCompile(`^ *(?:(` + list + `) = )?"([a-z_.]+)"\((` + list + `)?\)`)
)

// maxReads is how often a text is read, on average, to find where brackets close. A program of go-xla is read once; one that opens brackets a line,
// and closes none, would be read once for each line.
const maxReads = 8

// reader divides a text.
type reader struct {
	rest   string
	budget int // bytes that may be read to find where brackets close
}

// newOperation reads an operation's text.
func newOperation(text string) *Operation {
	r := reader{text, len(text) * maxReads}
	return r.operation()
}

// operation cuts off the operation that the rest begins with, or else the lines before the next one.
func (r *reader) operation() *Operation {
	text := r.rest
	if o, ok := r.named(text); ok {
		r.rest = text[len(o.Text):]
		return o
	}
	return &Operation{Text: r.lines()}
}

// lines cuts off the lines before the next operation or function; the first line, whatever it is.
func (r *reader) lines() string {
	text := r.rest
	var line string
	line, r.rest = cutLine(r.rest)
	for !isHeader(line) && r.rest != "" {
		next, rest := cutLine(r.rest)
		if isHeader(next) || head.MatchString(next) {
			break
		}
		r.rest = rest
	}
	return text[:len(text)-len(r.rest)]
}

// brackets is [cutBrackets] within the budget.
func (r *reader) brackets(text string) (inside, rest string, ok bool) {
	inside, rest, ok = cutBrackets(text[:min(len(text), max(r.budget, 0))])
	read := len(inside)
	if !ok {
		read = len(text)
	}
	r.budget -= read
	return inside, text[len(inside):], ok
}

// named reads the operation that the text begins with. ok is false for anything that is not in the form that go-xla writes.
func (r *reader) named(text string) (o *Operation, ok bool) {
	m := head.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	o = &Operation{Name: m[2], Results: split(m[1]), Operands: split(m[3])}
	rest := text[len(m[0]):]
	if strings.HasPrefix(rest, " ({") {
		if o.Regions, rest, ok = r.brackets(rest[1:]); !ok {
			return nil, false
		}
	}
	if strings.HasPrefix(rest, " {") {
		var attributes string
		if attributes, rest, ok = r.brackets(rest[1:]); !ok {
			return nil, false
		}
		if o.Attributes, ok = readAttributes(attributes[1 : len(attributes)-1]); !ok {
			return nil, false
		}
	}
	signature, rest := cutLine(rest)
	o.Text = text[:len(text)-len(rest)]
	return o, o.setTypes(signature)
}

// setTypes takes " : (tensor<2x4xf32>, tensor<f32>) -> tensor<4xf32>" and reports whether it has a type for each operand and result.
func (o *Operation) setTypes(signature string) bool {
	signature, found := strings.CutPrefix(strings.TrimSuffix(signature, "\n"), " : (")
	operands, results, arrow := strings.Cut(signature, ") -> ")
	if !found || !arrow {
		return false
	}
	if strings.HasPrefix(results, "(") && strings.HasSuffix(results, ")") {
		results = results[1 : len(results)-1]
	}
	o.OperandTypes, o.ResultTypes = split(operands), split(results)
	return len(o.OperandTypes) == len(o.Operands) && len(o.ResultTypes) == len(o.Results)
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

// isHeader reports whether a line is the first of a function.
func isHeader(line string) bool { return strings.Contains(line, "func.func") }

// isHeader reports whether o is the first line of a function.
func (o *Operation) isHeader() bool { return o.Name == "" && isHeader(o.Text) }

// eachUse calls f for every value that o uses, as an operand or in a region, each time that it does. The parameters of a function are not uses.
func (o *Operation) eachUse(f func(value string)) {
	for _, value := range o.Operands {
		f(value)
	}
	rest := o.Regions
	if o.Name == "" && !o.isHeader() {
		rest = o.Text
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
