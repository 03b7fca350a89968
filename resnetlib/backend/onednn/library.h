// The opened library: its functions and its engine. One for the process.

#pragma once
#include <stddef.h>

#include "dnnl.h"

#define DNNL_DECLARE(name, result, arguments) result(*name) arguments;
typedef struct {
  DNNL_FUNCTIONS(DNNL_DECLARE)
  void (*omp_set_num_threads)(int);
  dnnl_engine engine;
} onednn_functions;

extern onednn_functions onednn;

// onednn_open opens the library at path and fills in onednn. It returns 0, or 1 with a message. It may be called again after an error only.
int onednn_open(const char* path, char* message, size_t room);

// onednn_library_version returns the version of the opened library.
dnnl_version_numbers onednn_library_version(void);

// onednn_single says that what the calling thread does next in the library takes no other thread.
void onednn_single(void);
