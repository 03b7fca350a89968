//go:build linux && amd64 && cgo && !noxla

#include "norm.h"

#include <cpuid.h>
#include <emmintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parallel.h"

// A norm's work is divided by its sizes alone, into parts of at least PART_BYTES and PART_PIXELS.
enum { MOST_PARTS = 16, PART_BYTES = 1 << 17, PART_PIXELS = 4 * NORM_ROWS };

// work is a norm that is being computed.
typedef struct {
  int kind;
  const norm_shape* shape;
  const norm_loops* loops;
  const float* const* in;
  float* const* out;
  int parts;
  double* sums;   // of each part SUMS rows of a value for each channel
  float* channel;  // CHANNELS rows of the values in at
  norm_channel at;
} work;

enum { SUMS = 3, CHANNELS = 4 };

int norm_inputs(int kind, int64_t follows) {
  if (kind == NORM_FORWARD) return follows == NORM_ADD_RELU ? 4 : 3;
  return follows == NORM_PLAIN ? 5 : 6;
}

int norm_results(int kind, int64_t follows) { return kind == NORM_GRADIENT && follows == NORM_ADD_RELU ? 4 : 3; }

int norm_is_large(int kind, int64_t follows, int result, int operand) {
  if (operand == 0) return 1;
  if (result) return operand == NORM_BY_RESIDUAL;
  if (kind == NORM_FORWARD) return operand == NORM_RESIDUAL;
  return operand == NORM_V || (operand == NORM_OF_OFFSET_OR_Y && follows == NORM_ADD_RELU);
}

int norm_check(const norm_shape* s, char* error) {
  static const int64_t most_channels = 1 << 20, most_values = (int64_t)1 << 40;
  if (s->pixels < 1 || s->channels < 1 || s->channels > most_channels || s->pixels > most_values / s->channels) {
    snprintf(error, CONV_ERROR, "%lld pixels of %lld channels are none, or too many", (long long)s->pixels, (long long)s->channels);
    return 1;
  }
  if (s->follows < 0 || s->follows >= NORM_FOLLOWS) {
    snprintf(error, CONV_ERROR, "the program asks for what this version of the handler does not compute");
    return 1;
  }
  return 0;
}

// has_avx2 reports whether processor and system have AVX2 and FMA. (__builtin_cpu_supports does not link with Go's internal linker.)
static int has_avx2(void) {
  unsigned a, b, c, d, low, high;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

const norm_loops* norm_best(void) { return has_avx2() ? &norm_loops_avx2 : &norm_loops_plain; }

static int count_parts(const norm_shape* s) {
  int64_t parts = s->pixels * s->channels * (int64_t)sizeof(float) / PART_BYTES;
  if (parts > s->pixels / PART_PIXELS) parts = s->pixels / PART_PIXELS;
  return parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : (int)parts;
}

// first_of is the first pixel of a part. All parts but the last have whole blocks of NORM_ROWS.
static int64_t first_of(const work* w, int part) {
  int64_t blocks = (w->shape->pixels + NORM_ROWS - 1) / NORM_ROWS, first = blocks * part / w->parts * NORM_ROWS;
  return first < w->shape->pixels ? first : w->shape->pixels;
}

// sum_part is the first pass: the sums of a part's pixels.
static void sum_part(void* context, int i) {
  const work* w = context;
  int64_t channels = w->shape->channels, first = first_of(w, i), pixels = first_of(w, i + 1) - first, from = first * channels;
  double* sums = w->sums + i * SUMS * channels;
  memset(sums, 0, SUMS * channels * sizeof *sums);
  if (w->kind == NORM_FORWARD) {
    w->loops->moments(w->in[NORM_X] + from, pixels, channels, sums, sums + channels, sums + 2 * channels);
    return;
  }
  int masks = w->shape->follows == NORM_ADD_RELU;
  w->loops->sums(w->shape->follows, w->in[NORM_OF_X] + from, w->in[NORM_V] + from, masks ? w->in[NORM_OF_OFFSET_OR_Y] + from : NULL,
                 masks ? w->out[NORM_BY_RESIDUAL] + from : NULL, pixels, channels, &w->at, sums, sums + channels);
}

// write_part is the second pass: the large result. It begins with the pixels that the first pass read last: the cache may still have them.
static void write_part(void* context, int i) {
  const work* w = context;
  i = w->parts - 1 - i;
  int64_t channels = w->shape->channels, first = first_of(w, i), pixels = first_of(w, i + 1) - first, from = first * channels;
  int64_t follows = w->shape->follows;
  const float* x = w->in[0] + from;
  float* out = w->out[0] + from;
  if (w->kind == NORM_FORWARD) {
    w->loops->forward(follows, x, follows == NORM_ADD_RELU ? w->in[NORM_RESIDUAL] + from : NULL, out, pixels, channels, &w->at);
    return;
  }
  const float* v = follows == NORM_ADD_RELU ? w->out[NORM_BY_RESIDUAL] : w->in[NORM_V];
  w->loops->by_x(follows, x, v + from, out, pixels, channels, &w->at);
}

// add_parts adds the sums of all parts to those of the first, in the order of the parts.
static void add_parts(const work* w) {
  int64_t n = SUMS * w->shape->channels;
  for (int i = 1; i < w->parts; i++) {
    for (int64_t k = 0; k < n; k++) w->sums[k] += w->sums[i * n + k];
  }
}

static double root(double v) { return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(v))); }

