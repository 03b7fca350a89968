// The loops of batch norm over a range of pixels, for one set of the processor's instructions.

#pragma once
#include <stdint.h>

enum { NORM_ROWS = 16 };  // pixels whose values are added in float32 before they are added to a double

// norm_channel has a value for each channel.
typedef struct {
  const float *mean, *factor, *offset;  // factor: scale / sqrt(variance + epsilon)
  const float *shift, *slope;           // of the gradient: see by_x
} norm_channel;

typedef struct {
  // moments adds to sum the values, to squares their squared distances from the mean of their NORM_ROWS pixels, and to means the square of that mean
  // times the number of pixels (Chan, Golub, LeVeque 1979, Updating formulae and a pairwise algorithm for computing sample variances).
  void (*moments)(const float* x, int64_t pixels, int64_t channels, double* sum, double* squares, double* means);

  // forward writes y = (x - mean)*factor + offset, with what follows.
  void (*forward)(int64_t follows, const float* x, const float* residual, float* y, int64_t pixels, int64_t channels, const norm_channel* c);

  // sums adds v, and v*(x - mean), where the ReLU is open. Of NORM_ADD_RELU, y says where that is, and masked gets v there and 0 elsewhere.
  void (*sums)(int64_t follows, const float* x, const float* v, const float* y, float* masked, int64_t pixels, int64_t channels, const norm_channel* c,
               double* sum, double* products);

  // by_x writes (v - shift - (x - mean)*slope) * factor, with v = 0 where the ReLU is closed. Of NORM_ADD_RELU, v is what sums has masked.
  void (*by_x)(int64_t follows, const float* x, const float* v, float* out, int64_t pixels, int64_t channels, const norm_channel* c);
} norm_loops;

extern const norm_loops norm_loops_plain, norm_loops_avx2;
