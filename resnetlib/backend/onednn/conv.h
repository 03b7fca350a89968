// Convolutions of float32 values in [N, H, W, C] by oneDNN, with their gradients.

#pragma once
#include <stddef.h>
#include <stdint.h>

// What is computed, in the order of rewrite.Kind, and the operands: (x, kernel) -> y, (gradient of y, kernel) -> gradient of x,
// (x, gradient of y) -> gradient of the kernel.
enum { CONV_FORWARD, CONV_INPUT_GRADIENT, CONV_KERNEL_GRADIENT, CONV_KINDS };

// conv_shape is what rewrite.Conv.Numbers gives. All three kinds have the sizes of the layer itself.
typedef struct {
  int64_t batch, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, stride_h, stride_w;
  int64_t top, left, bottom, right;  // padding
  int64_t groups;
  int64_t kernel_oi;  // order of the kernel's axes: 0 [h, w, in/groups, out], 1 [h, w, out/groups, in]
  // What follows the convolution and is computed with it, in this order, each 0 or 1: y * scale + shift by channel, y + residual, max(0, y).
  int64_t affine, sum, relu;
} conv_shape;

enum { CONV_NUMBERS = sizeof(conv_shape) / sizeof(int64_t) };

enum { CONV_ERROR = 256 };  // room for an error's text

// conv_operands are the values, by name: in a call they stand in this order, without those that the shape does not have.
enum { CONV_A, CONV_B, CONV_SCALE, CONV_SHIFT, CONV_RESIDUAL, CONV_INPUTS };
typedef struct {
  const float* in[CONV_INPUTS];
  float* out;  // may be the residual's own memory, and overlaps no other operand
} conv_operands;

// conv_workers is where a part of the work may be given to another thread. start returns 0 if task(data) will be called, now or later.
typedef struct {
  int (*start)(void* context, void (*task)(void*), void* data);
  void* context;
  int most;  // threads that may help
} conv_workers;

// conv_check returns 0, or 1 with an error's text for numbers that contradict each other. conv_run wants numbers that passed.
int conv_check(int kind, const conv_shape* s, char* error);

// conv_has tells whether a call has an input.
int conv_has(const conv_shape* s, int input);

// conv_dims writes the shape of an input, or that of the result for CONV_INPUTS.
void conv_dims(int kind, const conv_shape* s, int operand, int64_t dims[4]);

// conv_run computes the result. It returns 0, or 1 with an error's text. The result's bytes depend on the processor and the numbers alone, not
// on the number of threads that help.
int conv_run(int kind, const conv_shape* s, const conv_operands* operands, const conv_workers* workers, char* error);
