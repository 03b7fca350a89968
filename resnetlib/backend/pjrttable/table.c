//go:build linux && cgo && !noxla

#include "table.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

const pjrt_table* pjrttable_open(const char* path, const char** message) {
  void* library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);  // as go-xla does
  if (!library) {
    const char* error = dlerror();
    *message = error ? error : "it cannot be loaded";
    return NULL;
  }
  const pjrt_table* (*get)(void) = (const pjrt_table* (*)(void))dlsym(library, "GetPjrtApi");
  if (!get) {
    *message = "it has no function GetPjrtApi";
    return NULL;
  }
  const pjrt_table* table = get();
  if (!table) *message = "its GetPjrtApi gives no table";
  return table;
}

pjrt_table* pjrttable_copy(const pjrt_table* own) {
  pjrt_table* copy = malloc(own->struct_size);
  if (!copy) return NULL;
  memcpy(copy, own, own->struct_size);
  copy->functions[CLIENT_CREATE] = pjrttableClientCreate;
  copy->functions[CLIENT_COMPILE] = pjrttableClientCompile;
  return copy;
}

void* pjrttable_call(void* function, void* args) { return ((void* (*)(void*))function)(args); }

void pjrttable_trim(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

void pjrttable_free(void (*deleter)(void*), void* serialized) { deleter(serialized); }
