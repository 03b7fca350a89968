//go:build linux && amd64 && cgo && !noxla

package onednn

// #cgo CFLAGS: -O3 -std=gnu11
// #cgo LDFLAGS: -ldl -lpthread
// #include <stdlib.h>
// #include "conv.h"
// #include "handlers.h"
// #include "library.h"
// #include "winograd.h"
// #include "workers.h"
import "C"

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// Supported tells whether this build can open the library.
const Supported = true

// messageSize is room for what dlopen or the plugin says.
const messageSize = 1024

// opening guards the variables below. The handlers have no argument that says which library: a process opens one.
var (
	opening    sync.Mutex
	only       *Library
	registered = map[unsafe.Pointer]bool{} // tables of plugins
)

// Open opens the library at path, or returns it where it is open. A library that is damaged can crash the process: [Find] has looked at its bytes.
func Open(path string) (*Library, error) {
	opening.Lock()
	defer opening.Unlock()
	if only != nil && only.Path == path {
		return only, nil
	}
	if only != nil {
		return nil, fmt.Errorf("opening oneDNN %s: %s has been opened in this process", path, only.Path)
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	message := newMessage()
	defer C.free(unsafe.Pointer(message))
	if C.onednn_open(name, message, messageSize) != 0 {
		why := C.GoString(message)
		if strings.Contains(why, "libgomp") {
			why += " (GNU's OpenMP is needed: the package libgomp1 of Debian and Ubuntu)"
		}
		return nil, fmt.Errorf("opening oneDNN %s: %s", path, why)
	}
	v := C.onednn_library_version()
	only = &Library{Path: path, Version: fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch)}
	return only, nil
}

func newMessage() *C.char { return (*C.char)(C.calloc(messageSize, 1)) }

// Register registers the handlers of convolutions and batch norms with a plugin. table is its PJRT_Api. A plugin that has them is left alone.
func (l *Library) Register(table unsafe.Pointer) error {
	opening.Lock()
	defer opening.Unlock()
	if registered[table] {
		return nil
	}
	targets := (*[rewrite.Kinds + rewrite.NormKinds]*C.char)(C.calloc(C.size_t(rewrite.Kinds+rewrite.NormKinds), C.size_t(unsafe.Sizeof((*C.char)(nil)))))
	defer C.free(unsafe.Pointer(targets))
	for i := range targets {
		if i < rewrite.Kinds {
			targets[i] = C.CString(rewrite.Kind(i).Target())
		} else {
			targets[i] = C.CString(rewrite.NormKind(i - rewrite.Kinds).Target())
		}
		defer C.free(unsafe.Pointer(targets[i]))
	}
	message := newMessage()
	defer C.free(unsafe.Pointer(message))
	if C.handlers_register(table, &targets[0], message, messageSize) != 0 {
		return fmt.Errorf("registering the handlers of convolutions and batch norms with the plugin: %s", C.GoString(message))
	}
	registered[table] = true
	return nil
}

// Run computes a convolution as the handlers do, without XLA: out from the operands, whose order [rewrite.Conv.Shapes] gives. Up to threads threads
// work at it.
func (l *Library) Run(c rewrite.Conv, operands [][]float32, out []float32, threads int) error {
	return run(c, operands, out, threads, 0)
}

// run is [Library.Run], or computes by Winograd where winograd is 1: what does not fit [fitsWinograd] must not be computed so.
func run(c rewrite.Conv, operands [][]float32, out []float32, threads int, winograd C.int) error {
	if err := checkOperands(c, operands, out); err != nil {
		return err
	}
	var in [C.CONV_INPUTS]*C.float
	read := 0
	for i, has := range []bool{true, true, c.Affine, c.Affine, c.Sum} {
		if has {
			in[i] = (*C.float)(unsafe.SliceData(operands[read]))
			read++
		}
	}
	numbers := c.Numbers()
	message := newMessage()
	defer C.free(unsafe.Pointer(message))
	failed := C.workers_run(C.int(c.Kind), (*C.int64_t)(unsafe.Pointer(&numbers[0])), in[0], in[1], in[2], in[3], in[4],
		(*C.float)(unsafe.SliceData(out)), C.int(threads), winograd, message)
	if failed != 0 {
		return fmt.Errorf("%s: %s", c, C.GoString(message))
	}
	return nil
}

// fitsWinograd reports whether a convolution can be computed by Winograd on this processor, and whether [Library.Run] computes it so.
func fitsWinograd(c rewrite.Conv) (fits, wins bool) {
	numbers := c.Numbers()
	s := (*C.conv_shape)(unsafe.Pointer(&numbers[0]))
	fits = C.winograd_fits(C.int(c.Kind), s) != 0
	return fits, fits && C.winograd_wins(s) != 0
}

// checkOperands compares the numbers of values with those of the shapes.
func checkOperands(c rewrite.Conv, operands [][]float32, out []float32) error {
	if err := c.Check(); err != nil {
		return err
	}
	shapes, result := c.Shapes()
	if len(operands) != len(shapes) {
		return fmt.Errorf("%s: %d operands, want %d", c, len(operands), len(shapes))
	}
	all := append(slices.Clone(operands), out)
	for i, s := range append(shapes, result) {
		if want, got := product(s), len(all[i]); want != got {
			return fmt.Errorf("%s: operand %d has %d values, %v are %d", c, i, got, s, want)
		}
	}
	return nil
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
