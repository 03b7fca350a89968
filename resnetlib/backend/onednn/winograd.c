//go:build linux && amd64 && cgo && !noxla

#include "winograd.h"

#include <cpuid.h>
#include <stdatomic.h>
#include <stdio.h>

#include "parallel.h"
#include "scratch.h"
#include "winograd_loops.h"

enum {
  TILES_CHUNK = 4,     // groups of tiles of a part whose V and M stay in the second cache (1 MB): 64 channels 0.5 MB; 2 to 6 take the same time
  OUTPUTS_CHUNK = 16,  // groups whose M stays there beside U's channels: 0.6 MB
  CHANNELS = 64,       // channels of U that are made at once, 0.3 MB: 7 px, 512 channels 5.2 ms; with 512 at once 5.4
  FEW = 128 * 128,     // channels times outputs, to which a kernel is transformed whole: 128 channels 3.2 ms, else 5.0; 512 12.0, else 6.2
};
static const int64_t most_v = 16 << 20;  // bytes of V that are held at once, beside those of a single group

// work is one convolution that is being computed, of [height, width, channels] to [height, width, outputs].
typedef struct {
  winograd_picture picture;  // x: that of the first
  int64_t out_h, out_w, outputs;
  int64_t top, left;
  int64_t rows, columns, tiles;  // of tiles: in a picture's column, in its row, in all pictures
  winograd_weights weights;
  winograd_after after;
  float *y, *u, *v;  // u: of all outputs, or null; v: of the groups from first_group, or null
  int64_t first_group, groups, chunk;  // chunk: groups that a part computes
  atomic_int failed;
} work;

// Sizes in elements.
static int64_t size_of_u(const work* w) { return WINOGRAD_POINTS * winograd_point(w->picture.channels); }  // of a block of outputs
static int64_t size_of_v(const work* w) { return WINOGRAD_POINTS * WINOGRAD_GROUP * winograd_padded(w->picture.channels); }  // of a group
static int64_t size_of_m(void) { return WINOGRAD_POINTS * WINOGRAD_GROUP * WINOGRAD_BLOCK; }                                 // of a group

// place returns the picture of a tile, and where in it the tile's outputs begin.
static int64_t place(const work* w, int64_t tile, int64_t* row, int64_t* column) {
  int64_t in_picture = tile % (w->rows * w->columns);
  *row = in_picture / w->columns * WINOGRAD_TILE;
  *column = in_picture % w->columns * WINOGRAD_TILE;
  return tile / (w->rows * w->columns);
}

// cut transforms the inputs of a group of tiles. Those behind the last tile are not written: what is multiplied there is not read.
static void cut(const work* w, int64_t group, float* v) {
  int64_t step = winograd_padded(w->picture.channels);
  for (int64_t t = 0; t < WINOGRAD_GROUP && group * WINOGRAD_GROUP + t < w->tiles; t++) {
    int64_t row, column, picture = place(w, group * WINOGRAD_GROUP + t, &row, &column);
    winograd_picture from = w->picture;
    from.x += picture * from.height * from.width * from.channels;
    winograd_cut(&from, row - w->top, column - w->left, v + t * step, WINOGRAD_GROUP * step);
  }
}

// join writes the outputs of a group of tiles.
static void join(const work* w, int64_t group, int64_t output, const float* m) {
  for (int64_t t = 0; t < WINOGRAD_GROUP && group * WINOGRAD_GROUP + t < w->tiles; t++) {
    int64_t row, column, picture = place(w, group * WINOGRAD_GROUP + t, &row, &column);
    int64_t rows = w->out_h - row, columns = w->out_w - column, at = ((picture * w->out_h + row) * w->out_w + column) * w->outputs + output;
    winograd_after after = w->after;
    if (after.scale) {
      after.scale += output;
      after.shift += output;
    }
    if (after.residual) after.residual += at;
    winograd_join(m + t * WINOGRAD_BLOCK, &after, w->y + at, rows < WINOGRAD_TILE ? rows : WINOGRAD_TILE,
                  columns < WINOGRAD_TILE ? columns : WINOGRAD_TILE, w->outputs, w->out_w * w->outputs);
  }
}

