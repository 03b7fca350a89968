//go:build linux && amd64 && cgo && !noxla

#include <stdio.h>
#include <string.h>

#include "plan.h"

// Kernels below this size are reordered by one thread: giving a part to another takes longer. At 3x3x512x512 two take half of the time of one.
static const size_t split_kernel = 1 << 18;

// whole_blocks is a number of channels that no order of oneDNN's divides.
enum { WHOLE_BLOCKS = 64 };

// split_channels divides the kernel's output channels by its numbers alone. It writes where each part begins and returns how many they are.
static int split_channels(const plan* p, int64_t first[MAX_PARTS + 1]) {
  const conv_shape* s = &p->shape;
  int64_t unit = s->groups > 1 ? s->out_c / s->groups : WHOLE_BLOCKS, half = (s->out_c / 2 + unit - 1) / unit * unit;
  first[0] = 0;
  first[1] = first[2] = s->out_c;
  if (p->part[0].kernel_size < split_kernel || half >= s->out_c) return 1;
  first[1] = half;
  return 2;
}

// describe_channels makes the descriptor of the output channels first to end of a kernel.
static int describe_channels(const conv_shape* s, dnnl_memory_desc* d, const struct dnnl_memory_desc* kernel, int64_t first, int64_t end) {
  int skip = s->groups == 1;
  int64_t out = s->out_c / s->groups;
  dnnl_dims sizes = {s->groups, out, s->in_c / s->groups, s->kernel_h, s->kernel_w}, offsets = {0};
  if (skip) {
    sizes[1] = end - first;
    offsets[1] = first;
  } else {
    sizes[0] = (end - first) / out;
    offsets[0] = first / out;
  }
  return onednn.memory_desc_create_submemory(d, kernel, sizes + skip, offsets + skip) == DNNL_SUCCESS;
}

// make_reorder makes the primitive that brings channels of the kernel into oneDNN's order, or of its gradient back into the program's.
static int make_reorder(const plan* p, reorder* r, int64_t first, int64_t end, dnnl_primitive_attr attributes) {
  int back = p->kind == CONV_KERNEL_GRADIENT;
  dnnl_dims channels = {end - first};
  r->first = first;
  if (!describe_channels(&p->shape, back ? &r->to : &r->from, p->program_kernel, first, end) ||
      !describe_channels(&p->shape, back ? &r->from : &r->to, p->part[0].kernel, first, end) ||
      (p->channels && onednn.memory_desc_create_with_tag(&r->factors, 1, channels, DNNL_FLOAT32, DNNL_FORMAT_A) != DNNL_SUCCESS) ||
      onednn.reorder_primitive_desc_create(&r->description, r->from, onednn.engine, r->to, onednn.engine, attributes) != DNNL_SUCCESS ||
      onednn.primitive_create(&r->primitive, r->description) != DNNL_SUCCESS) {
    return 0;
  }
  r->scratch = onednn.primitive_desc_query_md(r->description, DNNL_QUERY_SCRATCHPAD, 0);
  r->scratch_size = r->scratch ? onednn.memory_desc_get_size(r->scratch) : 0;
  return 1;
}

void plan_destroy_reorders(plan* p) {
  for (int i = 0; i < MAX_PARTS; i++) {
    reorder* r = &p->reorder[i];
    if (r->primitive) onednn.primitive_destroy(r->primitive);
    if (r->description) onednn.primitive_desc_destroy(r->description);
    if (r->from) onednn.memory_desc_destroy(r->from);
    if (r->to) onednn.memory_desc_destroy(r->to);
    if (r->factors) onednn.memory_desc_destroy(r->factors);
  }
  memset(p->reorder, 0, sizeof p->reorder);
}

int plan_make_reorders(plan* p, dnnl_primitive_attr attributes, char* error) {
  int64_t first[MAX_PARTS + 1];
  if (!p->channels && onednn.memory_desc_equal(p->program_kernel, p->part[0].kernel)) return 1;
  p->reorders = split_channels(p, first);
  int made = 0;
  while (made < p->reorders && make_reorder(p, &p->reorder[made], first[made], first[made + 1], attributes)) made++;
  if (made == p->reorders) return 1;
  plan_destroy_reorders(p);
  p->reorders = 1;
  if (make_reorder(p, &p->reorder[0], 0, p->shape.out_c, attributes)) return 1;
  snprintf(error, CONV_ERROR, "oneDNN: making the kernel's reorder");
  return 0;
}
