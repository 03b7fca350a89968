//go:build linux && cgo && !noxla

package backend

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "probe.h"
import "C"

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// probe loads the plugin at path in a forked child and reports what its PJRT table says. Whatever a damaged library does there, crash
// or hang, it does to the child.
func probe(path string) (api, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var r C.probe_result
	if errno := C.probe_plugin(name, &r); errno != 0 {
		return api{}, fmt.Errorf("trying it in a child process: %w", syscall.Errno(errno))
	}
	switch {
	case r.signal == C.int(syscall.SIGALRM):
		return api{}, errors.New("damaged: loading it takes for ever")
	case r.signal != 0:
		return api{}, fmt.Errorf("damaged: loading it ends in %q", syscall.Signal(r.signal))
	case r.stage == C.PROBE_DLOPEN:
		return api{}, fmt.Errorf("cannot be loaded: %s", C.GoString(&r.message[0]))
	case r.stage == C.PROBE_SYMBOL:
		return api{}, errors.New("not a PJRT plugin: it has no function GetPjrtApi")
	case r.stage == C.PROBE_TABLE:
		return api{}, errors.New("damaged: its GetPjrtApi returns no table")
	case r.stage != C.PROBE_DONE:
		return api{}, errors.New("damaged: loading it ends the process")
	}
	return api{
		major: int(r.major), minor: int(r.minor), size: int(r.struct_size), missing: int(r.missing),
	}, nil
}
