// Package rewrite replaces convolutions in the text of StableHLO programs by custom calls.
//
// go-xla hands a program to the plugin as MLIR text in the generic form, one operation a line, the attributes of a convolution one a line
// (https://openxla.org/stablehlo/spec#convolution). [Program] finds the convolutions that the handlers of package onednn compute and puts a typed
// custom call (https://openxla.org/xla/custom_call) in the place of each. Every other byte of the program stays, and what the pass does not
// recognise stays XLA's.
package rewrite

import (
	"bytes"
	"regexp"
	"strings"
)

// opName is how a convolution begins in a program.
const opName = `"stablehlo.convolution"`

var (
	// name is an SSA value: %12, %arg0, %_resnet_layer1_0_conv1_weight.
	name = `%[A-Za-z0-9_$.-]+`

	definition  = regexp.MustCompile(`^\s*(` + name + `)(?::\d+)? = `)
	convolution = regexp.MustCompile(`^(\s*)(` + name + `) = "stablehlo\.convolution"\((` + name + `), (` + name + `)\) \{$`)
	reverse     = regexp.MustCompile(`^\s*` + name + ` = "stablehlo\.reverse"\((` + name + `)\) \{ dimensions = array<i64: 0, 1> \} : `)
)

// Program returns the program with custom calls in place of convolutions, and the convolutions that were replaced, in their order. It returns the
// program itself where there are none. The text is not changed.
func Program(text []byte) ([]byte, []Conv) {
	if !bytes.Contains(text, []byte(opName)) {
		return text, nil
	}
	p := pass{names: newNames()}
	p.out.Grow(len(text))
	for rest := string(text); rest != ""; {
		rest = p.next(rest)
	}
	if len(p.replaced) == 0 {
		return text, nil
	}
	return p.out.Bytes(), p.replaced
}

// pass is the state of one run over a program.
type pass struct {
	out      bytes.Buffer
	replaced []Conv
	names    names
}

// next writes the first operation of the text, or its first line, and returns the rest.
func (p *pass) next(text string) (rest string) {
	line, rest := cutLine(text)
	if strings.Contains(line, "func.func") {
		p.names = newNames()
	}
	m := definition.FindStringSubmatch(line)
	if m == nil {
		p.out.WriteString(line)
		return rest
	}
	p.names.forget(m[1])
	if r := reverse.FindStringSubmatch(line); r != nil {
		p.names.reversed[m[1]] = r[1]
	}
	if strings.Contains(line, opName) {
		if o, after, ok := readOperation(text); ok {
			if call, conv, ok := p.names.replace(o); ok {
				p.out.WriteString(call)
				p.replaced = append(p.replaced, conv)
				return after
			}
		}
	}
	p.out.WriteString(line)
	return rest
}

// cutLine returns the first line with its newline, and what follows.
func cutLine(text string) (line, rest string) {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1], text[i+1:]
	}
	return text, ""
}
