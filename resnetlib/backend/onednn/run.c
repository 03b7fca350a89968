//go:build linux && amd64 && cgo && !noxla

#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parallel.h"
#include "plan.h"
#include "winograd.h"

// room is memory that a thread keeps from one convolution to the next.
typedef struct {
  void* memory;
  size_t size;
} room;

// own is what a thread has to itself. It is found by pthread_getspecific, since Go's internal linker does not link C with __thread.
typedef struct {
  room scratch, kernel;
  dnnl_stream stream;
} own;

static pthread_key_t own_key;
static int own_error;  // 0, or the errno of making the key
static pthread_once_t own_once = PTHREAD_ONCE_INIT;

static void free_own(void* data) {
  own* o = data;
  if (o->stream) onednn.stream_destroy(o->stream);
  free(o->scratch.memory);
  free(o->kernel.memory);
  free(o);
}

static void make_key(void) { own_error = pthread_key_create(&own_key, free_own); }

// mine returns what the calling thread has to itself, or null where there is no memory.
static own* mine(void) {
  pthread_once(&own_once, make_key);
  if (own_error) return NULL;
  own* o = pthread_getspecific(own_key);
  if (o) return o;
  o = calloc(1, sizeof *o);
  if (o && (onednn.stream_create(&o->stream, onednn.engine, DNNL_STREAM_IN_ORDER) != DNNL_SUCCESS || pthread_setspecific(own_key, o))) {
    free_own(o);
    return NULL;
  }
  return o;
}

static void* grow(room* r, size_t size) {
  if (size <= r->size) return r->memory;
  free(r->memory);
  r->size = 0;
  if (posix_memalign(&r->memory, 64, size)) {
    r->memory = NULL;
    return NULL;
  }
  r->size = size;
  return r->memory;
}

// argument is one operand of a primitive.
typedef struct {
  int name;
  const struct dnnl_memory_desc* description;
  void* data;
} argument;

enum { NO_MEMORY = -1 };  // a status beside oneDNN's
enum { MAX_ARGUMENTS = 4 };

// execute runs a primitive in the calling thread.
static int execute(dnnl_primitive primitive, argument* arguments, int n, const struct dnnl_memory_desc* scratch, size_t scratch_size) {
  own* o = mine();
  dnnl_exec_arg given[MAX_ARGUMENTS + 1];
  argument last = {DNNL_ARG_SCRATCHPAD, scratch, NULL};
  if (!o || (scratch_size && !(last.data = grow(&o->scratch, scratch_size)))) return NO_MEMORY;
  int status = DNNL_SUCCESS, made = 0;
  for (int i = 0; i < n + (scratch_size > 0) && status == DNNL_SUCCESS; i++) {
    argument* a = i < n ? &arguments[i] : &last;
    given[i].arg = a->name;
    status = onednn.memory_create(&given[i].memory, a->description, onednn.engine, a->data);
    made += status == DNNL_SUCCESS;
  }
  if (status == DNNL_SUCCESS) {
    onednn_single();
    status = onednn.primitive_execute(primitive, o->stream, made, given);
  }
  for (int i = 0; i < made; i++) onednn.memory_destroy(given[i].memory);
  return status;
}

// work is one convolution that is being computed.
typedef struct {
  const plan* plan;
  const conv_workers* workers;
  char *x, *y, *kernel;
  size_t kernel_step;     // between the parts' kernels: 0 but for gradients
  float *scale, *shift;   // null for none
  char *reorder_from, *reorder_to;
} work;

// job is a part of the work that is divided into parts.
typedef struct {
  int (*run)(const work*, int part);
  const work* work;
  atomic_int status;  // that of a part that failed, or DNNL_SUCCESS
} job;

static void run_part(void* context, int i) {
  job* j = context;
  int status = j->run(j->work, i);
  if (status != DNNL_SUCCESS) atomic_store(&j->status, status);
}

// run_parts computes all parts, on up to as many threads.
static int run_parts(const work* w, int parts, int (*run)(const work*, int part)) {
  job j = {.run = run, .work = w};
  atomic_init(&j.status, DNNL_SUCCESS);
  return parallel_run(parts, parts - 1, w->workers, run_part, &j) ? NO_MEMORY : atomic_load(&j.status);
}

