// What the handlers of XLA's custom calls have in common.

#pragma once
#include "conv.h"
#include "ffi.h"

enum { CALL_MESSAGE = 1024 };  // room for an error with the layer's name

// call_is_metadata answers the call that asks for a handler's version, and reports whether call is that one.
int call_is_metadata(const ffi_call* call);

// call_attribute returns the value of an attribute, or null where the program has none of this name and type.
void* call_attribute(const ffi_call* call, const char* name, int type);

// call_fail makes the error that the program's run returns.
ffi_error* call_fail(const ffi_call* call, int code, const char* message);

// call_start gives a task to XLA's own threads: the start of conv_workers, with the call as context. A pool of one thread gets none: the handler may
// have been called from outside the pool, and then two threads would compute where one was asked for.
int call_start(void* call, void (*task)(void*), void* data);

// call_helpers is the number of XLA's own threads beside the calling one, at least 1.
int call_helpers(const ffi_call* call);
