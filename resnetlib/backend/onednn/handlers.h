// The handlers of XLA's custom calls.

#pragma once
#include <stddef.h>

// handlers_register registers the handlers with the plugin of this PJRT_Api: convolutions by the targets of rewrite.Kind, then norms by those of
// rewrite.NormKind. It returns 0, or 1 with a message.
int handlers_register(const void* api, const char* const targets[], char* message, size_t room);
