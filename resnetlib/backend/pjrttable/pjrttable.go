// Package pjrttable stands between go-xla and a PJRT plugin: it gives go-xla a copy of the plugin's function table in which two functions are
// ours, so that programs can be rewritten before they are compiled, and need not be compiled at all where the result is kept.
//
//	plugin, err := pjrttable.Load(path)
//	err = plugin.NewClient(path, pjrttable.Hooks{Cache: find}, func() error {
//		b, err = xla.NewWithOptions(path, nil) // go-xla finds the copy under this name
//		return err
//	})
//
// The table is a C interface (openxla/xla, xla/pjrt/c/pjrt_c_api.h): its length, a version, and pointers to functions in a fixed order. Ours are
// PJRT_Client_Create, to know which client belongs to which hooks, and PJRT_Client_Compile. Neither the plugin nor go-xla is changed.
//
// Whatever fails here leaves the plugin's own way: a program is then compiled as if this package did not exist. It needs Linux and cgo; other
// builds have the types alone.
package pjrttable

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// Program is a program on its way to the compiler.
type Program struct {
	Code    []byte // after rewriting; valid during the call only
	Format  string // "mlir" for StableHLO as text or bytecode
	Options []byte // serialized CompileOptionsProto; valid during the call only
	Devices int    // of the client
}

// Entry is the place of one compiled program in a cache.
type Entry interface {
	// Load calls use with what is stored and reports whether use succeeded. A missing program is no error.
	Load(use func(payload []byte) error) (loaded bool, err error)
	// Store stores what serialize returns.
	Store(serialize func() ([]byte, error)) error
}

// Hooks are called for the programs of one client, from the goroutines that compile. Every field may be nil.
type Hooks struct {
	Rewrite func(program []byte) ([]byte, error) // returns the MLIR text to compile instead; nil, or an equal text, for the program itself
	Cache   func(Program) Entry                  // returns the program's place in a cache; nil for none
	Log     func(problem error)                  // is told what did not work: the program has been compiled all the same
}

// ErrRewrite matches the errors given to Hooks.Log about rewriting: the program as it came is compiled.
var ErrRewrite = errors.New("a program could not be rewritten")

// log reports an error, if there is one.
func (h Hooks) log(err error) {
	if err != nil && h.Log != nil {
		h.Log(err)
	}
}

// protect calls f and returns a panic of it as an error, since a panic must not pass through the frames of C.
func protect(what string, f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s: panic: %v", what, cause)
		}
	}()
	return f()
}

var compiled, loaded atomic.Int64

// Counts returns how many programs this process has compiled and how many it has loaded from a cache, of all clients with a cache.
func Counts() (compiledPrograms, loadedPrograms int64) { return compiled.Load(), loaded.Load() }
