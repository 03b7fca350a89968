// The handlers of batch norm and of its gradient.

#pragma once
#include "ffi.h"

ffi_error* norm_forward(ffi_call* call);
ffi_error* norm_gradient(ffi_call* call);
