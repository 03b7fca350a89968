// The loops for one set of instructions: included with LOOP(name), TARGET and MULTIPLY_ADD(a, b, c), which is a*b + c. The inner loops go over
// neighbouring channels, for the compiler to make vectors of them. NORM_CHUNK channels of NORM_ROWS pixels fit into the first cache.

TARGET static void LOOP(moments_of)(const float* restrict x, int64_t rows, int64_t n, int64_t channels, double* restrict sum, double* restrict squares,
                                    double* restrict means) {
  float s[NORM_CHUNK], q[NORM_CHUNK], mean[NORM_CHUNK], each = 1.0f / (float)rows;  // s: of the differences from the first pixel
  for (int64_t c = 0; c < n; c++) s[c] = 0;
  for (int64_t r = 1; r < rows; r++) {
    const float* restrict row = x + r * channels;
    for (int64_t c = 0; c < n; c++) s[c] += row[c] - x[c];
  }
  for (int64_t c = 0; c < n; c++) {
    mean[c] = MULTIPLY_ADD(s[c], each, x[c]);
    q[c] = 0;
  }
  for (int64_t r = 0; r < rows; r++) {
    const float* restrict row = x + r * channels;
    for (int64_t c = 0; c < n; c++) {
      float d = row[c] - mean[c];
      q[c] = MULTIPLY_ADD(d, d, q[c]);
    }
  }
  double count = (double)rows, part = 1 / count;
  for (int64_t c = 0; c < n; c++) {
    double total = count * x[c] + s[c];
    sum[c] += total;
    squares[c] += q[c];
    means[c] += total * total * part;
  }
}

TARGET static void LOOP(moments)(const float* x, int64_t pixels, int64_t channels, double* sum, double* squares, double* means) {
  EACH_BLOCK(LOOP(moments_of)(x + first * channels + c, rows, n, channels, sum + c, squares + c, means + c));
}

TARGET static void LOOP(forward)(int64_t follows, const float* restrict x, const float* restrict residual, float* restrict y, int64_t pixels,
                                 int64_t channels, const norm_channel* at) {
  const float *restrict mean = at->mean, *restrict factor = at->factor, *restrict offset = at->offset;
  for (int64_t p = 0; p < pixels; p++, x += channels, y += channels) {
    switch (follows) {
      case NORM_PLAIN:
        for (int64_t c = 0; c < channels; c++) y[c] = MULTIPLY_ADD(x[c] - mean[c], factor[c], offset[c]);
        break;
      case NORM_RELU:
        for (int64_t c = 0; c < channels; c++) y[c] = RELU(MULTIPLY_ADD(x[c] - mean[c], factor[c], offset[c]));
        break;
      case NORM_ADD_RELU:
        for (int64_t c = 0; c < channels; c++) y[c] = RELU(MULTIPLY_ADD(x[c] - mean[c], factor[c], offset[c]) + residual[c]);
        residual += channels;
    }
  }
}

// OPEN is v where the ReLU was open, else 0. A NaN passes, as through the ReLU.
#define OPEN(y, v) ((y) <= 0 ? 0 : (v))

TARGET static void LOOP(sums_of)(int64_t follows, const float* restrict x, const float* restrict v, const float* restrict y, float* restrict masked,
                                 int64_t rows, int64_t n, int64_t channels, const norm_channel* at, int64_t first, double* restrict sum,
                                 double* restrict products) {
  const float *restrict mean = at->mean + first, *restrict factor = at->factor + first, *restrict offset = at->offset + first;
  float s[NORM_CHUNK], q[NORM_CHUNK];
  for (int64_t c = 0; c < n; c++) s[c] = q[c] = 0;
  for (int64_t r = 0; r < rows; r++, x += channels, v += channels) {
    switch (follows) {
      case NORM_PLAIN:
        for (int64_t c = 0; c < n; c++) {
          s[c] += v[c];
          q[c] = MULTIPLY_ADD(v[c], x[c] - mean[c], q[c]);
        }
        break;
      case NORM_RELU:
        for (int64_t c = 0; c < n; c++) {
          float d = x[c] - mean[c], g = OPEN(MULTIPLY_ADD(d, factor[c], offset[c]), v[c]);
          s[c] += g;
          q[c] = MULTIPLY_ADD(g, d, q[c]);
        }
        break;
      case NORM_ADD_RELU:
        for (int64_t c = 0; c < n; c++) {
          float g = OPEN(y[c], v[c]);
          masked[c] = g;
          s[c] += g;
          q[c] = MULTIPLY_ADD(g, x[c] - mean[c], q[c]);
        }
        y += channels;
        masked += channels;
    }
  }
  for (int64_t c = 0; c < n; c++) {
    sum[c] += s[c];
    products[c] += q[c];
  }
}

TARGET static void LOOP(sums)(int64_t follows, const float* x, const float* v, const float* y, float* masked, int64_t pixels, int64_t channels,
                              const norm_channel* at, double* sum, double* products) {
  EACH_BLOCK({
    int64_t from = first * channels + c;
    LOOP(sums_of)(follows, x + from, v + from, y ? y + from : y, masked ? masked + from : masked, rows, n, channels, at, c, sum + c, products + c);
  });
}

TARGET static void LOOP(by_x)(int64_t follows, const float* restrict x, const float* restrict v, float* restrict out, int64_t pixels, int64_t channels,
                              const norm_channel* at) {
  const float *restrict mean = at->mean, *restrict factor = at->factor, *restrict offset = at->offset;
  const float *restrict shift = at->shift, *restrict slope = at->slope;
  for (int64_t p = 0; p < pixels; p++, x += channels, v += channels, out += channels) {
    if (follows == NORM_RELU) {
      for (int64_t c = 0; c < channels; c++) {
        float d = x[c] - mean[c], g = OPEN(MULTIPLY_ADD(d, factor[c], offset[c]), v[c]);
        out[c] = MULTIPLY_ADD(-d, slope[c], g - shift[c]) * factor[c];
      }
    } else {
      for (int64_t c = 0; c < channels; c++) out[c] = MULTIPLY_ADD(mean[c] - x[c], slope[c], v[c] - shift[c]) * factor[c];
    }
  }
}

const norm_loops LOOP(norm_loops) = {LOOP(moments), LOOP(forward), LOOP(sums), LOOP(by_x)};

#undef OPEN
#undef LOOP
#undef TARGET
#undef MULTIPLY_ADD