// take returns scratch memory for a part, or notes that there is none.
static scratch* take(work* w, int64_t elements) {
  scratch* s = scratch_take(elements * sizeof(float));
  if (!s) atomic_store(&w->failed, 1);
  return s;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// kernel_part transforms the kernel of one block of outputs.
static void kernel_part(void* context, int i) {
  work* w = context;
  winograd_kernel(&w->weights, 0, w->picture.channels, i * WINOGRAD_BLOCK, w->u + i * size_of_u(w));
}

// tiles_part computes all outputs of some groups, with a kernel that has been transformed.
static void tiles_part(void* context, int i) {
  work* w = context;
  int64_t first = i * w->chunk, groups = least(w->chunk, w->groups - first);
  scratch* s = take(w, w->chunk * (size_of_v(w) + size_of_m()));
  if (!s) return;
  float *v = s->memory, *m = v + w->chunk * size_of_v(w);
  for (int64_t g = 0; g < groups; g++) cut(w, first + g, v + g * size_of_v(w));
  for (int64_t o = 0; o < w->outputs; o += WINOGRAD_BLOCK) {
    winograd_multiply(v, winograd_padded(w->picture.channels), w->u + o / WINOGRAD_BLOCK * size_of_u(w), w->picture.channels, m, groups, 0);
    for (int64_t g = 0; g < groups; g++) join(w, first + g, o, m + g * size_of_m());
  }
  scratch_give(s);
}

// cut_part transforms the inputs of one group.
static void cut_part(void* context, int i) {
  work* w = context;
  cut(w, w->first_group + i, w->v + i * size_of_v(w));
}

// outputs_part computes one block of outputs of all groups whose inputs have been transformed.
static void outputs_part(void* context, int i) {
  work* w = context;
  int64_t output = i * WINOGRAD_BLOCK, channels = w->picture.channels, step = winograd_padded(channels);
  int64_t size = WINOGRAD_POINTS * winograd_point(least(CHANNELS, channels));  // of the part of U that is made at once
  scratch* s = take(w, size + w->chunk * size_of_m());
  if (!s) return;
  float *u = s->memory, *m = u + size;
  for (int64_t g = 0; g < w->groups; g += w->chunk) {
    int64_t groups = least(w->chunk, w->groups - g);
    for (int64_t k = 0; k < channels; k += CHANNELS) {
      int64_t n = least(CHANNELS, channels - k);
      if (CHANNELS < channels || g == 0) winograd_kernel(&w->weights, k, n, output, u);
      winograd_multiply(w->v + g * size_of_v(w) + k, step, u, n, m, groups, k > 0);
    }
    for (int64_t t = 0; t < groups; t++) join(w, w->first_group + g + t, output, m + t * size_of_m());
  }
  scratch_give(s);
}

// run_parts computes parts on this thread and others.
static int run_parts(work* w, int64_t parts, const conv_workers* workers, void (*part)(void*, int)) {
  return parallel_run((int)parts, workers->most, workers, part, w) || atomic_load(&w->failed);
}

// run_by_tiles is for few channels: the transformed kernel is small, and the tiles are many.
static int run_by_tiles(work* w, const conv_workers* workers) {
  int64_t blocks = w->outputs / WINOGRAD_BLOCK;
  w->groups = (w->tiles + WINOGRAD_GROUP - 1) / WINOGRAD_GROUP;
  w->chunk = least(TILES_CHUNK, w->groups);
  scratch* s = take(w, blocks * size_of_u(w));
  if (!s) return 1;
  w->u = s->memory;
  int failed = run_parts(w, blocks, workers, kernel_part) || run_parts(w, (w->groups + w->chunk - 1) / w->chunk, workers, tiles_part);
  scratch_give(s);
  return failed;
}

// run_by_outputs is for many channels: the transformed inputs are smaller than the transformed kernel, which is never whole in memory.
static int run_by_outputs(work* w, const conv_workers* workers) {
  int64_t all = (w->tiles + WINOGRAD_GROUP - 1) / WINOGRAD_GROUP, most = most_v / (int64_t)sizeof(float) / size_of_v(w);
  most = least(most < 1 ? 1 : most, all);
  w->chunk = least(OUTPUTS_CHUNK, most);
  scratch* s = take(w, most * size_of_v(w));
  if (!s) return 1;
  w->v = s->memory;
  int failed = 0;
  for (w->first_group = 0; w->first_group < all && !failed; w->first_group += w->groups) {
    w->groups = least(most, all - w->first_group);
    failed = run_parts(w, w->groups, workers, cut_part) || run_parts(w, w->outputs / WINOGRAD_BLOCK, workers, outputs_part);
  }
  scratch_give(s);
  return failed;
}

// has_avx512 reports whether processor and system have AVX-512.
static int has_avx512(void) {
  unsigned a, b, c, d, low, high;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & 0xe6) == 0xe6 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX512F);
}

