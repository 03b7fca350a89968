#pragma once

#include <stddef.h>

// largeblocks_install redirects the calls of posix_memalign and free of a loaded library to the functions below. It returns NULL, or why it cannot;
// nothing is changed then.
const char* largeblocks_install(const char* path);

// largeblocks_take is posix_memalign; largeblocks_give is free.
int largeblocks_take(void** block, size_t alignment, size_t size);
void largeblocks_give(void* block);

typedef struct {
  long long bytes, mapped, reused;
} largeblocks_usage;

largeblocks_usage largeblocks_read(void);
