// Batch norm of float32 values in [pixels, channels] in training, with its gradient, and with the ReLU and the residual sum behind it.

#pragma once
#include "conv.h"
#include "norm_loops.h"

enum { NORM_FORWARD, NORM_GRADIENT, NORM_KINDS };

// What follows the batch norm.
enum { NORM_PLAIN, NORM_RELU, NORM_ADD_RELU, NORM_FOLLOWS };

// norm_shape is what rewrite.Norm.Numbers gives.
typedef struct {
  int64_t pixels;  // of all pictures
  int64_t channels;
  int64_t follows;
} norm_shape;

enum { NORM_NUMBERS = sizeof(norm_shape) / sizeof(int64_t) };

// Operands. A channel has one value of scale, offset, mean and variance. The variance is divided by the number of pixels.
//
//   NORM_FORWARD   y = relu((x - mean) / sqrt(variance + epsilon) * scale + offset + residual)
//   NORM_GRADIENT  v is the gradient by y; the gradients by x, scale, offset and, of NORM_ADD_RELU, by residual
//
// The gradient of NORM_RELU computes y's sign anew from offset, which is less than to read y; that of NORM_ADD_RELU reads y.
enum { NORM_X, NORM_SCALE, NORM_OFFSET, NORM_RESIDUAL };                     // inputs, forward
enum { NORM_Y, NORM_MEAN, NORM_VARIANCE };                                   // results, forward
enum { NORM_OF_X, NORM_OF_SCALE, NORM_OF_MEAN, NORM_OF_VARIANCE, NORM_V, NORM_OF_OFFSET_OR_Y };  // inputs, gradient
enum { NORM_BY_X, NORM_BY_SCALE, NORM_BY_OFFSET, NORM_BY_RESIDUAL };         // results, gradient

enum { NORM_MOST_INPUTS = 6, NORM_MOST_RESULTS = 4 };

// norm_inputs and norm_results are the numbers of operands. norm_is_large reports whether one has all pixels, not one value a channel.
int norm_inputs(int kind, int64_t follows);
int norm_results(int kind, int64_t follows);
int norm_is_large(int kind, int64_t follows, int result, int operand);

// norm_check returns 0, or 1 with an error's text for numbers that contradict each other. norm_run wants numbers that passed.
int norm_check(const norm_shape* s, char* error);

// norm_best returns the loops for this processor.
const norm_loops* norm_best(void);

// norm_run computes out from in. It returns 0, or 1 with an error's text. The results' bytes depend on the processor and the numbers alone, not on
// the number of threads that help.
int norm_run(int kind, const norm_shape* s, float epsilon, const norm_loops* loops, const float* const in[], float* const out[], int helpers,
             const conv_workers* workers, char* error);
