// Plans: the primitives for a convolution of certain sizes, made once and kept.

#pragma once
#include "conv.h"
#include "library.h"

enum { MAX_PARTS = 2 };

// part is a share of a convolution's work: some of the pictures, or some rows of one.
typedef struct {
  conv_shape shape;
  size_t x_offset, y_offset;  // where the part's x and y begin, in elements
  dnnl_primitive primitive;
  dnnl_primitive_desc description;        // owns the three below
  const struct dnnl_memory_desc* kernel;  // the kernel as the primitive wants it
  const struct dnnl_memory_desc* scratch;
  size_t kernel_size, scratch_size;       // bytes
  dnnl_memory_desc x, y;
} part;

// reorder brings some of the kernel's output channels into oneDNN's order, or of its gradient back into the program's.
typedef struct {
  dnnl_primitive primitive;
  dnnl_primitive_desc description;  // owns scratch
  const struct dnnl_memory_desc* scratch;
  size_t scratch_size;                // bytes
  dnnl_memory_desc from, to, factors;  // factors: null for none
  size_t first;                       // the first output channel
} reorder;

typedef struct plan {
  int kind;
  conv_shape shape;
  int parts;
  part part[MAX_PARTS];
  dnnl_memory_desc program_kernel;  // the kernel as the program has it
  dnnl_memory_desc channels;        // a value for each channel of y: the scale, and the shift; null where there are none
  int reorders;                     // 0 where there is nothing to do
  reorder reorder[MAX_PARTS];
  struct plan* next;
} plan;

// plan_for returns the plan for a convolution, or null with an error's text.
plan* plan_for(int kind, const conv_shape* s, char* error);

// plan_split divides a convolution into parts by its numbers alone and returns how many they are. It fills in shape and the offsets.
int plan_split(int kind, const conv_shape* s, part parts[MAX_PARTS]);

// plan_make_reorders makes the kernel's reorders, in one part where oneDNN cannot divide its order of the kernel. It returns 0 with an error's text,
// or 1.
int plan_make_reorders(plan* p, dnnl_primitive_attr attributes, char* error);

void plan_destroy_reorders(plan* p);
