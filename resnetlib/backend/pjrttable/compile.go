//go:build linux && cgo && !noxla

package pjrttable

// #include "table.h"
import "C"

import (
	"bytes"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"resnetlab/internal/mark"
)

// clients maps each PJRT_Client to its Hooks. A client that was destroyed stays until another has its address.
var clients sync.Map

// pjrttableClientCreate is PJRT_Client_Create of the copied table.
//
//export pjrttableClientCreate
func pjrttableClientCreate(args *C.client_create_args) unsafe.Pointer {
	failed := C.pjrttable_call(only.function(C.CLIENT_CREATE), unsafe.Pointer(args))
	if failed == nil && uintptr(args.struct_size) >= unsafe.Sizeof(*args) {
		clients.Store(args.client, pending)
	}
	return failed
}

// pjrttableClientCompile is PJRT_Client_Compile of the copied table. It returns the plugin's own error where the plugin's compiler refuses the
// program as it came.
//
//export pjrttableClientCompile
func pjrttableClientCompile(args *C.client_compile_args) unsafe.Pointer {
	if uintptr(args.struct_size) < unsafe.Sizeof(*args) || uintptr(args.program.struct_size) < unsafe.Sizeof(*args.program) {
		return C.pjrttable_call(only.function(C.CLIENT_COMPILE), unsafe.Pointer(args)) // another caller than go-xla, with an older interface
	}
	value, _ := clients.Load(args.client)
	hooks, _ := value.(Hooks) // none for a client that was made without NewClient
	changed := hooks.rewrite(args.program)
	if changed != nil {
		failed := hooks.compile(args, changed)
		if failed == nil {
			return nil
		}
		hooks.log(mark.As(ErrRewrite, fmt.Errorf("compiling a rewritten program: %w", only.errorOf(failed))))
	}
	return hooks.compile(args, nil)
}

// rewrite returns the program to compile in place of p, or nil.
func (h Hooks) rewrite(p *C.pjrt_program) (changed []byte) {
	if h.Rewrite == nil || C.GoStringN(p.format, C.int(p.format_size)) != "mlir" {
		return nil
	}
	code := bytesOf(p.code, p.code_size)
	err := protect("rewriting a program", func() (err error) {
		changed, err = h.Rewrite(code)
		return err
	})
	if err != nil {
		h.log(mark.As(ErrRewrite, err))
	}
	if bytes.Equal(changed, code) {
		return nil
	}
	return changed
}

// compile loads or compiles the program of args, or changed if that is not nil, and sets args.executable. It returns a PJRT_Error.
func (h Hooks) compile(args *C.client_compile_args, changed []byte) unsafe.Pointer {
	program, ours := *args.program, *args
	if changed != nil {
		var pin runtime.Pinner
		defer pin.Unpin()
		pin.Pin(unsafe.SliceData(changed))
		pin.Pin(&program)
		program.code, program.code_size = (*C.char)(unsafe.Pointer(unsafe.SliceData(changed))), C.size_t(len(changed))
		ours.program = &program
	}
	defer C.pjrttable_trim() // compiling a training step leaves 0.3 GB of free memory in small pieces, which its first run would not use
	entry := h.entry(&ours)
	if entry != nil && h.load(entry, args) {
		loaded.Add(1)
		return nil
	}
	failed := C.pjrttable_call(only.function(C.CLIENT_COMPILE), unsafe.Pointer(&ours))
	if failed != nil {
		return failed
	}
	if h.Cache != nil {
		compiled.Add(1)
	}
	args.executable = ours.executable
	if entry != nil {
		h.log(protect("storing a compiled program", func() error {
			return entry.Store(func() ([]byte, error) { return serialize(ours.executable) })
		}))
	}
	return nil
}

// entry returns the program's place in the cache, or nil.
func (h Hooks) entry(args *C.client_compile_args) (entry Entry) {
	if h.Cache == nil || !only.keeps {
		return nil
	}
	h.log(protect("looking for a compiled program", func() error {
		devices := C.client_addressable_devices_args{client: args.client}
		devices.struct_size = C.size_t(unsafe.Sizeof(devices))
		if err := only.call(C.CLIENT_ADDRESSABLE_DEVICES, unsafe.Pointer(&devices)); err != nil {
			return err
		}
		p := args.program
		entry = h.Cache(Program{
			Code:    bytesOf(p.code, p.code_size),
			Format:  C.GoStringN(p.format, C.int(p.format_size)),
			Options: bytesOf(args.options, args.options_size),
			Devices: int(devices.num_devices),
		})
		return nil
	}))
	return entry
}

// load sets args.executable to the stored program and reports whether there was one.
func (h Hooks) load(entry Entry, args *C.client_compile_args) (ok bool) {
	h.log(protect("loading a compiled program", func() (err error) {
		ok, err = entry.Load(func(payload []byte) error {
			var pin runtime.Pinner
			defer pin.Unpin()
			pin.Pin(unsafe.SliceData(payload))
			in := C.deserialize_and_load_args{client: args.client}
			in.struct_size = C.size_t(unsafe.Sizeof(in))
			in.bytes, in.bytes_size = (*C.char)(unsafe.Pointer(unsafe.SliceData(payload))), C.size_t(len(payload))
			if err := only.call(C.EXECUTABLE_DESERIALIZE_AND_LOAD, unsafe.Pointer(&in)); err != nil {
				return err
			}
			args.executable = in.loaded_executable
			return nil
		})
		return err
	}))
	return ok
}

// serialize returns the bytes of a compiled program.
func serialize(loadedExecutable unsafe.Pointer) ([]byte, error) {
	get := C.get_executable_args{loaded_executable: loadedExecutable}
	get.struct_size = C.size_t(unsafe.Sizeof(get))
	if err := only.call(C.LOADED_EXECUTABLE_GET_EXECUTABLE, unsafe.Pointer(&get)); err != nil {
		return nil, err
	}
	defer func() {
		args := C.executable_destroy_args{executable: get.executable}
		args.struct_size = C.size_t(unsafe.Sizeof(args))
		if failed := C.pjrttable_call(only.function(C.EXECUTABLE_DESTROY), unsafe.Pointer(&args)); failed != nil {
			only.destroy(failed)
		}
	}()
	out := C.executable_serialize_args{executable: get.executable}
	out.struct_size = C.size_t(unsafe.Sizeof(out))
	if err := only.call(C.EXECUTABLE_SERIALIZE, unsafe.Pointer(&out)); err != nil {
		return nil, err
	}
	payload := bytes.Clone(bytesOf(out.bytes, out.bytes_size))
	if out.deleter != nil {
		C.pjrttable_free(out.deleter, out.serialized)
	}
	return payload, nil
}

// bytesOf returns n bytes at p without copying them.
func bytesOf(p *C.char, n C.size_t) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n)) }
