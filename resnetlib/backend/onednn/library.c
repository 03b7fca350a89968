//go:build linux && amd64 && cgo && !noxla

#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <stdio.h>

onednn_functions onednn;

int onednn_open(const char* path, char* message, size_t room) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    snprintf(message, room, "%s", why ? why : "dlopen says no reason");
    return 1;
  }
  onednn_functions found;
#define FIND(name, result, arguments)                            \
  found.name = (result(*) arguments)dlsym(library, "dnnl_" #name); \
  if (!found.name) {                                             \
    snprintf(message, room, "it has no function dnnl_" #name);   \
    dlclose(library);                                            \
    return 1;                                                    \
  }
  DNNL_FUNCTIONS(FIND)
#undef FIND
  const dnnl_version_numbers* v = found.version();
  if (v->major != DNNL_MAJOR) {
    snprintf(message, room, "it is oneDNN %d.%d.%d, %d.x is needed", v->major, v->minor, v->patch, DNNL_MAJOR);
    dlclose(library);
    return 1;
  }
  // Of libgomp, which the library is linked with. Another flavour of oneDNN would start threads of its own.
  found.omp_set_num_threads = (void (*)(int))dlsym(library, "omp_set_num_threads");
  if (!found.omp_set_num_threads) {
    snprintf(message, room, "it is not built with OpenMP (no function omp_set_num_threads)");
    dlclose(library);
    return 1;
  }
  int status = found.engine_create(&found.engine, DNNL_ENGINE_CPU, 0);
  if (status != DNNL_SUCCESS) {
    snprintf(message, room, "dnnl_engine_create returns status %d", status);
    dlclose(library);
    return 1;
  }
  onednn = found;
  return 0;
}

dnnl_version_numbers onednn_library_version(void) { return *onednn.version(); }

void onednn_single(void) { onednn.omp_set_num_threads(1); }
