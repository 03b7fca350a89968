// Package rewrite replaces what package onednn computes in StableHLO programs by typed custom calls (https://openxla.org/xla/custom_call):
//
//   - convolutions and their gradients, with groups; in evaluation with the scale and shift of each channel (a batch norm), the residual sum and
//     the ReLU behind them;
//   - batch norms in training and their gradients, with the residual sum and the ReLU behind them.
//
// [Program] is the pass. It takes an operation only if a handler computes it with these attributes, types and sizes, and takes what follows an operation
// only if nothing else uses the value between them. Everything else stays in the program and is computed by XLA.
package rewrite

import "resnetlab/resnetlib/backend/stablehlo"

// Program replaces what the handlers compute, and returns the convolutions and the batch norms that it has replaced, in their order.
func Program(p *stablehlo.Program) (convs []Conv, norms []Norm) {
	for _, f := range p.Functions {
		convs = append(convs, replaceConvolutions(function{f})...)
		norms = append(norms, replaceNorms(function{f})...)
	}
	return convs, norms
}

// function is a function of a program in which patterns are looked for.
type function struct{ *stablehlo.Function }
