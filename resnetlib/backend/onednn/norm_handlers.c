//go:build linux && amd64 && cgo && !noxla

#include "norm_handlers.h"

#include <stdio.h>
#include <string.h>

#include "call.h"
#include "norm.h"

static const char* const kinds[NORM_KINDS] = {"batch norm", "gradient of batch norm"};

// fits reports whether a buffer has all pixels of all channels, or one value a channel.
static int fits(int type, const ffi_buffer* b, const norm_shape* s, int large) {
  if (type != FFI_BUFFER || !b || b->type != FFI_FLOAT_32 || b->rank < 1 || !b->data || b->dims[b->rank - 1] != s->channels) return 0;
  int64_t pixels = 1;
  for (int64_t i = 0; i < b->rank - 1; i++) {
    if (b->dims[i] < 1 || pixels > s->pixels / b->dims[i]) return 0;
    pixels *= b->dims[i];
  }
  return large ? pixels == s->pixels : b->rank == 1;
}

// check_buffers reports whether the operands or results are those that the program's sizes describe.
static int check_buffers(const ffi_operands* all, int kind, const norm_shape* s, int result) {
  int n = result ? norm_results(kind, s->follows) : norm_inputs(kind, s->follows);
  if (all->size != n) return 0;
  for (int i = 0; i < n; i++) {
    if (!fits(all->types[i], all->values[i], s, norm_is_large(kind, s->follows, result, i))) return 0;
  }
  return 1;
}

// read reads what the program says of the norm, and compares the buffers with it. It returns 0, or 1 with an error's text.
static int read(const ffi_call* call, int kind, norm_shape* s, float* epsilon, char* error) {
  const ffi_array* sizes = call_attribute(call, "sizes", FFI_ARRAY);
  const ffi_scalar* e = call_attribute(call, "epsilon", FFI_SCALAR);
  if (!sizes || sizes->type != FFI_SIGNED_64 || sizes->size != NORM_NUMBERS || !sizes->data || !e || e->type != FFI_FLOAT_32 || !e->value) {
    snprintf(error, CONV_ERROR, "the program has other attributes than this version of the handler reads");
    return 1;
  }
  memcpy(s, sizes->data, sizeof *s);
  memcpy(epsilon, e->value, sizeof *epsilon);
  if (norm_check(s, error)) return 1;
  if (check_buffers(&call->arguments, kind, s, 0) && check_buffers(&call->results, kind, s, 1)) return 0;
  snprintf(error, CONV_ERROR, "the operands are not those that the program's sizes describe");
  return 1;
}

// explain returns an error with the layer's name and sizes.
static ffi_error* explain(const ffi_call* call, int kind, const norm_shape* s, int code, const char* error) {
  const ffi_text* layer = call_attribute(call, "layer", FFI_STRING);
  char message[CALL_MESSAGE];
  snprintf(message, sizeof message, "%s %.*s, %lld pixels of %lld channels: %s", kinds[kind], layer && layer->size < 200 ? (int)layer->size : 0,
           layer ? layer->data : "", (long long)s->pixels, (long long)s->channels, error);
  return call_fail(call, code, message);
}

static ffi_error* handle(ffi_call* call, int kind) {
  if (call_is_metadata(call) || call->stage != FFI_EXECUTE) return NULL;
  char error[CONV_ERROR] = "";
  norm_shape s = {0};
  float epsilon;
  if (read(call, kind, &s, &epsilon, error)) return explain(call, kind, &s, FFI_INVALID_ARGUMENT, error);
  const float* in[NORM_MOST_INPUTS];
  float* out[NORM_MOST_RESULTS];
  for (int64_t i = 0; i < call->arguments.size; i++) in[i] = ((const ffi_buffer*)call->arguments.values[i])->data;
  for (int64_t i = 0; i < call->results.size; i++) out[i] = ((const ffi_buffer*)call->results.values[i])->data;
  const conv_workers workers = {call_start, call};
  if (norm_run(kind, &s, epsilon, norm_best(), in, out, call_helpers(call), &workers, error)) return explain(call, kind, &s, FFI_INTERNAL, error);
  return NULL;
}

ffi_error* norm_forward(ffi_call* call) { return handle(call, NORM_FORWARD); }
ffi_error* norm_gradient(ffi_call* call) { return handle(call, NORM_GRADIENT); }