// end_moments turns the sums into mean, variance and factor.
static void end_moments(const work* w, float epsilon, float* factor) {
  int64_t channels = w->shape->channels;
  double n = (double)w->shape->pixels;
  for (int64_t c = 0; c < channels; c++) {
    double mean = w->sums[c] / n, between = w->sums[2 * channels + c] - w->sums[c] * mean;
    double variance = (w->sums[channels + c] + (between > 0 ? between : 0)) / n;
    w->out[NORM_MEAN][c] = (float)mean;
    w->out[NORM_VARIANCE][c] = (float)variance;
    factor[c] = (float)(w->in[NORM_SCALE][c] / root((float)variance + (double)epsilon));
  }
}

// end_sums turns the sums into the gradients by scale and offset, and into shift and slope.
static void end_sums(const work* w, float epsilon, float* shift, float* slope) {
  int64_t channels = w->shape->channels;
  double n = (double)w->shape->pixels;
  for (int64_t c = 0; c < channels; c++) {
    double variance = w->in[NORM_OF_VARIANCE][c] + (double)epsilon;
    w->out[NORM_BY_OFFSET][c] = (float)w->sums[c];
    w->out[NORM_BY_SCALE][c] = (float)(w->sums[channels + c] / root(variance));
    shift[c] = (float)(w->sums[c] / n);
    slope[c] = (float)(w->sums[channels + c] / variance / n);
  }
}

static int run(work* w, float epsilon, int helpers, const conv_workers* workers) {
  int64_t channels = w->shape->channels;
  float* row[CHANNELS];
  for (int i = 0; i < CHANNELS; i++) row[i] = w->channel + i * channels;
  w->at = (norm_channel){w->out[NORM_MEAN], row[0], w->in[NORM_OFFSET], row[1], row[2]};
  if (w->kind == NORM_GRADIENT) {
    w->at.mean = w->in[NORM_OF_MEAN];
    w->at.offset = w->shape->follows == NORM_RELU ? w->in[NORM_OF_OFFSET_OR_Y] : row[3];
    for (int64_t c = 0; c < channels; c++) row[0][c] = (float)(w->in[NORM_OF_SCALE][c] / root(w->in[NORM_OF_VARIANCE][c] + (double)epsilon));
  }
  if (parallel_run(w->parts, helpers, workers, sum_part, w)) return 1;
  add_parts(w);
  if (w->kind == NORM_FORWARD) {
    end_moments(w, epsilon, row[0]);
  } else {
    end_sums(w, epsilon, row[1], row[2]);
  }
  return parallel_run(w->parts, helpers, workers, write_part, w);
}

int norm_run(int kind, const norm_shape* s, float epsilon, const norm_loops* loops, const float* const in[], float* const out[], int helpers,
             const conv_workers* workers, char* error) {
  work w = {.kind = kind, .shape = s, .loops = loops, .in = in, .out = out, .parts = count_parts(s)};
  w.sums = malloc(w.parts * SUMS * s->channels * sizeof *w.sums);
  w.channel = malloc(CHANNELS * s->channels * sizeof *w.channel);
  int failed = !w.sums || !w.channel || run(&w, epsilon, helpers, workers);
  free(w.sums);
  free(w.channel);
  if (failed) snprintf(error, CONV_ERROR, "no memory for the sums of the channels");
  return failed;
}
