package stablehlo

import (
	"regexp"
	"slices"
	"strings"
)

// Function is a function of a program, operation by operation, with what defines and what uses each of its values. What stands before the first
// function of a program is a function without a name.
type Function struct {
	Name       string       // "main"
	Parameters []Parameter  // empty where the first line is not in the form that go-xla writes
	Operations []*Operation // the first is the function's first line; one that was removed has no text

	defined map[string]*Operation   // by value; nil where two operations give the same name
	used    map[string][]*Operation // by value; an operation that uses it twice is there twice
	changed bool
}

// Parameter is a parameter of a function.
type Parameter struct {
	Value      string // "%arg0"
	Type       string // "tensor<2x4xf32>"
	Attributes string // "{tf.aliasing_output = 1 : i32}", brackets included; empty for none
}

func newFunction() *Function {
	return &Function{defined: map[string]*Operation{}, used: map[string][]*Operation{}}
}

// add appends an operation.
func (f *Function) add(o *Operation) {
	f.enter(o)
	f.Operations = append(f.Operations, o)
}

var (
	// header is what stands before the parameters in the first line of a function.
	header    = regexp.MustCompile(`^ *func\.func (?:[a-z]+ )?@([A-Za-z0-9_$.-]+)\(`)
	parameter = regexp.MustCompile(`^(` + name + `): ([^ {]+)(?: (\{.*\}))?$`)
)

// cutHeader divides a function's first line, "func.func @main(%arg0: tensor<2x4xf32>) -> tensor<f32> {", behind its name and around the brackets of
// the parameters.
func cutHeader(line string) (name, before, parameters, after string, ok bool) {
	m := header.FindStringSubmatch(line)
	if m == nil {
		return "", "", "", "", false
	}
	before = strings.TrimSuffix(m[0], "(")
	parameters, after, ok = cutBrackets(line[len(before):])
	return m[1], before, parameters, after, ok
}

// readHeader reads the function's first line.
func (f *Function) readHeader(line string) {
	name, _, list, _, ok := cutHeader(line)
	if !ok {
		return
	}
	var parameters []Parameter
	for _, text := range split(list[1 : len(list)-1]) {
		m := parameter.FindStringSubmatch(text)
		if m == nil {
			return
		}
		parameters = append(parameters, Parameter{Value: m[1], Type: m[2], Attributes: m[3]})
	}
	if writeParameters(parameters) == list {
		f.Name, f.Parameters = name, parameters
	}
}

// writeParameters writes a list of parameters with its brackets.
func writeParameters(parameters []Parameter) string {
	list := make([]string, len(parameters))
	for i, p := range parameters {
		list[i] = p.Value + ": " + p.Type
		if p.Attributes != "" {
			list[i] += " " + p.Attributes
		}
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// SetParameters writes parameters with other attributes into the function's first line, which must have been read.
func (f *Function) SetParameters(parameters []Parameter) {
	first := f.Operations[0]
	_, before, _, after, _ := cutHeader(first.Text)
	first.Text = before + writeParameters(parameters) + after
	f.Parameters, f.changed = parameters, true
}

// HasHeader reports whether the function begins with a line of its own, also where that could not be read.
func (f *Function) HasHeader() bool { return f.Operations[0].isHeader() }

// enter notes what o defines and uses.
func (f *Function) enter(o *Operation) {
	for _, value := range o.Results {
		if _, twice := f.defined[value]; twice {
			f.defined[value] = nil
		} else {
			f.defined[value] = o
		}
	}
	o.eachUse(func(value string) { f.used[value] = append(f.used[value], o) })
}

// leave forgets what o defines and uses.
func (f *Function) leave(o *Operation) {
	for _, value := range o.Results {
		if f.defined[value] == o {
			delete(f.defined, value)
		}
	}
	o.eachUse(func(value string) {
		f.used[value] = slices.DeleteFunc(f.used[value], func(user *Operation) bool { return user == o })
	})
}

// Definition returns the operation that computes a value, or nil: for a parameter of the function, and for a name that is given twice.
func (f *Function) Definition(value string) *Operation { return f.defined[value] }

// IsDefined reports whether operations compute the value: one, or several that give it the same name.
func (f *Function) IsDefined(value string) bool {
	_, defined := f.defined[value]
	return defined
}

// Users returns the operations that use a value; one that uses it twice is there twice. The operation that returns the function's results is
// one of them, and so is one that uses the value in a region.
func (f *Function) Users(value string) []*Operation { return f.used[value] }

// OnlyUser returns the operation that uses the value, or nil if it is used by none, more than once, or by an operation of another name.
func (f *Function) OnlyUser(value, name string) *Operation {
	if u := f.used[value]; len(u) == 1 && u[0].Name == name {
		return u[0]
	}
	return nil
}

// Replace puts text, the lines of one operation, in the place of the last of the operations, and removes the others. They are given in the order
// that they have in the function, so that the operands of all of them are defined where the text stands.
func (f *Function) Replace(old []*Operation, text string) {
	for _, o := range old {
		f.leave(o)
		*o = Operation{}
	}
	last := old[len(old)-1]
	*last = *newOperation(text)
	f.enter(last)
	f.changed = true
}
