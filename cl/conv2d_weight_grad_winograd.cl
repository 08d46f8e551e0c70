/* Weight and bias gradient of the convolution 3x3 ('same', stride 1) by Winograd's minimal filtering, the
 * formulas of cl/conv2d_weight_grad.cl. It is the gradient of cl/conv2d_winograd.cl's product:
 *
 *   dw[o,i] = G4' [ sum over tiles of (A4 dy[o] A2') * (BT4 x[i] B2) ] G2,   db[o] = sum over tiles of dy[o]
 *
 * with * by element. For one of the 24 components the sum over tiles is a matrix product (O, tiles) (tiles,
 * I).
 *
 * The kernel makes the sums over chunks of tiles, for cl/winograd_weights.cl to add up and transform.
 *
 * partials (chunk, component, block of OC_T output channels, I, OC_T), then (chunk, blocks of OC_T output
 * channels) for the biases. The caller guarantees what it does for cl/conv2d_winograd.cl. */

#include "lane_products.cl"
#include "tiles.cl"
#include "winograd.cl"
#include "winograd_layout.cl"

/* Rows of components in the scratch memory at a time: 6, or 1 where there are many channels. */
#ifndef ROWS
#define ROWS 6
#endif
/* Most vectors of tiles that a group transforms at a time. */
#ifndef DEPTH
#define DEPTH 16
#endif

/* --- transforms --------------------------------------------------------------------------------------- */

/* (even, odd) A2', component k to out[k * stride]. */
INLINE void store_dy(__local floatv *out, int stride, floatv even, floatv odd) {
  out[0] = even;
  out[stride] = even + odd;
  out[2 * stride] = even - odd;
  out[3 * stride] = -odd;
}

#if ROWS == 6
#define X_ROWS 6
#define X_ROW(y, r) (r)

/* All components: BT4 x B2, and A4 dy A2', component k to out[k * stride]. */
INLINE void transform_x(__local floatv *out, int stride, __global const float *const at[6][RUNS], int offset,
                        int y) {
  transform_pixels(out, stride, at, offset);
}

INLINE void expand6(floatv out[6], const floatv d[4]) {
  const floatv sum = d[0] + d[2], other = d[1] + d[3], quads = d[0] + 4.0f * d[2],
               twos = 2.0f * d[1] + 8.0f * d[3];
  out[0] = d[0];
  out[1] = sum + other;
  out[2] = sum - other;
  out[3] = quads + twos;
  out[4] = quads - twos;
  out[5] = d[3];
}

INLINE void transform_dy(__local floatv *out, int stride, __global const float *const at[4][RUNS], int offset,
                         int y) {
  floatv even[4], odd[4], evens[6], odds[6];
#pragma unroll
  for (int r = 0; r < 4; ++r) load_pixels(&even[r], &odd[r], at[r], offset);
  expand6(evens, even);
  expand6(odds, odd);
#pragma unroll
  for (int k = 0; k < 6; ++k) store_dy(out + 4 * k * stride, stride, evens[k], odds[k]);
}
#else
#define X_ROWS 4
#define X_ROW(y, r) x_rows[y][r]

/* Row y of the components combines these rows of a tile's pixels: the rows of BT4 without their zeros (with
 * one where there are but three); and A4, the powers of the points. */
__constant int x_rows[6][4] = {{0, 2, 4, 4}, {1, 2, 3, 4}, {1, 2, 3, 4},
                               {1, 2, 3, 4}, {1, 2, 3, 4}, {1, 3, 5, 5}};
__constant float x_factors[6][4] = {{4, -5, 1, 0},  {-4, -4, 1, 1}, {4, -4, -1, 1},
                                    {-2, -1, 2, 1}, {2, -1, -2, 1}, {4, -5, 1, 0}};
__constant float dy_factors[6][4] = {{1, 0, 0, 0}, {1, 1, 1, 1},   {1, -1, 1, -1},
                                     {1, 2, 4, 8}, {1, -2, 4, -8}, {0, 0, 0, 1}};

