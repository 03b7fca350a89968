// Package onednn computes XLA's convolutions on the processor by oneDNN, the library that PyTorch uses: XLA's own gradients of convolutions take 2
// to 6 times as long.
//
//	lib, err := onednn.Open(path)      // a library that Find has found
//	err = lib.Register(plugin.Table()) // the handlers, before a program is compiled
//	program, err = stablehlo.Rewrite(program, onednn.Rewrite)
//
// Package rewrite puts custom calls in the place of convolutions and batch norms in a program; the plugin calls the handlers of this package for them
// (https://openxla.org/xla/custom_call, the typed interface). Float32 values in [N, H, W, C] only: forward, gradient by the input, gradient by the
// kernel, with groups, any stride, and padding below the kernel's size.
//
// Dense 3x3 convolutions of stride 1 are computed by Winograd in C of this package, where that is faster than oneDNN (winograd.c has the figures).
//
// Batch norms in training, with the sums and the ReLUs behind them, are replaced too. They are computed in C of this package, forward and backward
// in two passes over memory each: the first adds, the second writes.
//
// The library comes from the wheel onednn-cpu-gomp. It is opened at run time and never linked: without it, everything is computed by XLA.
//
// Threads: a convolution is divided into two parts, by its sizes alone: pictures, or rows of a single picture. XLA's own threads compute them, each
// without further threads. The same program gives the same bytes on a machine, on one thread and on many.
package onednn

import (
	"errors"
	"sync/atomic"

	"resnetlab/resnetlib/backend/onednn/rewrite"
	"resnetlab/resnetlib/backend/stablehlo"
)

// Handlers is the version of the handlers: it changes whenever a compiled program that calls them could give other results, or none.
const Handlers = 4

// ErrUnsupported is returned on systems and in builds that the library is not for.
var ErrUnsupported = errors.New("oneDNN needs Linux, an x86-64 processor and cgo")

var replaced atomic.Int64

// Rewrite is [rewrite.Program] as a pass; it counts what it replaces.
func Rewrite(p *stablehlo.Program) {
	convs, _ := rewrite.Program(p)
	replaced.Add(int64(len(convs)))
}

// Count returns how many convolutions of programs [Rewrite] has replaced in this process.
func Count() int64 { return replaced.Load() }

// Library is the opened library.
type Library struct {
	Path    string
	Version string // "3.2.0"
}
