//go:build linux && amd64 && cgo && !noxla

#include "norm_loops.h"

#include "norm.h"

enum { NORM_CHUNK = 128 };

// EACH_BLOCK does a statement for each block of at most NORM_ROWS pixels and NORM_CHUNK channels: rows pixels from first, n channels from c.
#define EACH_BLOCK(statement)                                                          \
  for (int64_t first = 0; first < pixels; first += NORM_ROWS) {                        \
    int64_t rows = pixels - first < NORM_ROWS ? pixels - first : NORM_ROWS;            \
    for (int64_t c = 0; c < channels; c += NORM_CHUNK) {                               \
      int64_t n = channels - c < NORM_CHUNK ? channels - c : NORM_CHUNK;               \
      statement;                                                                       \
    }                                                                                  \
  }

static inline float RELU(float y) { return y <= 0 ? 0 : y; }

#define LOOP(name) name##_plain
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#include "norm_body.h"

#define LOOP(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define MULTIPLY_ADD(a, b, c) __builtin_fmaf(a, b, c)
#include "norm_body.h"
