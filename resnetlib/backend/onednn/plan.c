//go:build linux && amd64 && cgo && !noxla

#include "plan.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Plans stay for the life of the process, as the programs do that they belong to.
static plan* plans;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Descriptors that making a plan needs and the plan does not.
typedef struct {
  dnnl_primitive_attr attributes, reorder_attributes;
  dnnl_post_ops after;
  dnnl_memory_desc any_kernel;
  dnnl_primitive_desc forward;
} temporary;

// try reports a status that is not success.
static int try(int status, const char* what, char* error) {
  if (status == DNNL_SUCCESS) return 1;
  snprintf(error, CONV_ERROR, "oneDNN: %s: status %d", what, status);
  return 0;
}

// describe_activation makes the descriptor of [n, h, w, c], whose axes oneDNN names n, c, h, w.
static int describe_activation(dnnl_memory_desc* d, int64_t n, int64_t h, int64_t w, int64_t c, char* error) {
  dnnl_dims dims = {n, c, h, w}, strides = {h * w * c, 1, w * c, c};
  return try(onednn.memory_desc_create_with_strides(d, 4, dims, DNNL_FLOAT32, strides), "describing an activation", error);
}

// describe_kernel makes two descriptors of the kernel: one for oneDNN to choose the order, one for the program's order. oneDNN's axes are
// (groups, if more than one,) out, in, height, width.
static int describe_kernel(const conv_shape* s, dnnl_memory_desc* any, dnnl_memory_desc* own, char* error) {
  int64_t in = s->in_c / s->groups, out = s->out_c / s->groups;
  int64_t last = s->kernel_oi ? s->in_c : s->out_c, pixel = (s->kernel_oi ? out : in) * last;
  dnnl_dims dims = {s->groups, out, in, s->kernel_h, s->kernel_w};
  dnnl_dims strides = {s->kernel_oi ? in : out, s->kernel_oi ? last : 1, s->kernel_oi ? 1 : last, s->kernel_w * pixel, pixel};
  int skip = s->groups == 1;
  return try(onednn.memory_desc_create_with_tag(any, 5 - skip, dims + skip, DNNL_FLOAT32, DNNL_FORMAT_ANY), "describing a kernel", error) &&
         try(onednn.memory_desc_create_with_strides(own, 5 - skip, dims + skip, DNNL_FLOAT32, strides + skip), "describing a kernel", error);
}

// describe_convolution makes the part's primitive descriptor. A gradient's takes that of the forward convolution.
static int describe_convolution(int kind, part* p, dnnl_memory_desc bias, temporary* t, char* error) {
  const conv_shape* s = &p->shape;
  dnnl_dims strides = {s->stride_h, s->stride_w}, dilations = {0, 0}, before = {s->top, s->left}, after = {s->bottom, s->right};
  if (!try(onednn.convolution_forward_primitive_desc_create(&t->forward, onednn.engine, DNNL_FORWARD_TRAINING, DNNL_CONVOLUTION_DIRECT, p->x,
                                                            t->any_kernel, bias, p->y, strides, dilations, before, after, t->attributes),
           "describing the convolution", error)) {
    return 0;
  }
  switch (kind) {
    case CONV_INPUT_GRADIENT:
      return try(onednn.convolution_backward_data_primitive_desc_create(&p->description, onednn.engine, DNNL_CONVOLUTION_DIRECT, p->x,
                                                                        t->any_kernel, p->y, strides, dilations, before, after, t->forward,
                                                                        t->attributes),
                 "describing the gradient by the input", error);
    case CONV_KERNEL_GRADIENT:
      return try(onednn.convolution_backward_weights_primitive_desc_create(&p->description, onednn.engine, DNNL_CONVOLUTION_DIRECT, p->x,
                                                                           t->any_kernel, NULL, p->y, strides, dilations, before, after,
                                                                           t->forward, t->attributes),
                 "describing the gradient by the kernel", error);
  }
  p->description = t->forward;
  t->forward = NULL;
  return 1;
}

// make_part makes the part's primitive.
static int make_part(int kind, part* p, dnnl_memory_desc bias, temporary* t, char* error) {
  const conv_shape* s = &p->shape;
  int ok = describe_activation(&p->x, s->batch, s->in_h, s->in_w, s->in_c, error) &&
           describe_activation(&p->y, s->batch, s->out_h, s->out_w, s->out_c, error) && describe_convolution(kind, p, bias, t, error) &&
           try(onednn.primitive_create(&p->primitive, p->description), "making the primitive", error);
  if (t->forward) onednn.primitive_desc_destroy(t->forward);
  t->forward = NULL;
  if (!ok) return 0;
  p->kernel = onednn.primitive_desc_query_md(p->description, kind == CONV_KERNEL_GRADIENT ? DNNL_QUERY_DIFF_WEIGHTS : DNNL_QUERY_WEIGHTS, 0);
  p->scratch = onednn.primitive_desc_query_md(p->description, DNNL_QUERY_SCRATCHPAD, 0);
  p->kernel_size = p->kernel ? onednn.memory_desc_get_size(p->kernel) : 0;
  p->scratch_size = p->scratch ? onednn.memory_desc_get_size(p->scratch) : 0;
  if (p->kernel_size) return 1;
  snprintf(error, CONV_ERROR, "oneDNN: the primitive says no kernel");
  return 0;
}

