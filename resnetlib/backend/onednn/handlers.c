//go:build linux && amd64 && cgo && !noxla

#include "handlers.h"

#include <stdio.h>
#include <string.h>

#include "conv.h"
#include "ffi.h"

enum { MESSAGE = 1024 };

#define FIELD_END(type, field) (offsetof(type, field) + sizeof(((type*)0)->field))

static const char* const kinds[CONV_KINDS] = {"convolution", "gradient by input of convolution", "gradient by kernel of convolution"};

static ffi_error* fail(const ffi_call* call, int code, const char* message) {
  ffi_error_create create = {{FIELD_END(ffi_error_create, code), NULL}, message, code};
  return call->api->error_create(&create);
}

// drop frees an error. It returns 1 if there was one.
static int drop(const ffi_call* call, ffi_error* error) {
  if (!error) return 0;
  ffi_error_destroy destroy = {{sizeof destroy, NULL}, error};
  call->api->error_destroy(&destroy);
  return 1;
}

// start gives a task to XLA's own threads. A pool of one thread gets none: the handler may have been called from outside the pool, and then two
// threads would compute where one was asked for.
static int start(void* context, void (*task)(void*), void* data) {
  const ffi_call* call = context;
  if (call->api->head.struct_size < FIELD_END(ffi_api, count) || !call->api->schedule || !call->api->count) return 1;
  int64_t threads = 0;
  ffi_count count = {{sizeof count, NULL}, call->context, &threads};
  if (drop(call, call->api->count(&count)) || threads < 2) return 1;
  ffi_schedule schedule = {{sizeof schedule, NULL}, call->context, task, data};
  return drop(call, call->api->schedule(&schedule));
}

// attribute finds an attribute by its name and type.
static void* attribute(const ffi_call* call, const char* name, int type) {
  const ffi_attributes* all = &call->attributes;
  for (int64_t i = 0; i < all->size; i++) {
    const ffi_text* n = all->names[i];
    if (n->size == strlen(name) && !memcmp(n->data, name, n->size)) return all->types[i] == type ? all->values[i] : NULL;
  }
  return NULL;
}

// fits reports whether a buffer is what the numbers say.
static int fits(int type, const ffi_buffer* b, int kind, const conv_shape* s, int operand) {
  int64_t dims[4];
  conv_dims(kind, s, operand, dims);
  return type == FFI_BUFFER && b && b->type == FFI_FLOAT_32 && b->rank == 4 && b->data && !memcmp(b->dims, dims, sizeof dims);
}

// read_shape reads what the program says of the convolution. It returns 0, or 1 with an error's text.
static int read_shape(const ffi_call* call, int kind, conv_shape* s, char* error) {
  const ffi_array* sizes = attribute(call, "sizes", FFI_ARRAY);
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
  const ffi_text* layer = attribute(call, "layer", FFI_STRING);
  char message[MESSAGE];
  snprintf(message, sizeof message, "%s %.*s, %lld x %lldx%lldx%lld by %lldx%lld to %lldx%lldx%lld, stride %lldx%lld, groups %lld: %s", kinds[kind],
           layer && layer->size < 200 ? (int)layer->size : 0, layer ? layer->data : "", (long long)s->batch, (long long)s->in_h,
           (long long)s->in_w, (long long)s->in_c, (long long)s->kernel_h, (long long)s->kernel_w, (long long)s->out_h, (long long)s->out_w,
           (long long)s->out_c, (long long)s->stride_h, (long long)s->stride_w, (long long)s->groups, error);
  return fail(call, code, message);
}

static ffi_error* handle(ffi_call* call, int kind) {
  if (call->head.extensions && call->head.extensions->type == FFI_METADATA) {
    ffi_version* version = &((ffi_metadata_extension*)call->head.extensions)->metadata->version;
    version->major = 0;
    version->minor = 1;
    return NULL;
  }
  if (call->stage != FFI_EXECUTE) return NULL;
  char error[CONV_ERROR] = "";
  conv_shape s = {0};
  conv_operands operands = {0};
  if (read_shape(call, kind, &s, error) || read_operands(call, kind, &s, &operands, error)) return explain(call, kind, &s, FFI_INVALID_ARGUMENT, error);
  const conv_workers workers = {start, call};
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
  snprintf(message, room, "%.*s", (int)(text.size < MESSAGE ? text.size : MESSAGE), text.message ? text.message : "");
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
  static ffi_error* (*const handlers[CONV_KINDS])(ffi_call*) = {forward, input_gradient, kernel_gradient};
  for (int kind = 0; kind < CONV_KINDS; kind++) {
    pjrt_ffi_register r = {FIELD_END(pjrt_ffi_register, traits), targets[kind], strlen(targets[kind]), (void*)handlers[kind], "Host", 4, 0};
    void* error = ((const pjrt_ffi*)e)->register_handler(&r);
    if (error) {
      say(api, error, message, room);
      return 1;
    }
  }
  return 0;
}
