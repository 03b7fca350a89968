// Package stablehlo reads the text of programs that go-xla gives to a plugin of XLA, and lets passes change it.
//
// The text is StableHLO as MLIR writes it in its generic form (https://openxla.org/stablehlo/spec): functions, and in them an operation a line,
// except those with regions or with attributes a line each. [Parse] finds the operations and keeps every byte of the text; what it does not
// recognise stays in the program as it is. A [Function] knows for each value which operation defines it and which operations use it, so that a
// pass finds patterns by following values, whatever stands between.
//
// [Rewrite] applies passes one after the other: the text is read once and written once.
package stablehlo

import (
	"fmt"
	"strings"
)

// MaxSize is the length in bytes of the longest text that [Parse] reads. The training step of ResNeXt-50 without oneDNN has 3 MB.
const MaxSize = 16 << 20

// Program is a parsed program.
type Program struct {
	Functions []*Function // in the order of the text
}

// Pass changes a program in place.
type Pass func(*Program)

// Rewrite parses a program, applies the passes in their order, and returns the text of what the program has become: the text itself where no pass has
// changed anything. It never writes to the text. Errors are those of [Parse].
func Rewrite(text []byte, passes ...Pass) ([]byte, error) {
	p, err := Parse(string(text))
	if err != nil {
		return nil, err
	}
	for _, pass := range passes {
		pass(p)
	}
	for _, f := range p.Functions {
		if f.changed {
			return []byte(p.String()), nil
		}
	}
	return text, nil
}

// Parse divides a program's text. It returns an error for a text longer than [MaxSize], and for one that would have to be read many times
// to find where its brackets close.
func Parse(text string) (*Program, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("parsing a program of XLA: it has %d bytes; up to %d are read", len(text), MaxSize)
	}
	r := reader{rest: text, budget: len(text) * maxReads}
	p := &Program{}
	f := newFunction() // for what stands before the first function
	for r.rest != "" && r.budget >= 0 {
		o := r.operation()
		if o.isHeader() {
			p.add(f)
			f = newFunction()
			f.readHeader(o.Text)
		}
		f.add(o)
	}
	if r.budget < 0 {
		return nil, fmt.Errorf("parsing a program of XLA: its brackets do not close or are nested too deeply, near byte %d of %d", len(text)-len(r.rest), len(text))
	}
	p.add(f)
	return p, nil
}

// add appends a function, unless it is empty.
func (p *Program) add(f *Function) {
	if len(f.Operations) > 0 {
		p.Functions = append(p.Functions, f)
	}
}

// String returns the program's text.
func (p *Program) String() string {
	var b strings.Builder
	for _, f := range p.Functions {
		for _, o := range f.Operations {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}