// make_parts makes the primitives of all parts. All have the kernel in one order: that of the first part, since it is reordered once.
static int make_parts(plan* p, temporary* t, char* error) {
  for (int i = 0; i < p->parts; i++) {
    if (!make_part(p->kind, &p->part[i], p->channels, t, error)) return 0;
    if (!onednn.memory_desc_equal(p->part[i].kernel, p->part[0].kernel)) return -1;
  }
  return 1;
}

static void destroy_parts(plan* p) {
  for (int i = 0; i < MAX_PARTS; i++) {
    if (p->part[i].primitive) onednn.primitive_destroy(p->part[i].primitive);
    if (p->part[i].description) onednn.primitive_desc_destroy(p->part[i].description);
    if (p->part[i].x) onednn.memory_desc_destroy(p->part[i].x);
    if (p->part[i].y) onednn.memory_desc_destroy(p->part[i].y);
  }
}

static void destroy(plan* p) {
  destroy_parts(p);
  plan_destroy_reorders(p);
  if (p->program_kernel) onednn.memory_desc_destroy(p->program_kernel);
  if (p->channels) onednn.memory_desc_destroy(p->channels);
  free(p);
}

static int make_attributes(dnnl_primitive_attr* attributes, char* error) {
  return try(onednn.primitive_attr_create(attributes), "making attributes", error) &&
         try(onednn.primitive_attr_set_scratchpad_mode(*attributes, DNNL_SCRATCHPAD_USER), "setting an attribute", error);
}

// The slope of ReLU for negative numbers. With 0 oneDNN turns NaN into 0. Denormal numbers count as 0 where it runs, so this is a 0 that keeps NaN; it
// is negative, so that negative numbers become 0 and not -0.
static const float relu_slope = -1e-45f;

// describe_after says what follows the convolution. Multiplying y by the scale is multiplying the kernel by it, which costs nothing in the reorder;
// the shift is a bias.
static int describe_after(plan* p, temporary* t, char* error) {
  const conv_shape* s = &p->shape;
  dnnl_dims channels = {s->out_c};
  int out_axes = s->groups == 1 ? 1 : 3;  // bits of the kernel's axes that make up y's channels
  if (s->affine &&
      (!try(onednn.memory_desc_create_with_tag(&p->channels, 1, channels, DNNL_FLOAT32, DNNL_FORMAT_A), "describing a shift", error) ||
       !try(onednn.primitive_attr_set_scales_mask(t->reorder_attributes, DNNL_ARG_FROM, out_axes), "setting a scale", error))) {
    return 0;
  }
  if (!s->sum && !s->relu) return 1;
  return try(onednn.post_ops_create(&t->after), "making post-operations", error) &&
         (!s->sum || try(onednn.post_ops_append_sum(t->after, 1, 0, DNNL_FLOAT32), "adding a sum", error)) &&
         (!s->relu || try(onednn.post_ops_append_eltwise(t->after, DNNL_ELTWISE_RELU, relu_slope, 0), "adding a ReLU", error)) &&
         try(onednn.primitive_attr_set_post_ops(t->attributes, t->after), "setting post-operations", error);
}

// fill makes all that is in a plan.
static int fill(plan* p, temporary* t, char* error) {
  if (!make_attributes(&t->attributes, error) || !make_attributes(&t->reorder_attributes, error) || !describe_after(p, t, error) ||
      !describe_kernel(&p->shape, &t->any_kernel, &p->program_kernel, error)) {
    return 0;
  }
  p->parts = plan_split(p->kind, &p->shape, p->part);
  int made = make_parts(p, t, error);
  if (made < 0) {  // parts of different sizes may want the kernel in different orders: the work stays whole
    destroy_parts(p);
    memset(p->part, 0, sizeof p->part);
    p->part[0].shape = p->shape;
    p->parts = 1;
    made = make_parts(p, t, error);
  }
  return made && plan_make_reorders(p, t->reorder_attributes, error);
}

static plan* make(int kind, const conv_shape* s, char* error) {
  plan* p = calloc(1, sizeof *p);
  if (!p) {
    snprintf(error, CONV_ERROR, "no memory for a plan");
    return NULL;
  }
  p->kind = kind;
  p->shape = *s;
  temporary t = {0};
  onednn_single();
  int ok = fill(p, &t, error);
  if (t.any_kernel) onednn.memory_desc_destroy(t.any_kernel);
  if (t.attributes) onednn.primitive_attr_destroy(t.attributes);
  if (t.reorder_attributes) onednn.primitive_attr_destroy(t.reorder_attributes);
  if (t.after) onednn.post_ops_destroy(t.after);
  if (ok) return p;
  destroy(p);
  return NULL;
}

plan* plan_for(int kind, const conv_shape* s, char* error) {
  pthread_mutex_lock(&lock);
  plan* p = plans;
  while (p && (p->kind != kind || memcmp(&p->shape, s, sizeof *s))) p = p->next;
  if (!p && (p = make(kind, s, error))) {
    p->next = plans;
    plans = p;
  }
  pthread_mutex_unlock(&lock);
  return p;
}