INLINE void transform_x(__local floatv *out, int stride, __global const float *const at[4][RUNS], int offset,
                        int y) {
  floatv d[4] = {0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    floatv e[4];
    load_pixels(&e[0], &e[1], at[r], offset - 1);
    load_pixels(&e[2], &e[3], at[r], offset + 1);
#pragma unroll
    for (int x = 0; x < 4; ++x) d[x] = fma((floatv)(x_factors[y][r]), e[x], d[x]);
  }
  out[0] = d[0] - d[2];
  out[stride] = d[1] + d[2];
  out[2 * stride] = d[2] - d[1];
  out[3 * stride] = d[1] - d[3];
}

INLINE void transform_dy(__local floatv *out, int stride, __global const float *const at[4][RUNS], int offset,
                         int y) {
  floatv even = 0.0f, odd = 0.0f;
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    floatv e, o;
    load_pixels(&e, &o, at[r], offset);
    even = fma((floatv)(dy_factors[y][r]), e, even);
    odd = fma((floatv)(dy_factors[y][r]), o, odd);
  }
  store_dy(out, stride, even, odd);
}
#endif

/* Clears the components of tiles beyond the image: what was read there may be NaN. Component 3 takes the
 * columns right of a tile's first one alone. */
INLINE void clear_outside(__local floatv *out, int stride, intv columns) {
  for (int k = 0; k < 4 * ROWS; ++k) out[k * stride] = keep(out[k * stride], columns > (k % 4 == 3));
}

/* --- tiles -------------------------------------------------------------------------------------------- */

/* part[o] = sum over tiles of dy, which is the component (1, 1) of dy. */
INLINE void sum_bias(__global float *part, __local const floatv *dy, int count, int first) {
  for (int o = 0; o < OC_T; ++o) {
    floatv sum = 0.0f;
    for (int t = 0; t < count; ++t) sum += dy[t * OC_T + o];
    part[o] = (first ? 0.0f : part[o]) + SUMV(sum);
  }
}

/* --- tiles -------------------------------------------------------------------------------------------- */

INLINE __global const float *run_row(const planes *t, const grid *g, const run *r, int row) {
  return t->at + r->n * (ulong)t->n_stride + min(r->row + row, g->H) * g->S + r->column;
}

/* A vector of tiles: where the rows of x and dy begin that row y of the components combines. */
typedef struct vector {
  __global const float *x[X_ROWS][RUNS], *dy[4][RUNS];
  intv columns;
  int whole; /* no lane needs clearing */
} vector;

INLINE void find_vector(vector *v, const planes *x, const planes *dy, const grid *g, int first, int y) {
  run runs[RUNS];
  v->whole = 1;
  for (int s = 0; s < RUNS; ++s) {
    set_run(&runs[s], g, first + s);
    v->whole &= runs[s].columns == RUN;
    for (int r = 0; r < X_ROWS; ++r) v->x[r][s] = run_row(x, g, &runs[s], X_ROW(y, r) - 1);
    for (int r = 0; r < 4; ++r) v->dy[r][s] = run_row(dy, g, &runs[s], r);
  }
  v->columns = columns_of(runs);
}

/* The next channel's pixels, while this one's are transformed. */
INLINE void ask_for(__global const float *const (*at)[RUNS], int rows, int offset) {
#pragma unroll
  for (int r = 0; r < rows; ++r) {
#pragma unroll
    for (int s = 0; s < RUNS; ++s) PREFETCH(at[r][s] + offset);
  }
}

/* Rows of components from y on of `count` vectors of tiles from the run `first` on: those of x as (component,
 * blocks of IC_T channels, depth, IC_T), those of dy as (component, blocks of OC_T, depth, OC_T). Channel by
 * channel, so that memory is read in long rows. */
