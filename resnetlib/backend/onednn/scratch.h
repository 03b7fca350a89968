// Scratch memory that convolutions share: as many blocks as are in use at once, not one for each thread that has ever computed.

#pragma once
#include <stddef.h>

// scratch is a block of memory, aligned to a cache line.
typedef struct scratch {
  void* memory;
  size_t size;
  struct scratch* next;
} scratch;

// scratch_take returns a block of at least size bytes, or null where there is no memory. Its contents are arbitrary. scratch_give takes it back.
scratch* scratch_take(size_t size);
void scratch_give(scratch* s);
