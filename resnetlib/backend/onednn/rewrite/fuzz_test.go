package rewrite

import (
	"fmt"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/stablehlo"
)

// invalid returns what is wrong with a program: a value that is defined twice, or used before it is defined, or with another type than it has. It is
// empty for a valid program.
func invalid(t *testing.T, text string) string {
	p, err := stablehlo.Parse(text)
	if err != nil {
		return err.Error()
	}
	for _, f := range p.Functions {
		types := map[string]string{}
		for _, a := range f.Parameters {
			types[a.Value] = a.Type
		}
		for _, o := range f.Operations {
			for i, value := range o.Operands {
				if types[value] != o.OperandTypes[i] {
					return fmt.Sprintf("%s is %q in %q", value, types[value], o.Text)
				}
			}
			for i, value := range o.Results {
				if types[value] != "" {
					return value + " is defined twice"
				}
				types[value] = o.ResultTypes[i]
			}
		}
	}
	return ""
}

// edit changes the lines of a program as the bytes say, three for each change.
func edit(text string, edits []byte) string {
	lines := strings.SplitAfter(text, "\n")
	for ; len(edits) >= 3; edits = edits[3:] {
		from, to := int(edits[1])%len(lines), int(edits[2])%len(lines)
		switch edits[0] % 5 {
		case 0: // remove
			lines[from] = ""
		case 1: // repeat elsewhere
			lines[to] += lines[from]
		case 2: // exchange
			lines[from], lines[to] = lines[to], lines[from]
		case 3: // use another value
			lines[from] = strings.Replace(lines[from], operand(lines[from], edits[2]), operand(lines[to], edits[0]), 1)
		case 4: // another operation
			lines[from] = strings.Replace(lines[from], word(lines[from]), word(lines[to]), 1)
		}
	}
	return strings.Join(lines, "")
}

// operand is one of the values of a line.
func operand(line string, n byte) string {
	all := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" (),", r) })
	var values []string
	for _, part := range all {
		if strings.HasPrefix(part, "%") {
			values = append(values, part)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return values[int(n)%len(values)]
}

// word is what a line has in quotation marks.
func word(line string) string {
	_, rest, _ := strings.Cut(line, `"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// edited are the programs that are edited.
var edited = []string{blockStep, blockObserved, "stride2", "grouped_stride2"}

// FuzzEdits: the pass makes a valid program of a valid one.
func FuzzEdits(f *testing.F) {
	for i := range len(edited) + 1 {
		f.Add(byte(i), []byte{})
		f.Add(byte(i), []byte{2, 60, 70, 3, 100, 90, 1, 50, 60})
	}
	f.Fuzz(func(t *testing.T, which byte, edits []byte) {
		text := block
		if i := int(which) % (len(edited) + 1); i < len(edited) {
			text = program(t, edited[i])
		}
		text = edit(text, edits)
		out, _ := rewritten(t, text)
		if invalid(t, text) != "" {
			return
		}
		if why := invalid(t, out); why != "" {
			t.Fatalf("%s:\n%s\nwas\n%s", why, out, text)
		}
	})
}
