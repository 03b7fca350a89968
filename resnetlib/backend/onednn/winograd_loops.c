//go:build linux && amd64 && cgo && !noxla

#include "winograd_loops.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define NUMBER(x) _mm512_set1_ps((float)(x))

// The points of the transforms are 0, +-A, +-B and infinity. With 1 and 2 rounding is twice as coarse (nn/winograd.go). A2 is A's square.
#define A 0.75
#define B 1.5
#define A2 (A * A)
#define B2 (B * B)
#define OF_A (2 * A2 * (A2 - B2))  // the product of A's distances from the other points
#define OF_B (2 * B2 * (B2 - A2))

typedef __m512 vector;

// cut_line transforms six inputs, step apart, in place.
INLINE void cut_line(vector* d, int step) {
  vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  vector even_a = _mm512_fnmadd_ps(NUMBER(B2), d2, d4), odd_a = _mm512_fnmadd_ps(NUMBER(B2), d1, d3);
  vector even_b = _mm512_fnmadd_ps(NUMBER(A2), d2, d4), odd_b = _mm512_fnmadd_ps(NUMBER(A2), d1, d3);
  d[0] = _mm512_fmadd_ps(NUMBER(A2 * B2), d0, _mm512_fnmadd_ps(NUMBER(A2 + B2), d2, d4));
  d[step] = _mm512_fmadd_ps(NUMBER(A), odd_a, even_a);
  d[2 * step] = _mm512_fnmadd_ps(NUMBER(A), odd_a, even_a);
  d[3 * step] = _mm512_fmadd_ps(NUMBER(B), odd_b, even_b);
  d[4 * step] = _mm512_fnmadd_ps(NUMBER(B), odd_b, even_b);
  d[5 * step] = _mm512_fmadd_ps(NUMBER(A2 * B2), d1, _mm512_fnmadd_ps(NUMBER(A2 + B2), d3, d5));
}

TARGET void winograd_cut(const winograd_picture* p, int64_t row, int64_t column, float* v, int64_t step) {
  const float* pixel[WINOGRAD_POINTS];
  __mmask16 inside[WINOGRAD_POINTS];
  for (int i = 0; i < WINOGRAD_POINTS; i++) {
    int64_t h = row + i / WINOGRAD_EDGE, w = column + i % WINOGRAD_EDGE;
    int in = h >= 0 && h < p->height && w >= 0 && w < p->width;
    pixel[i] = in ? p->x + (h * p->width + w) * p->channels : p->x;
    inside[i] = in ? 0xffff : 0;
  }
  for (int64_t c = 0; c < p->channels; c += WINOGRAD_VECTOR) {
    vector d[WINOGRAD_POINTS];
    for (int i = 0; i < WINOGRAD_POINTS; i++) d[i] = _mm512_maskz_loadu_ps(inside[i], pixel[i] + c);
    for (int i = 0; i < WINOGRAD_EDGE; i++) cut_line(d + i, WINOGRAD_EDGE);
    for (int i = 0; i < WINOGRAD_EDGE; i++) cut_line(d + i * WINOGRAD_EDGE, 1);
    for (int i = 0; i < WINOGRAD_POINTS; i++) _mm512_storeu_ps(v + i * step + c, d[i]);
  }
}

// kernel_line transforms three of a kernel's values to six.
INLINE void kernel_line(vector g0, vector g1, vector g2, vector* u, int step) {
  vector even_a = _mm512_fmadd_ps(NUMBER(A2 / OF_A), g2, _mm512_mul_ps(NUMBER(1 / OF_A), g0)), odd_a = _mm512_mul_ps(NUMBER(A / OF_A), g1);
  vector even_b = _mm512_fmadd_ps(NUMBER(B2 / OF_B), g2, _mm512_mul_ps(NUMBER(1 / OF_B), g0)), odd_b = _mm512_mul_ps(NUMBER(B / OF_B), g1);
  u[0] = _mm512_mul_ps(NUMBER(1 / (A2 * B2)), g0);
  u[step] = _mm512_add_ps(even_a, odd_a);
  u[2 * step] = _mm512_sub_ps(even_a, odd_a);
  u[3 * step] = _mm512_add_ps(even_b, odd_b);
  u[4 * step] = _mm512_sub_ps(even_b, odd_b);
  u[5 * step] = g2;
}

TARGET void winograd_kernel(const winograd_weights* w, int64_t first, int64_t channels, int64_t output, float* u) {
  for (int64_t k = 0; k < channels; k++) {
    for (int64_t o = 0; o < WINOGRAD_BLOCK; o += WINOGRAD_VECTOR) {
      vector g[9], half[18], all[WINOGRAD_POINTS];
      for (int i = 0; i < 9; i++) g[i] = _mm512_loadu_ps(w->w + i * w->place + (first + k) * w->channel + output + o);
      for (int i = 0; i < 3; i++) kernel_line(g[i], g[3 + i], g[6 + i], half + i, 3);
      for (int i = 0; i < WINOGRAD_EDGE; i++) kernel_line(half[3 * i], half[3 * i + 1], half[3 * i + 2], all + i * WINOGRAD_EDGE, 1);
      for (int i = 0; i < WINOGRAD_POINTS; i++) _mm512_storeu_ps(u + i * winograd_point(channels) + k * WINOGRAD_BLOCK + o, all[i]);
    }
  }
}

