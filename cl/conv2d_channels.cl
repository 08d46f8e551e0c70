/* Convolution 3x3 ('same', stride 1) of layers of few pixels, the formula of cl/conv2d.cl: the lanes of a
 * vector are results, so that none are left over where rows are shorter than a vector.
 *
 *   channel_weights  w as conv2d_channels reads it: (block of results, channel, kernel position, result)
 *   conv2d_channels  x, that, bias -> y, and its maxima of 2x2 windows where `use_pool` is set
 *
 * The caller guarantees what it does for cl/conv2d.cl. */

/* Vectors of results in registers, beside 2 rows of 4 pixels. */
#ifndef RV
#define RV 2
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

/* Axis 0: blocks of 2 rows of 4 pixels; axis 1: blocks of results; axis 2: images. */
KERNEL void conv2d_channels(__global const float *restrict x, ulong x_offset, int x_n_stride,
                            __global const float *restrict transformed, ulong transformed_offset,
                            __global const float *restrict params, ulong b_offset, __global float *restrict y,
                            ulong y_offset, int y_n_stride, __global float *restrict pooled,
                            ulong pooled_offset, int pooled_n_stride, int channels, int results, int H, int S,
                            int PS, int SS, int SPS, int activation, int use_pool) {
  ALONE_IN_GROUP;
  const int in_row = (S - 1 + COLUMNS - 1) / COLUMNS, block = (int)get_global_id(1);
  const int row = (int)get_global_id(0) / in_row * ROWS, column = (int)get_global_id(0) % in_row * COLUMNS;
  const int first = block * RESULTS, count = min(RESULTS, results - first);
  float bias[RESULTS], pixels[PIXELS][RESULTS];
  floatv sums[PIXELS][RV];
  for (int j = 0; j < RESULTS; ++j) bias[j] = params[b_offset + first + min(j, count - 1)];
#pragma unroll
  for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
    for (int v = 0; v < RV; ++v) sums[p][v] = LOADV(bias + v * VW);
  }
  x += x_offset + get_global_id(2) * (ulong)x_n_stride + row * S + column;
  filter(sums, x, transformed + transformed_offset + block * (ulong)channels * TAPS * RESULTS, channels, S,
         PS);
#pragma unroll
  for (int p = 0; p < PIXELS; ++p) {
#pragma unroll
    for (int v = 0; v < RV; ++v) STOREV(activate(sums[p][v], activation), pixels[p] + v * VW);
  }
  y += y_offset + get_global_id(2) * (ulong)y_n_stride + first * (ulong)PS;
  if (get_global_id(0) == 0 && first == 0) write_lead(y, S);
  const int rows = min(ROWS, H - row), columns = min(COLUMNS, S - 1 - column);
  for (int j = 0; j < count; ++j, y += PS) {
    for (int i = 0; i < rows; ++i)
      for (int k = 0; k < columns; ++k) y[(row + i) * S + column + k] = pixels[i * COLUMNS + k][j];
    if (column + COLUMNS >= S - 1) write_halo(y, row, row + rows, H, S, PS);
  }
  if (!use_pool) return;
  pooled += pooled_offset + get_global_id(2) * (ulong)pooled_n_stride + first * (ulong)SPS;
  if (get_global_id(0) == 0 && first == 0) write_lead(pooled, SS);
  for (int j = 0; j < count; ++j, pooled += SPS) {
    for (int k = 0; k < columns; k += 2)
      pooled[row / 2 * SS + (column + k) / 2] =
          max(max(pixels[k][j], pixels[k + 1][j]), max(pixels[COLUMNS + k][j], pixels[COLUMNS + k + 1][j]));
    if (column + COLUMNS >= S - 1) write_halo(pooled, row / 2, row / 2 + 1, H / 2, SS, SPS);
  }
}
