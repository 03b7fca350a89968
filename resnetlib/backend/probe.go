//go:build linux && cgo && !noxla

package backend

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "probe.h"
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"unsafe"
)

// probe loads the plugin at path in a forked child, makes a client there if client is true, and returns the contents of its PJRT table. A damaged
// library can crash or hang the child only. It takes about 15 ms, a client another 20 ms.
func probe(path string, client bool) (api, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	needs := C.probe_needs{major: apiMajor, minor: apiMinMinor, size: apiMinSize}
	if client {
		needs.client = 1
	}
	var r C.probe_result
	if errno := C.probe_plugin(name, &needs, &r); errno != 0 {
		return api{}, fmt.Errorf("trying it in a child process: %w", syscall.Errno(errno))
	}
	if err := probeError(&r); err != nil {
		return api{}, err
	}
	return api{major: int(r.major), minor: int(r.minor), size: int(r.size), missing: int(r.missing), customCalls: r.custom_calls != 0}, nil
}

// probeError returns the step at which the child failed, if it did.
func probeError(r *C.probe_result) error {
	words := lastWords(C.GoString(&r.last_words[0]))
	switch {
	case r.signal == C.int(syscall.SIGALRM):
		return errors.New("damaged: loading it never ends")
	case r.signal != 0:
		return fmt.Errorf("damaged, or not for this machine: trying it ends in %q%s", syscall.Signal(r.signal), words) // e.g. an instruction that this processor lacks
	case r.ended == 0: // as XLA does for a flag in XLA_FLAGS that it does not know
		return fmt.Errorf("trying it ends the process%s", words)
	}
	switch r.stage {
	case C.PROBE_DLOPEN:
		return fmt.Errorf("cannot be loaded: %s", C.GoString(&r.message[0]))
	case C.PROBE_SYMBOL:
		return errors.New("not a PJRT plugin: it has no function GetPjrtApi")
	case C.PROBE_TABLE:
		return errors.New("damaged: its GetPjrtApi gives no table")
	}
	return nil
}

// lastWords returns the last line that the library wrote before the child ended, without the date and place at the beginning of Abseil's lines.
func lastWords(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	line := lines[len(lines)-1]
	if _, text, ok := strings.Cut(line, "] "); ok {
		line = text
	}
	if line == "" {
		return ""
	}
	return " (" + line + ")"
}
