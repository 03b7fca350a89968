//go:build linux && amd64 && cgo && !noxla

#include <stdio.h>
#include <string.h>

#include "plan.h"

static const int64_t max_size = 1 << 20, max_elements = (int64_t)1 << 40;

static int axis_fits(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t before, int64_t after) {
  if (before < 0 || after < 0 || before >= kernel || after >= kernel) return 0;
  int64_t room = in + before + after - kernel;
  return room >= 0 && room / stride + 1 == out;
}

// after_fits reports whether what follows the convolution is read as 0 or 1, and follows no gradient.
static int after_fits(int kind, const conv_shape* s) {
  int64_t any = s->affine | s->sum | s->relu;
  return any == 0 || (any == 1 && kind == CONV_FORWARD);
}

int conv_check(int kind, const conv_shape* s, char* error) {
  const int64_t sizes[] = {s->batch, s->in_h,     s->in_w,     s->in_c,     s->out_h,    s->out_w,
                           s->out_c, s->kernel_h, s->kernel_w, s->stride_h, s->stride_w, s->groups};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    if (sizes[i] < 1 || sizes[i] > max_size) {
      snprintf(error, CONV_ERROR, "size %lld is not from 1 to %lld", (long long)sizes[i], (long long)max_size);
      return 1;
    }
  }
  if (s->in_c % s->groups || s->out_c % s->groups) {
    snprintf(error, CONV_ERROR, "the channels are no multiples of the groups");
    return 1;
  }
  if (!axis_fits(s->in_h, s->out_h, s->kernel_h, s->stride_h, s->top, s->bottom) ||
      !axis_fits(s->in_w, s->out_w, s->kernel_w, s->stride_w, s->left, s->right)) {
    snprintf(error, CONV_ERROR, "the output's size does not follow from the input, the padding, the kernel and the stride");
    return 1;
  }
  if (!after_fits(kind, s)) {
    snprintf(error, CONV_ERROR, "what follows the convolution is not known");
    return 1;
  }
  static const int operands[] = {CONV_A, CONV_B, CONV_INPUTS};
  for (int i = 0; i < 3; i++) {
    int64_t d[4];
    conv_dims(CONV_FORWARD, s, operands[i], d);
    if (d[0] * d[1] > max_elements / d[2] / d[3]) {
      snprintf(error, CONV_ERROR, "too large");
      return 1;
    }
  }
  return 0;
}

int conv_has(const conv_shape* s, int input) {
  const int64_t has[CONV_INPUTS] = {1, 1, s->affine, s->affine, s->sum};
  return has[input] != 0;
}

void conv_dims(int kind, const conv_shape* s, int operand, int64_t dims[4]) {
  const int64_t x[4] = {s->batch, s->in_h, s->in_w, s->in_c}, y[4] = {s->batch, s->out_h, s->out_w, s->out_c};
  const int64_t io[4] = {s->kernel_h, s->kernel_w, s->in_c / s->groups, s->out_c};
  const int64_t oi[4] = {s->kernel_h, s->kernel_w, s->out_c / s->groups, s->in_c};
  const int64_t *kernel = s->kernel_oi ? oi : io;
  const int64_t channels[4] = {1, 1, 1, s->out_c};
  const int64_t* all[CONV_KINDS][3] = {{x, kernel, y}, {y, kernel, x}, {x, y, kernel}};
  const int64_t* of[CONV_INPUTS + 1] = {all[kind][0], all[kind][1], channels, channels, y, all[kind][2]};
  memcpy(dims, of[operand], sizeof x);
}

// after_for is the padding behind the last row of in rows, such that out rows follow.
static int64_t after_for(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t before) {
  int64_t n = (out - 1) * stride + kernel - in - before;
  return n > 0 ? n : 0;
}

// split_batch gives each part half of the pictures.
static void split_batch(const conv_shape* s, part parts[MAX_PARTS]) {
  parts[0].shape.batch = (s->batch + 1) / 2;
  parts[1].shape.batch = s->batch / 2;
  parts[1].x_offset = parts[0].shape.batch * s->in_h * s->in_w * s->in_c;
  parts[1].y_offset = parts[0].shape.batch * s->out_h * s->out_w * s->out_c;
}

// split_rows gives each part half of the rows of y, and the rows of x that they see. It returns 0 where the second half would see padding alone.
static int split_rows(int kind, const conv_shape* s, part parts[MAX_PARTS]) {
  conv_shape *a = &parts[0].shape, *b = &parts[1].shape;
  a->out_h = (s->out_h + 1) / 2;
  b->out_h = s->out_h / 2;
  int64_t rows = (a->out_h - 1) * s->stride_h - s->top + s->kernel_h;
  a->in_h = rows < s->in_h ? rows : s->in_h;
  a->bottom = after_for(a->in_h, a->out_h, s->kernel_h, s->stride_h, s->top);
  int64_t first = a->out_h * s->stride_h - s->top;
  b->top = first < 0 ? -first : 0;
  if (first < 0) first = 0;
  if (a->in_h < 1 || first >= s->in_h) return 0;
  b->in_h = s->in_h - first;
  b->bottom = after_for(b->in_h, b->out_h, s->kernel_h, s->stride_h, b->top);
  parts[1].x_offset = first * s->in_w * s->in_c;
  parts[1].y_offset = a->out_h * s->out_w * s->out_c;
  char error[CONV_ERROR];
  return !conv_check(kind, a, error) && !conv_check(kind, b, error);
}

// The rows of x's gradient that two halves of y give overlap, so a single picture's is one part.
int plan_split(int kind, const conv_shape* s, part parts[MAX_PARTS]) {
  memset(parts, 0, sizeof(part) * MAX_PARTS);
  parts[0].shape = parts[1].shape = *s;
  if (s->batch > 1) {
    split_batch(s, parts);
    return 2;
  }
  if (kind != CONV_INPUT_GRADIENT && s->out_h > 1 && split_rows(kind, s, parts)) return 2;
  memset(parts, 0, sizeof(part) * MAX_PARTS);
  parts[0].shape = *s;
  return 1;
}
