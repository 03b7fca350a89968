//go:build linux && amd64 && cgo && !noxla

#include "call.h"

#include <string.h>

#define FIELD_END(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))

int call_is_metadata(const ffi_call* call) {
  if (!call->head.extensions || call->head.extensions->type != FFI_METADATA) return 0;
  ffi_version* version = &((ffi_metadata_extension*)call->head.extensions)->metadata->version;
  version->major = 0;
  version->minor = 1;
  return 1;
}

void* call_attribute(const ffi_call* call, const char* name, int type) {
  const ffi_attributes* all = &call->attributes;
  for (int64_t i = 0; i < all->size; i++) {
    const ffi_text* n = all->names[i];
    if (n->size == strlen(name) && !memcmp(n->data, name, n->size)) return all->types[i] == type ? all->values[i] : NULL;
  }
  return NULL;
}

ffi_error* call_fail(const ffi_call* call, int code, const char* message) {
  ffi_error_create create = {{FIELD_END(ffi_error_create, code), NULL}, message, code};
  return call->api->error_create(&create);
}

// destroy drops an error of XLA's and reports whether there was one.
static int destroy(const ffi_call* call, ffi_error* error) {
  if (!error) return 0;
  ffi_error_destroy destroy = {{sizeof destroy, NULL}, error};
  call->api->error_destroy(&destroy);
  return 1;
}

// pool_size returns the number of XLA's own threads, 0 where XLA does not tell.
static int pool_size(const ffi_call* call) {
  int64_t threads = 0;
  ffi_threads question = {{FIELD_END(ffi_threads, count), NULL}, call->context, &threads};
  if (call->api->head.struct_size < FIELD_END(ffi_api, threads) || !call->api->threads || !call->api->schedule) return 0;
  if (destroy(call, call->api->threads(&question)) || threads < 1) return 0;
  return threads > 64 ? 64 : (int)threads;
}

int call_start(void* context, void (*task)(void*), void* data) {
  const ffi_call* call = context;
  if (pool_size(call) < 2) return 1;
  ffi_schedule schedule = {{sizeof schedule, NULL}, call->context, task, data};
  return destroy(call, call->api->schedule(&schedule));
}

int call_helpers(const ffi_call* call) {
  int threads = pool_size(call);
  return threads < 2 ? 1 : threads - 1;
}
