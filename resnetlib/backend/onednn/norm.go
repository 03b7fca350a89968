//go:build linux && amd64 && cgo && !noxla

package onednn

// #include <stdlib.h>
// #include "norm.h"
// #include "workers.h"
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// Loops are what a norm is computed with.
type Loops int

// The loops that there are.
const (
	BestLoops  Loops = iota // those for this processor
	PlainLoops              // those that every processor has
)

// RunNorm computes a norm as the handlers do, without XLA: out from in, whose order [rewrite.NormKind] gives. Up to threads threads work at it. It
// needs no library.
func RunNorm(n rewrite.Norm, epsilon float32, loops Loops, in, out [][]float32, threads int) error {
	wantIn, wantOut := n.Sizes()
	if err := checkSizes(n, "operand", in, wantIn); err != nil {
		return err
	}
	if err := checkSizes(n, "result", out, wantOut); err != nil {
		return err
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	pointers := (*[C.NORM_MOST_INPUTS + C.NORM_MOST_RESULTS]*C.float)(C.calloc(C.NORM_MOST_INPUTS+C.NORM_MOST_RESULTS, C.size_t(unsafe.Sizeof((*C.float)(nil)))))
	defer C.free(unsafe.Pointer(pointers))
	for i, v := range append(append([][]float32{}, in...), out...) {
		pins.Pin(unsafe.SliceData(v))
		pointers[i] = (*C.float)(unsafe.SliceData(v))
	}
	numbers := n.Numbers()
	message := newMessage()
	defer C.free(unsafe.Pointer(message))
	failed := C.workers_norm(C.int(n.Kind), (*C.int64_t)(unsafe.Pointer(&numbers[0])), C.float(epsilon), C.int(loops), &pointers[0], &pointers[len(in)],
		C.int(threads), message)
	if failed != 0 {
		return fmt.Errorf("%s: %s", n, C.GoString(message))
	}
	return nil
}

// checkSizes returns an error unless the values have the wanted sizes.
func checkSizes(n rewrite.Norm, what string, values [][]float32, want []int) error {
	if len(values) != len(want) {
		return fmt.Errorf("%s: %d values for %ss, want %d", n, len(values), what, len(want))
	}
	for i, v := range values {
		if len(v) != want[i] {
			return fmt.Errorf("%s: %s %d has %d values, want %d", n, what, i, len(v), want[i])
		}
	}
	return nil
}
