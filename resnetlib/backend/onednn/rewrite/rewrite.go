// Package rewrite replaces convolutions in the text of StableHLO programs by custom calls.
//
// go-xla hands a program to the plugin as MLIR text in the generic form, one operation a line, the attributes of a convolution one a line
// (https://openxla.org/stablehlo/spec#convolution). [Program] finds the convolutions that the handlers of package onednn compute and puts a typed
// custom call (https://openxla.org/xla/custom_call) in the place of each. Every other byte of the program stays, and what the pass does not
// recognise stays XLA's.
package rewrite

import "bytes"

// Program returns the program with custom calls in place of convolutions, and the convolutions that were replaced, in their order. It returns the
// program itself where there are none. The text is not changed.
func Program(text []byte) ([]byte, []Conv) {
	if !bytes.Contains(text, []byte(convolutionName)) && !bytes.Contains(text, []byte(normName)) {
		return text, nil
	}
	p := parse(string(text))
	var replaced []Conv
	norms := 0
	for _, f := range p {
		replaced = append(replaced, replaceConvolutions(f)...)
		norms += len(replaceNorms(f))
	}
	if len(replaced)+norms == 0 {
		return text, nil
	}
	return []byte(p.String()), replaced
}
