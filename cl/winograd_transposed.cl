/* For cl/conv2d_winograd.cl: the transposed convolution 2x2, stride 2, (cl/conv_transpose.cl) of the results
 * of a vector of tiles, which its group has all of. */
#ifndef WINOGRAD_TRANSPOSED_CL
#define WINOGRAD_TRANSPOSED_CL

#include "small_side.cl"
#include "winograd_layout.cl"

/* What it reads and writes: C results, w (C,O,2,2) and bias (O); `to`, of twice the height and width, has
 * rows S and planes PS apart. */
typedef struct transposed {
  planes to;
  __global const float *w, *bias;
  int C, S, PS;
} transposed;

/* Output channels at a time, of 2 by 2 pixels each. */
#define PAIR (OC_T / 4)

/* What is kept of a result: the even and odd pixels of each row of the tiles. */
#define KEPT_VECTORS (2 * TILE_ROWS)

/* Where the even and odd pixels of row i of the tiles are kept, for all results. */
INLINE __local floatv *kept_row(__local floatv *kept, int C, int i) { return kept + i * C * 2; }

/* sums[(o, a, b)][parity] of two output channels; w is the first one's weights of result 0. A last
 * channel alone reads what follows its weights, unused. */
INLINE void spread_row(floatv sums[OC_T][2], __local const floatv *row, __global const float *w, int w_result,
                       int C) {
  for (int c = 0; c < C; ++c, row += 2, w += w_result) {
    const floatv even = row[0], odd = row[1];
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
      sums[j][0] = fma((floatv)(w[j]), even, sums[j][0]);
      sums[j][1] = fma((floatv)(w[j]), odd, sums[j][1]);
    }
  }
}

typedef UNET_PASTE(ulong, HALF_RUN) pairs;
#define AS_PAIRS(v) UNET_PASTE(as_ulong, HALF_RUN)(v)
#define AS_RUN(v) UNET_PASTE(as_float, RUN)(v)

/* Pixels 4 t, 4 t + 1 from `even`, 4 t + 2, 4 t + 3 from `odd`, of tile t: a row of 2 RUN pixels for each
 * run. */
INLINE void store_spread(const floatv even[2], const floatv odd[2], __global float *const at[RUNS],
                         ulong offset, const run runs[RUNS], int row, int H) {
  run_pixels of_even[RUNS], of_odd[RUNS];
  mix_pixels(of_even, even[0], even[1]);
  mix_pixels(of_odd, odd[0], odd[1]);
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
    if (runs[s].row + row >= H) continue;
    const pairs a = AS_PAIRS(of_even[s]), b = AS_PAIRS(of_odd[s]);
    pairs left, right;
    left.even = a.lo;
    left.odd = b.lo;
    right.even = a.hi;
    right.odd = b.hi;
    store_run(AS_RUN(left), at[s] + offset, min(RUN, 2 * runs[s].columns));
    store_run(AS_RUN(right), at[s] + offset + RUN, max(0, 2 * runs[s].columns - RUN));
  }
}

/* Asks for the lines of row i of the tiles of a pair of output channels. */
INLINE void ask_for_spread(__global float *const at[RUNS], ulong offset, int S, int PS) {
  for (int row = 0; row < 4; ++row) {
#pragma unroll
    for (int s = 0; s < 2 * RUNS; ++s)
      PREFETCH_TO_WRITE(at[s / 2] + offset + row / 2 * PS + row % 2 * S + s % 2 * RUN);
  }
}

/* From all results of a vector of tiles, that lie as kept_row says. `zeros`: any_zeros. */
INLINE void transpose_results(const transposed *t, __local floatv *kept, const grid *g, const run runs[RUNS],
                              int zeros) {
  __global float *at[RUNS];
  const int O = t->to.channels;
  for (int s = 0; s < RUNS; ++s)
    at[s] = t->to.at + runs[s].n * (ulong)t->to.n_stride + 2 * (runs[s].row * t->S + runs[s].column);
  for (int i = 0; i < TILE_ROWS; ++i) ask_for_spread(at, 2 * i * t->S, t->S, t->PS);
  for (int first = 0; first < O; first += PAIR) {
    for (int i = 0; i < TILE_ROWS; ++i) {
      floatv sums[OC_T][2], spread[OC_T][2];
#pragma unroll
      for (int j = 0; j < OC_T; ++j) sums[j][0] = sums[j][1] = t->bias[min(first + j / 4, O - 1)];
      if (first + PAIR < O) ask_for_spread(at, (first + PAIR) * (ulong)t->PS + 2 * i * t->S, t->S, t->PS);
      spread_row(sums, kept_row(kept, t->C, i), t->w + first * 4, O * 4, t->C);
#pragma unroll
      for (int j = 0; j < OC_T; ++j) {
        spread[j][0] = sums[j][0];
        spread[j][1] = sums[j][1];
      }
      for (int j = 0; j < 4 * min(PAIR, O - first); j += 2) {
        const floatv even[2] = {spread[j][0], spread[j + 1][0]}, odd[2] = {spread[j][1], spread[j + 1][1]};
        store_spread(even, odd, at, (first + j / 4) * (ulong)t->PS + (2 * i + j / 2 % 2) * t->S, runs, i,
                     g->H);
      }
    }
    for (int o = first; o < min(first + PAIR, O) && zeros; ++o)
      write_zeros(&t->to, g, runs, o, DOUBLE_SIDE, t->S, t->PS);
  }
}

#endif