static int64_t tiles_along(int64_t outputs) { return (outputs + WINOGRAD_TILE - 1) / WINOGRAD_TILE; }

int winograd_fits(int kind, const conv_shape* s) {
  return kind == CONV_FORWARD && !s->kernel_oi && s->groups == 1 && s->kernel_h == 3 && s->kernel_w == 3 && s->stride_h == 1 && s->stride_w == 1 &&
         s->in_c % WINOGRAD_VECTOR == 0 && s->out_c % WINOGRAD_BLOCK == 0 && has_avx512();
}

// Milliseconds, medians of 31 calls in one process each, two cores, oneDNN / Winograd, batch 8 and batch 1 (oneDNN's 8.4 at 56 px is the least of
// 31: other work disturbed that median, 13.2; Winograd's least was 3.5):
//
//   56 px, 64 channels    8.4 / 3.7, 1.1 / 0.5    14 px, 256 channels   8.3 / 4.0, 1.3 / 0.7
//   28 px, 128 channels   8.4 / 3.0, 1.2 / 0.5     7 px, 512 channels   9.1 / 5.2, 2.7 / 1.9
//
// All of these have 12.8 million products a picture. Below 4 million nothing was measured, and rounding forbids it for now: with 1.6 million, golden
// training sgd_plain is 2.4 times its tolerance from PyTorch's weights (one ReLU within rounding of 0 is a guess).
int winograd_wins(const conv_shape* s) {
  int64_t pixels = s->out_h * s->out_w, tiles = tiles_along(s->out_h) * tiles_along(s->out_w);
  return 2 * pixels >= tiles * WINOGRAD_TILE * WINOGRAD_TILE && pixels * s->in_c * s->out_c >= 1 << 22;
}

int winograd_run(int kind, const conv_shape* s, const conv_operands* o, const conv_workers* workers, char* error) {
  (void)kind;
  work w = {.picture = {o->in[CONV_A], s->in_h, s->in_w, s->in_c},
            .out_h = s->out_h,
            .out_w = s->out_w,
            .outputs = s->out_c,
            .top = s->top,
            .left = s->left,
            .rows = tiles_along(s->out_h),
            .columns = tiles_along(s->out_w),
            .weights = {o->in[CONV_B], s->in_c * s->out_c, s->out_c},
            .after = {o->in[CONV_SCALE], o->in[CONV_SHIFT], o->in[CONV_RESIDUAL], s->relu},
            .y = o->out};
  w.tiles = s->batch * w.rows * w.columns;
  int failed = s->in_c * s->out_c <= FEW ? run_by_tiles(&w, workers) : run_by_outputs(&w, workers);
  if (failed) snprintf(error, CONV_ERROR, "no memory for the transformed tiles");
  return failed;
}