// RUN is the number of products that are added to each other before their sum is added to that of others, which halves the rounding of 256 channels.
enum { RUN = 32 };

// multiply_run multiplies a group of tiles and a block of outputs at one point, over at most RUN channels.
INLINE void multiply_run(const float* v, int64_t step, const float* u, int64_t channels, float* m, int add) {
  vector sums[WINOGRAD_GROUP][2];
#pragma GCC unroll 8
  for (int t = 0; t < WINOGRAD_GROUP; t++) sums[t][0] = sums[t][1] = _mm512_setzero_ps();
  for (int64_t k = 0; k < channels; k++) {
    vector left = _mm512_loadu_ps(u + k * WINOGRAD_BLOCK), right = _mm512_loadu_ps(u + k * WINOGRAD_BLOCK + WINOGRAD_VECTOR);
#pragma GCC unroll 8
    for (int t = 0; t < WINOGRAD_GROUP; t++) {
      vector x = _mm512_set1_ps(v[t * step + k]);
      sums[t][0] = _mm512_fmadd_ps(x, left, sums[t][0]);
      sums[t][1] = _mm512_fmadd_ps(x, right, sums[t][1]);
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < WINOGRAD_GROUP; t++) {
    for (int i = 0; i < 2; i++) {
      float* to = m + t * WINOGRAD_BLOCK + i * WINOGRAD_VECTOR;
      _mm512_storeu_ps(to, add ? _mm512_add_ps(_mm512_loadu_ps(to), sums[t][i]) : sums[t][i]);
    }
  }
}

TARGET void winograd_multiply(const float* v, int64_t step, const float* u, int64_t channels, float* m, int64_t groups, int add) {
  for (int p = 0; p < WINOGRAD_POINTS; p++) {
    for (int64_t k = 0; k < channels; k += RUN) {
      int64_t n = channels - k < RUN ? channels - k : RUN;
      for (int64_t g = 0; g < groups; g++) {
        int64_t at = (g * WINOGRAD_POINTS + p) * WINOGRAD_GROUP;
        multiply_run(v + at * step + k, step, u + p * winograd_point(channels) + k * WINOGRAD_BLOCK, n, m + at * WINOGRAD_BLOCK, add || k);
      }
    }
  }
}

// join_line transforms six products, step apart, to four outputs, in place.
INLINE void join_line(vector* m, int step) {
  vector sum_a = _mm512_add_ps(m[step], m[2 * step]), difference_a = _mm512_sub_ps(m[step], m[2 * step]);
  vector sum_b = _mm512_add_ps(m[3 * step], m[4 * step]), difference_b = _mm512_sub_ps(m[3 * step], m[4 * step]);
  m[0] = _mm512_add_ps(_mm512_add_ps(m[0], sum_a), sum_b);
  m[step] = _mm512_fmadd_ps(NUMBER(A), difference_a, _mm512_mul_ps(NUMBER(B), difference_b));
  m[2 * step] = _mm512_fmadd_ps(NUMBER(A2), sum_a, _mm512_mul_ps(NUMBER(B2), sum_b));
  m[3 * step] = _mm512_fmadd_ps(NUMBER(A2 * A), difference_a, _mm512_fmadd_ps(NUMBER(B2 * B), difference_b, m[5 * step]));
}

// relu is max(0, y): 0 and never -0 for numbers that are not above 0, and NaN for NaN.
INLINE vector relu(vector y) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_NLE_UQ), y); }

TARGET void winograd_join(const float* m, const winograd_after* after, float* y, int64_t rows, int64_t columns, int64_t channels, int64_t line) {
  for (int64_t o = 0; o < WINOGRAD_BLOCK; o += WINOGRAD_VECTOR) {
    vector d[WINOGRAD_POINTS];
    for (int i = 0; i < WINOGRAD_POINTS; i++) d[i] = _mm512_loadu_ps(m + i * WINOGRAD_GROUP * WINOGRAD_BLOCK + o);
    for (int i = 0; i < WINOGRAD_EDGE; i++) join_line(d + i, WINOGRAD_EDGE);
    for (int i = 0; i < WINOGRAD_TILE; i++) join_line(d + i * WINOGRAD_EDGE, 1);
    vector scale = after->scale ? _mm512_loadu_ps(after->scale + o) : NUMBER(1);
    vector shift = after->scale ? _mm512_loadu_ps(after->shift + o) : NUMBER(0);
    for (int64_t h = 0; h < rows; h++) {
      for (int64_t w = 0; w < columns; w++) {
        int64_t at = h * line + w * channels + o;
        vector value = d[h * WINOGRAD_EDGE + w];
        if (after->scale) value = _mm512_fmadd_ps(value, scale, shift);
        if (after->residual) value = _mm512_add_ps(value, _mm512_loadu_ps(after->residual + at));
        if (after->relu) value = relu(value);
        _mm512_storeu_ps(y + at, value);
      }
    }
  }
}
