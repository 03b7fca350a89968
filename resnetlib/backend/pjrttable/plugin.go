//go:build linux && cgo && !noxla

package pjrttable

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

// Plugin is a loaded plugin with its own table and our copy.
type Plugin struct {
	own, copied *C.pjrt_table
	registered  map[string]bool // names under which go-xla knows the copy; guarded by opening
	keeps       bool            // it has the functions that a cache needs
}

// ErrOther is returned by [Load] for a second plugin: our functions cannot tell which of two tables they were called from.
var ErrOther = errors.New("another plugin has been loaded in this process")

// opening guards the variables below. It is held while a client is made, so that there is one pending client at most; and go-xla's own list of
// plugins is not guarded against [pjrt.RegisterPreloadedPlugin].
var (
	opening sync.Mutex
	only    *Plugin // the process's plugin
	pending Hooks   // of the client that is being made
)

// Load loads the plugin at path, or returns the one that is loaded if it is the same library (by any path). It checks the version and the size of
// the plugin's table. The library must be one that can be loaded without harm: loading runs its code.
func Load(path string) (*Plugin, error) {
	opening.Lock()
	defer opening.Unlock()
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var message *C.char
	own := C.pjrttable_open(name, &message)
	if own == nil {
		return nil, fmt.Errorf("loading %s: %s", path, C.GoString(message))
	}
	if only != nil && only.own == own {
		return only, nil
	}
	if err := check(own); err != nil {
		return nil, fmt.Errorf("loading %s: %w", path, err)
	}
	if only != nil {
		return nil, fmt.Errorf("loading %s: %w", path, ErrOther)
	}
	copied := C.pjrttable_copy(own)
	if copied == nil {
		return nil, fmt.Errorf("loading %s: no memory for %d bytes", path, own.struct_size)
	}
	only = &Plugin{own: own, copied: copied, registered: map[string]bool{}, keeps: true}
	for _, place := range []int{C.EXECUTABLE_DESTROY, C.EXECUTABLE_SERIALIZE, C.LOADED_EXECUTABLE_GET_EXECUTABLE, C.EXECUTABLE_DESERIALIZE_AND_LOAD} {
		only.keeps = only.keeps && only.function(place) != nil
	}
	return only, nil
}

// headSize is the size of a table without its functions, maxSize more than any table has.
const (
	headSize = int(unsafe.Sizeof(C.pjrt_table{}))
	maxSize  = 1 << 20
)

// check returns an error for a table that this package cannot use.
func check(t *C.pjrt_table) error {
	size, least := uint64(t.struct_size), uint64(headSize+C.NEEDED_FUNCTIONS*int(unsafe.Sizeof(uintptr(0))))
	if t.version.major_version != 0 || size < least || size > maxSize {
		return fmt.Errorf("PJRT API %d.%d with a table of %d bytes: 0.x with %d to %d bytes is needed",
			t.version.major_version, t.version.minor_version, size, least, maxSize)
	}
	for _, place := range []int{C.ERROR_DESTROY, C.ERROR_MESSAGE, C.CLIENT_CREATE, C.CLIENT_ADDRESSABLE_DEVICES, C.CLIENT_COMPILE} {
		if function(t, place) == nil {
			return fmt.Errorf("function %d of its PJRT table is missing", place+1)
		}
	}
	return nil
}

// Version returns the version of the plugin's PJRT API.
func (p *Plugin) Version() (major, minor int) {
	return int(p.own.version.major_version), int(p.own.version.minor_version)
}

// Table returns the plugin's own PJRT_Api, for its extensions.
func (p *Plugin) Table() unsafe.Pointer { return unsafe.Pointer(p.own) }

// NewClient registers the plugin's copied table with go-xla under name, and calls open, in which go-xla makes the client. The hooks are those of
// that client.
func (p *Plugin) NewClient(name string, h Hooks, open func() error) error {
	opening.Lock()
	defer opening.Unlock()
	if !p.registered[name] {
		if err := pjrt.RegisterPreloadedPlugin(name, uintptr(unsafe.Pointer(p.copied))); err != nil {
			return err
		}
		p.registered[name] = true
	}
	pending = h
	defer func() { pending = Hooks{} }()
	return open()
}

// function returns a function of the plugin's own table.
func (p *Plugin) function(place int) unsafe.Pointer { return function(p.own, place) }

// function returns the pointer at a place below NEEDED_FUNCTIONS of a table.
func function(t *C.pjrt_table, place int) unsafe.Pointer {
	at := uintptr(headSize) + uintptr(place)*unsafe.Sizeof(uintptr(0))
	return *(*unsafe.Pointer)(unsafe.Add(unsafe.Pointer(t), at))
}

// call calls a function of the plugin's own table. args are the function's arguments, which may point to pinned memory of Go.
func (p *Plugin) call(place int, args unsafe.Pointer) error {
	return p.errorOf(C.pjrttable_call(p.function(place), args))
}

// errorOf returns a PJRT_Error as an error of Go, and destroys it.
func (p *Plugin) errorOf(e unsafe.Pointer) error {
	if e == nil {
		return nil
	}
	message := C.error_message_args{error: e}
	message.struct_size = C.size_t(unsafe.Sizeof(message))
	C.pjrttable_call(p.function(C.ERROR_MESSAGE), unsafe.Pointer(&message))
	err := errors.New(C.GoStringN(message.message, C.int(message.message_size)))
	p.destroy(e)
	return err
}

// destroy destroys a PJRT_Error.
func (p *Plugin) destroy(e unsafe.Pointer) {
	args := C.error_destroy_args{error: e}
	args.struct_size = C.size_t(unsafe.Sizeof(args))
	C.pjrttable_call(p.function(C.ERROR_DESTROY), unsafe.Pointer(&args))
}
