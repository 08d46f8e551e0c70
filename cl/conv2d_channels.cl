/* Convolution 3x3 ('same', stride 1) of layers of few pixels, the formula of cl/conv2d.cl: the lanes of a
 * vector are results, so that none are left over where rows are shorter than a vector.
 *
 *   channel_weights  w as conv2d_channels reads it: (block of results, channel, kernel position, result)
 *   conv2d_channels  x, that, bias -> y, and its maxima of 2x2 windows where `use_pool` is set
 *                    with TRANSPOSED: not y but its transposed convolution (cl/conv_transpose.cl)
 *
 * The caller guarantees what it does for cl/conv2d.cl. */

/* Vectors of results in registers, beside 2 rows of 4 pixels. */
#ifndef RV
#define RV 2
#endif

/* Whether a transposed convolution follows, which alone is stored then. */
#ifndef TRANSPOSED
#define TRANSPOSED 0
#endif

#define TAPS 9
#define ROWS 2
#define COLUMNS 4
#define PIXELS (ROWS * COLUMNS)
#define RESULTS (RV * VW)

/* Axis 0: channels; axis 1: blocks of results. Those beyond the last result are that one again. */
KERNEL void channel_weights(__global const float *restrict params, ulong w_offset,
                            __global float *restrict transformed, ulong transformed_offset, int results,
                            int channels) {
  ALONE_IN_GROUP;
  const int c = (int)get_global_id(0), block = (int)get_global_id(1);
  transformed += transformed_offset + (block * (ulong)channels + c) * TAPS * RESULTS;
  for (int j = 0; j < RESULTS; ++j) {
    const ulong result = min(block * RESULTS + j, results - 1);
    for (int tap = 0; tap < TAPS; ++tap)
      transformed[tap * RESULTS + j] = params[w_offset + (result * channels + c) * TAPS + tap];
  }
}

/* sums[pixel][v] += over all channels and kernel positions; x is the first pixel of channel 0. */
INLINE void filter(floatv sums[PIXELS][RV], __global const float *x, __global const float *w, int channels,
                   int S, int PS) {
  for (int c = 0; c < channels; ++c, x += PS, w += TAPS * RESULTS) {
#pragma unroll
    for (int tap = 0; tap < TAPS; ++tap) {
      floatv weights[RV];
#pragma unroll
      for (int v = 0; v < RV; ++v) weights[v] = LOADV(w + tap * RESULTS + v * VW);
#pragma unroll
      for (int p = 0; p < PIXELS; ++p) {
        const floatv pixel = x[(p / COLUMNS + tap / 3 - 1) * S + p % COLUMNS + tap % 3 - 1];
#pragma unroll
        for (int v = 0; v < RV; ++v) sums[p][v] = fma(weights[v], pixel, sums[p][v]);
      }
    }
  }
}

/* Where a group's pixels lie in planes. */
typedef struct place {
  int row, column, rows, columns;
  int ends_rows; /* whether zeros follow them */
} place;

INLINE void set_place(place *at, int index, int H, int S) {
  const int in_row = (S - 1 + COLUMNS - 1) / COLUMNS;
  at->row = index / in_row * ROWS;
  at->column = index % in_row * COLUMNS;
  at->rows = min(ROWS, H - at->row);
  at->columns = min(COLUMNS, S - 1 - at->column);
  at->ends_rows = at->column + COLUMNS >= S - 1;
}

/* The results of a block, after bias and activation. */
INLINE void compute_block(float pixels[PIXELS][RESULTS], __global const float *x, __global const float *w,
                          __global const float *bias, int count, int channels, int S, int PS,
                          int activation) {
  float biases[RESULTS];
  floatv sums[PIXELS][RV];
  for (int j = 0; j < RESULTS; ++j) biases[j] = bias[min(j, count - 1)];
#pragma unroll
  for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
    for (int v = 0; v < RV; ++v) sums[p][v] = LOADV(biases + v * VW);
  }
  filter(sums, x, w, channels, S, PS);
#pragma unroll
  for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
    for (int v = 0; v < RV; ++v) STOREV(activate(sums[p][v], activation), pixels[p] + v * VW);
  }
}

/* --- the transposed convolution after it -------------------------------------------------------------- */

/* A vector of weights of which `count` exist. */
INLINE floatv load_weights(__global const float *w, int count) {
  if (count >= VW) return LOADV(w);
  float single[VW];
  for (int j = 0; j < VW; ++j) single[j] = j < count ? w[j] : 0.0f;
  return LOADV(single);
}

/* sums[pixel][v] += over all results: lanes are (output channel, row, column of its 2 by 2 pixels). `w` are
 * the weights of result 0, w_result floats before those of the next, of which `count` exist. */
INLINE void spread(floatv sums[PIXELS][RV], __local const float *kept, __global const float *w, int w_result,
                   int count, int results) {
  for (int c = 0; c < results; ++c, kept += PIXELS, w += w_result) {
    floatv weights[RV];
#pragma unroll
    for (int v = 0; v < RV; ++v) weights[v] = load_weights(w + v * VW, count - v * VW);
#pragma unroll
    for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
      for (int v = 0; v < RV; ++v) sums[p][v] = fma(weights[v], (floatv)(kept[p]), sums[p][v]);
    }
  }
}