INLINE void transform(__local floatv *x_out, int x_stride, __local floatv *dy_out, int dy_stride, int depth,
                      const planes *x, const planes *dy, const grid *g, int first, int count, int y) {
  vector vectors[DEPTH];
  for (int t = 0; t < count; ++t) find_vector(&vectors[t], x, dy, g, first + t * RUNS, y);
  for (int c = 0; c < x->channels; ++c) {
    for (int t = 0; t < count; ++t) {
      __local floatv *out = x_out + (c / IC_T * depth + t) * IC_T + c % IC_T;
      ask_for(vectors[t].x, X_ROWS, (c + 1) * g->PS);
      transform_x(out, x_stride, vectors[t].x, c * g->PS, y);
      if (!vectors[t].whole) clear_outside(out, x_stride, vectors[t].columns);
    }
  }
  for (int c = 0; c < dy->channels; ++c) {
    for (int t = 0; t < count; ++t) {
      __local floatv *out = dy_out + (c / OC_T * depth + t) * OC_T + c % OC_T;
      ask_for(vectors[t].dy, 4, (c + 1) * g->PS);
      transform_dy(out, dy_stride, vectors[t].dy, c * g->PS, y);
      if (!vectors[t].whole) clear_outside(out, dy_stride, vectors[t].columns);
    }
  }
}

/* Axis 0: chunks of `rounds` times `depth` vectors of tiles; axis 1: spans of `span` blocks of OC_T output
 * channels; axis 2: groups of 6 / get_num_groups(2) rows of components. `scratch` holds 4 ROWS (depth
 * (in_channels + span * OC_T) + 2) vectors, in_channels rounded up to IC_T: the transformed pixels of a
 * round. */
KERNEL void conv2d_weight_grad_winograd(__global float *restrict x, ulong x_offset, int x_n_stride,
                                        __global float *restrict dy, ulong dy_offset, int dy_n_stride,
                                        __global float *restrict partials, ulong partials_offset,
                                        int in_channels, int out_channels, int images, int H, int S, int PS,
                                        int depth, int rounds, int span, __local floatv *scratch) {
  ALONE_IN_GROUP;
  grid g;
  set_grid(&g, images, H, S, PS);
  const int blocks = (out_channels + OC_T - 1) / OC_T, chunk = (int)get_group_id(0);
  const int block0 = (int)get_group_id(1) * span, block1 = min(block0 + span, blocks);
  const int rows = 6 / (int)get_num_groups(2), row0 = (int)get_group_id(2) * rows;
  const planes from = {x + x_offset, x_n_stride, in_channels};
  const planes over = {dy + dy_offset + (ulong)block0 * OC_T * PS, dy_n_stride,
                       min(span * OC_T, out_channels - block0 * OC_T)};
  const ulong weights = BLOCKS_FLOATS(blocks, in_channels);
  partials += partials_offset + chunk * (weights + blocks * OC_T);
  /* Seldom a power of two: components go to cache lines of their own, which is worth a sixth of the time. */
  const int x_stride = ROUND_UP(in_channels, IC_T) * depth + 1,
            dy_stride = (block1 - block0) * OC_T * depth + 1;
  __local floatv *dys = scratch + 4 * ROWS * x_stride;
  for (int round = 0; round < rounds; ++round) {
    const int first = (chunk * rounds + round) * depth * RUNS, left = (g.count - first + RUNS - 1) / RUNS;
    const int count = min(depth, left);
    if (count <= 0) return;
    for (int y = row0; y < row0 + rows; y += ROWS) {
      transform(scratch, x_stride, dys, dy_stride, depth, &from, &over, &g, first, count, y);
      for (int block = block0; block < block1; ++block) {
        __local const floatv *d = dys + (block - block0) * OC_T * depth;
        __global float *sums = partials + BLOCKS_FLOATS(block, in_channels);
        if (y <= 1 && 1 < y + ROWS)
          sum_bias(partials + weights + block * OC_T, d + (5 - 4 * y) * dy_stride, count, round == 0);
        for (int k = 0; k < 4 * ROWS; ++k)
          multiply_lanes(sums + (y * 4 + k) * COMPONENT_FLOATS(in_channels), OC_T, OC_T, d + k * dy_stride,
                         scratch + k * x_stride, depth, count, in_channels, round == 0);
      }
    }
  }
}
