package rewrite

import (
	"slices"
	"strings"
)

// module is a program's text, function by function. Lines before the first function are in a function of their own.
type module []*function

// function is a function's text, operation by operation, with what defines and what uses each of its values.
type function struct {
	operations []*operation
	defined    map[string]*operation   // by value; nil where two operations give the same name
	used       map[string][]*operation // by value; an operation that uses it twice is there twice
}

// parse divides a program's text.
func parse(text string) module {
	p := module{newFunction()}
	for text != "" {
		o := readOperation(text)
		text = text[len(o.text):]
		if o.isHeader() {
			p = append(p, newFunction())
		}
		f := p[len(p)-1]
		f.operations = append(f.operations, o)
		f.enter(o)
	}
	return p
}

func newFunction() *function {
	return &function{defined: map[string]*operation{}, used: map[string][]*operation{}}
}

// String returns the program's text.
func (p module) String() string {
	var b strings.Builder
	for _, f := range p {
		for _, o := range f.operations {
			b.WriteString(o.text)
		}
	}
	return b.String()
}

// enter notes what o defines and uses.
func (f *function) enter(o *operation) {
	for _, value := range o.results {
		if _, twice := f.defined[value]; twice {
			f.defined[value] = nil
		} else {
			f.defined[value] = o
		}
	}
	o.eachUse(func(value string) { f.used[value] = append(f.used[value], o) })
}

// leave forgets what o defines and uses.
func (f *function) leave(o *operation) {
	for _, value := range o.results {
		if f.defined[value] == o {
			delete(f.defined, value)
		}
	}
	o.eachUse(func(value string) {
		f.used[value] = slices.DeleteFunc(f.used[value], func(user *operation) bool { return user == o })
	})
}

// definition returns the operation that computes a value, or nil: for a parameter of the function, and for a name that is given twice.
func (f *function) definition(value string) *operation { return f.defined[value] }

// users returns the operations that use a value; one that uses it twice is there twice. The operation that returns the function's results is
// one of them, and so is one that uses the value in a region.
func (f *function) users(value string) []*operation { return f.used[value] }

// onlyUser returns the operation that uses the value, or nil if it is used by none, more than once, or by an operation of another name.
func (f *function) onlyUser(value, name string) *operation {
	if u := f.used[value]; len(u) == 1 && u[0].name == name {
		return u[0]
	}
	return nil
}

// replace puts text, the lines of one operation, in the place of the last of the operations, and removes the others. They are given in the order
// that they have in the function, so that the operands of all of them are defined where the text stands.
func (f *function) replace(old []*operation, text string) {
	for _, o := range old {
		f.leave(o)
		*o = operation{}
	}
	last := old[len(old)-1]
	*last = *readOperation(text)
	f.enter(last)
}