/* Of the results that are kept to `y` (O channels of rows S and planes PS apart). */
INLINE void transpose_block(__global float *y, __local const float *kept, __global const float *w,
                            __global const float *bias, int results, int O, const place *at, int H, int S,
                            int PS) {
  for (int first = 0; first < O; first += RESULTS / 4) {
    const int count = min(RESULTS / 4, O - first);
    float pixels[PIXELS][RESULTS];
    floatv sums[PIXELS][RV];
    for (int j = 0; j < RESULTS; ++j) pixels[0][j] = bias[min(first + j / 4, O - 1)];
#pragma unroll
    for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
      for (int v = 0; v < RV; ++v) sums[p][v] = LOADV(pixels[0] + v * VW);
    }
    spread(sums, kept, w + first * 4, O * 4, count * 4, results);
#pragma unroll
    for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
      for (int v = 0; v < RV; ++v) STOREV(sums[p][v], pixels[p] + v * VW);
    }
    for (int j = 0; j < count; ++j) {
      __global float *plane = y + (first + j) * (ulong)PS;
      for (int i = 0; i < 2 * at->rows; ++i)
        for (int k = 0; k < 2 * at->columns; ++k)
          plane[(2 * at->row + i) * S + 2 * at->column + k] =
              pixels[i / 2 * COLUMNS + k / 2][j * 4 + i % 2 * 2 + k % 2];
      if (at->ends_rows) write_halo(plane, 2 * at->row, 2 * (at->row + at->rows), 2 * H, S, PS);
    }
  }
}

/* --- kernel ------------------------------------------------------------------------------------------- */

INLINE void store_block(__global float *y, float pixels[PIXELS][RESULTS], int count, const place *at, int H,
                        int S, int PS) {
  for (int j = 0; j < count; ++j, y += PS) {
    for (int i = 0; i < at->rows; ++i)
      for (int k = 0; k < at->columns; ++k)
        y[(at->row + i) * S + at->column + k] = pixels[i * COLUMNS + k][j];
    if (at->ends_rows) write_halo(y, at->row, at->row + at->rows, H, S, PS);
  }
}

/* The maxima of the block's 2x2 windows, to planes of rows S and planes PS apart. */
INLINE void store_maxima(__global float *y, float pixels[PIXELS][RESULTS], int count, const place *at, int H,
                         int S, int PS) {
  for (int j = 0; j < count; ++j, y += PS) {
    for (int k = 0; k < at->columns; k += 2)
      y[at->row / 2 * S + (at->column + k) / 2] =
          max(max(pixels[k][j], pixels[k + 1][j]), max(pixels[COLUMNS + k][j], pixels[COLUMNS + k + 1][j]));
    if (at->ends_rows) write_halo(y, at->row / 2, at->row / 2 + 1, H / 2, S, PS);
  }
}

/* The maxima or the transposed convolution go to `merged`, of rows SS and planes SPS apart. Axis 0: blocks of
 * 2 rows of 4 pixels; axis 1: spans of `span` blocks of results (with TRANSPOSED all); axis 2: images. `kept`
 * holds PIXELS floats for each result with TRANSPOSED. */
KERNEL void conv2d_channels(__global const float *restrict x, ulong x_offset, int x_n_stride,
                            __global const float *restrict transformed, ulong transformed_offset,
                            __global const float *restrict params, ulong b_offset, __global float *restrict y,
                            ulong y_offset, int y_n_stride, __global float *restrict merged,
                            ulong merged_offset, int merged_n_stride, int channels, int results, int H, int S,
                            int PS, int SS, int SPS, int span, int activation, int use_pool,
                            ulong merged_w_offset, ulong merged_b_offset, int merged_channels,
                            __local float *kept) {
  ALONE_IN_GROUP;
  place at;
  set_place(&at, (int)get_global_id(0), H, S);
  const int first0 = (int)get_global_id(1) * span * RESULTS;
  x += x_offset + get_global_id(2) * (ulong)x_n_stride + at.row * S + at.column;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride;
  merged += merged_offset + get_global_id(2) * (ulong)merged_n_stride;
  if (get_global_id(0) == 0 && first0 == 0) {
    if (!TRANSPOSED) write_lead(y, S);
    if (TRANSPOSED || use_pool) write_lead(merged, SS);
  }
  for (int first = first0; first < min(first0 + span * RESULTS, results); first += RESULTS) {
    float pixels[PIXELS][RESULTS];
    const int count = min(RESULTS, results - first);
    compute_block(pixels, x, transformed + transformed_offset + first * (ulong)channels * TAPS,
                  params + b_offset + first, count, channels, S, PS, activation);
    if (TRANSPOSED) {
      for (int j = 0; j < count; ++j)
        for (int p = 0; p < PIXELS; ++p) kept[(first + j) * PIXELS + p] = pixels[p][j];
    } else {
      store_block(y + first * (ulong)PS, pixels, count, &at, H, S, PS);
      if (use_pool) store_maxima(merged + first * (ulong)SPS, pixels, count, &at, H, SS, SPS);
    }
  }
  if (TRANSPOSED)
    transpose_block(merged, kept, params + merged_w_offset, params + merged_b_offset, results,
                    merged_channels, &at, H, SS, SPS);
}