static int run_convolution(const work* w, int i) {
  static const int names[CONV_KINDS][3] = {{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                                           {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
                                           {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}};
  const part* p = &w->plan->part[i];
  const int* name = names[w->plan->kind];
  argument arguments[MAX_ARGUMENTS] = {{name[0], p->x, w->x + p->x_offset * sizeof(float)},
                                       {name[1], p->kernel, w->kernel + i * w->kernel_step},
                                       {name[2], p->y, w->y + p->y_offset * sizeof(float)},
                                       {DNNL_ARG_BIAS, w->plan->channels, w->shift}};
  return execute(p->primitive, arguments, w->shift ? 4 : 3, p->scratch, p->scratch_size);
}

static int run_reorder(const work* w, int i) {
  const reorder* r = &w->plan->reorder[i];
  argument arguments[MAX_ARGUMENTS] = {{DNNL_ARG_FROM, r->from, w->reorder_from},
                                       {DNNL_ARG_TO, r->to, w->reorder_to},
                                       {DNNL_ARG_SCALES | DNNL_ARG_FROM, r->factors, r->factors ? w->scale + r->first : NULL}};
  return execute(r->primitive, arguments, r->factors ? 3 : 2, r->scratch, r->scratch_size);
}

static int reorder_kernel(work* w, char* from, char* to) {
  w->reorder_from = from;
  w->reorder_to = to;
  return run_parts(w, w->plan->reorders, run_reorder);
}

// add_parts adds the gradients of the other parts to the first, always in the same order.
static void add_parts(const plan* p, char* kernel, size_t step) {
  float* sum = (float*)kernel;
  for (int i = 1; i < p->parts; i++) {
    const float* more = (const float*)(kernel + i * step);
    for (size_t k = 0; k < p->part[0].kernel_size / sizeof(float); k++) sum[k] += more[k];
  }
}

// run_with_kernel computes y, or the gradient of x.
static int run_with_kernel(work* w) {
  const plan* p = w->plan;
  if (p->reorders) {
    own* o = mine();
    char* ordered = o ? grow(&o->kernel, p->part[0].kernel_size) : NULL;
    if (!ordered) return NO_MEMORY;
    int status = reorder_kernel(w, w->kernel, ordered);
    if (status != DNNL_SUCCESS) return status;
    w->kernel = ordered;
  }
  return run_parts(w, p->parts, run_convolution);
}

// run_kernel_gradient computes a gradient of the kernel for each part, and their sum.
static int run_kernel_gradient(work* w) {
  const plan* p = w->plan;
  char* out = w->kernel;
  if (!p->reorders && p->parts == 1) return run_parts(w, 1, run_convolution);
  own* o = mine();
  w->kernel_step = (p->part[0].kernel_size + 63) & ~(size_t)63;
  w->kernel = o ? grow(&o->kernel, w->kernel_step * p->parts) : NULL;
  if (!w->kernel) return NO_MEMORY;
  int status = run_parts(w, p->parts, run_convolution);
  if (status != DNNL_SUCCESS) return status;
  add_parts(p, w->kernel, w->kernel_step);
  if (p->reorders) return reorder_kernel(w, w->kernel, out);
  memcpy(out, w->kernel, p->part[0].kernel_size);
  return DNNL_SUCCESS;
}

// copy_residual puts the residual where oneDNN's sum adds to it. XLA gives both the same memory.
static void copy_residual(const conv_shape* s, const conv_operands* o) {
  if (s->sum && o->in[CONV_RESIDUAL] != o->out) memcpy(o->out, o->in[CONV_RESIDUAL], s->batch * s->out_h * s->out_w * s->out_c * sizeof(float));
}

int conv_run(int kind, const conv_shape* s, const conv_operands* o, const conv_workers* workers, char* error) {
  if (winograd_fits(kind, s) && winograd_wins(s)) return winograd_run(kind, s, o, workers, error);
  const plan* p = plan_for(kind, s, error);
  if (!p) return 1;
  work w = {.plan = p, .workers = workers};
  w.x = (char*)(kind == CONV_INPUT_GRADIENT ? o->out : o->in[CONV_A]);
  w.y = (char*)(kind == CONV_FORWARD ? o->out : o->in[kind == CONV_INPUT_GRADIENT ? CONV_A : CONV_B]);
  w.kernel = (char*)(kind == CONV_KERNEL_GRADIENT ? o->out : o->in[CONV_B]);
  if (s->affine) {
    w.scale = (float*)o->in[CONV_SCALE];
    w.shift = (float*)o->in[CONV_SHIFT];
  }
  copy_residual(s, o);
  int status = kind == CONV_KERNEL_GRADIENT ? run_kernel_gradient(&w) : run_with_kernel(&w);
  if (status == DNNL_SUCCESS) return 0;
  if (status == NO_MEMORY) {
    snprintf(error, CONV_ERROR, "no memory for oneDNN's scratch space");
  } else {
    snprintf(error, CONV_ERROR, "oneDNN: computing: status %d", status);
  }
  return 1;
}
