//go:build linux && amd64 && cgo && !noxla

#include "handlers.h"

#include <stdio.h>
#include <string.h>

#include "call.h"
#include "conv.h"
#include "norm_handlers.h"

#define FIELD_END(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))

static const char* const kinds[CONV_KINDS] = {"convolution", "gradient by input of convolution", "gradient by kernel of convolution"};

// fits reports whether a buffer is what the numbers say.
static int fits(int type, const ffi_buffer* b, int kind, const conv_shape* s, int operand) {
  int64_t dims[4];
  conv_dims(kind, s, operand, dims);
  return type == FFI_BUFFER && b && b->type == FFI_FLOAT_32 && b->rank == 4 && b->data && !memcmp(b->dims, dims, sizeof dims);
}

// read_shape reads what the program says of the convolution. It returns 0, or 1 with an error's text.
static int read_shape(const ffi_call* call, int kind, conv_shape* s, char* error) {
  const ffi_array* sizes = call_attribute(call, "sizes", FFI_ARRAY);
  if (!sizes || sizes->type != FFI_SIGNED_64 || sizes->size != CONV_NUMBERS || !sizes->data) {
    snprintf(error, CONV_ERROR, "the program has other attributes than this version of the handler reads");
    return 1;
  }
  memcpy(s, sizes->data, sizeof *s);
  return conv_check(kind, s, error);
}

// read_operands takes the buffers, if they are what the program says of the convolution.
static int read_operands(const ffi_call* call, int kind, const conv_shape* s, conv_operands* o, char* error) {
  const ffi_operands *in = &call->arguments, *out = &call->results;
  int read = 0, good = out->size == 1 && fits(out->types[0], out->values[0], kind, s, CONV_INPUTS);
  for (int i = 0; i < CONV_INPUTS && good; i++) {
    if (!conv_has(s, i)) continue;
    good = read < in->size && fits(in->types[read], in->values[read], kind, s, i);
    if (good) o->in[i] = ((const ffi_buffer*)in->values[read++])->data;
  }
  if (good && read == in->size) {
    o->out = ((const ffi_buffer*)out->values[0])->data;
    return 0;
  }
  snprintf(error, CONV_ERROR, "the operands are not those that the program's sizes describe");
  return 1;
}

// explain returns an error with the layer's name and sizes.
static ffi_error* explain(const ffi_call* call, int kind, const conv_shape* s, int code, const char* error) {
  const ffi_text* layer = call_attribute(call, "layer", FFI_STRING);
  char message[CALL_MESSAGE];
  snprintf(message, sizeof message, "%s %.*s, %lld x %lldx%lldx%lld by %lldx%lld to %lldx%lldx%lld, stride %lldx%lld, groups %lld: %s", kinds[kind],
           layer && layer->size < 200 ? (int)layer->size : 0, layer ? layer->data : "", (long long)s->batch, (long long)s->in_h,
           (long long)s->in_w, (long long)s->in_c, (long long)s->kernel_h, (long long)s->kernel_w, (long long)s->out_h, (long long)s->out_w,
           (long long)s->out_c, (long long)s->stride_h, (long long)s->stride_w, (long long)s->groups, error);
  return call_fail(call, code, message);
}

static ffi_error* handle(ffi_call* call, int kind) {
  if (call_is_metadata(call)) return NULL;
  if (call->stage != FFI_EXECUTE) return NULL;
  char error[CONV_ERROR] = "";
  conv_shape s = {0};
  conv_operands operands = {0};
  if (read_shape(call, kind, &s, error) || read_operands(call, kind, &s, &operands, error)) return explain(call, kind, &s, FFI_INVALID_ARGUMENT, error);
  const conv_workers workers = {call_start, call, call_helpers(call)};
  if (conv_run(kind, &s, &operands, &workers, error)) return explain(call, kind, &s, FFI_INTERNAL, error);
  return NULL;
}

static ffi_error* forward(ffi_call* call) { return handle(call, CONV_FORWARD); }
static ffi_error* input_gradient(ffi_call* call) { return handle(call, CONV_INPUT_GRADIENT); }
static ffi_error* kernel_gradient(ffi_call* call) { return handle(call, CONV_KERNEL_GRADIENT); }

// say copies a plugin's error into message.
static void say(const pjrt_api* api, void* error, char* message, size_t room) {
  pjrt_error_message text = {{sizeof text, NULL}, error, NULL, 0};
  api->error_message(&text);
  snprintf(message, room, "%.*s", (int)(text.size < CALL_MESSAGE ? text.size : CALL_MESSAGE), text.message ? text.message : "");
  pjrt_error_destroy destroy = {{sizeof destroy, NULL}, error};
  api->error_destroy(&destroy);
}

int handlers_register(const void* table, const char* const targets[], char* message, size_t room) {
  const pjrt_api* api = table;
  const ffi_extension* e = api->head.extensions;
  while (e && e->type != PJRT_FFI) e = e->next;
  if (!e || e->struct_size < FIELD_END(pjrt_ffi, register_handler) || !((const pjrt_ffi*)e)->register_handler) {
    snprintf(message, room, "the plugin has no extension for custom calls");
    return 1;
  }
  static ffi_error* (*const handlers[])(ffi_call*) = {forward, input_gradient, kernel_gradient, norm_forward, norm_gradient};
  for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++) {
    pjrt_ffi_register r = {FIELD_END(pjrt_ffi_register, traits), targets[i], strlen(targets[i]), (void*)handlers[i], "Host", 4, 0};
    void* error = ((const pjrt_ffi*)e)->register_handler(&r);
    if (error) {
      say(api, error, message, room);
      return 1;
    }
  }
  return 0;
}
