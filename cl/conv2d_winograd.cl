/* Convolution 3x3 ('same', stride 1) and its input gradient by Winograd's minimal filtering, F(4x2, 3x3): the
 * formulas of cl/conv2d.cl with 24 multiplications where they take 72.
 *
 *   y = AT4 [ sum over i of (G4 w[o,i] G2') * (BT4 x[i] B2) ] A2     for tiles of 4 rows by 2 columns of y
 *
 * with * by element, x[i] the 6 by 4 pixels that the tile sees, and the matrices of F(4,3) (points 0, 1, -1,
 * 2, -2, infinity) down the columns, of F(2,3) along the rows (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015). The products for one of the 24 components are a matrix product over
 * channels.
 *
 * One kernel serves the convolution and its input gradient. w transformed: cl/winograd_weights.cl.
 *
 * The caller guarantees what it does for cl/conv2d.cl; the zeros of row H serve the tiles that reach below
 * it. With TRANSPOSED, that four floats may be read after the weights of the transposed convolution. */

#include "small_side.cl"
#include "winograd.cl"
#include "winograd_layout.cl"
#include "winograd_transposed.cl"

/* Vectors of tiles in registers. */
#ifndef XV
#define XV 3
#endif

/* Whether a transposed convolution follows, which alone is stored then. */
#ifndef TRANSPOSED
#define TRANSPOSED 0
#endif

/* --- transforms --------------------------------------------------------------------------------------- */

/* AT4 m A2: the even and odd pixels of four rows. */
INLINE void transform_products(floatv even[4], floatv odd[4], __local const floatv *m, int stride) {
  floatv t[4][4];
#pragma unroll
  for (int x = 0; x < 4; ++x) {
    const floatv m1 = m[(4 + x) * stride], m2 = m[(8 + x) * stride];
    const floatv m3 = m[(12 + x) * stride], m4 = m[(16 + x) * stride];
    const floatv sum1 = m1 + m2, sum2 = m3 + m4, gap1 = m1 - m2, gap2 = m3 - m4;
    t[0][x] = m[x * stride] + sum1 + sum2;
    t[1][x] = gap1 + 2.0f * gap2;
    t[2][x] = sum1 + 4.0f * sum2;
    t[3][x] = gap1 + 8.0f * gap2 + m[(20 + x) * stride];
  }
#pragma unroll
  for (int y = 0; y < 4; ++y) {
    even[y] = t[y][0] + t[y][1] + t[y][2];
    odd[y] = t[y][1] - t[y][2] - t[y][3];
  }
}

/* --- products ----------------------------------------------------------------------------------------- */

/* products[component][j][v] = sum over channels of the transformed weights and pixels, for the results of
 * `count` blocks: a component's pixels stay in the nearest cache meanwhile. From one component to the next
 * are `stride` vectors of pixels and `products_stride` of products. The cache gets the kernels of the next
 * component, and the six rows from `next` on, where the next group begins. */
INLINE void multiply(__local floatv *products, int products_stride, __local const floatv *pixels, int stride,
                     __global const float *w, int count, int channels, __global const float *next,
                     const grid *g) {
  const int component = COMPONENT_FLOATS(channels);
  for (int k = 0; k < COMPONENTS; ++k, pixels += stride, products += products_stride, w += component) {
    __global const float *ahead = next + k / 4 * g->S + k % 4 * (XV * VW / 2);
    for (int block = 0; block < count; ++block) {
      __global const float *kernel_at = w + BLOCKS_FLOATS(block, channels);
      floatv sums[OC_T][XV];
#pragma unroll
      for (int j = 0; j < OC_T; ++j) {
#pragma unroll
        for (int v = 0; v < XV; ++v) sums[j][v] = 0.0f;
      }
      __local const floatv *in = pixels;
      __global const float *ahead_at = ahead;
      for (int c = 0; c < channels; ++c, in += XV, kernel_at += OC_T, ahead_at += g->PS) {
        PREFETCH(ahead_at);
        PREFETCH(ahead_at + 16);
        PREFETCH(kernel_at + component);
        floatv x[XV];
#pragma unroll
        for (int v = 0; v < XV; ++v) x[v] = in[v];
#pragma unroll
        for (int j = 0; j < OC_T; ++j) {
#pragma unroll
          for (int v = 0; v < XV; ++v) sums[j][v] = fma((floatv)(kernel_at[j]), x[v], sums[j][v]);
        }
      }
      __local floatv *out = products + block * OC_T * XV;
#pragma unroll
      for (int j = 0; j < OC_T; ++j) {
#pragma unroll
        for (int v = 0; v < XV; ++v) out[j * XV + v] = sums[j][v];
      }
    }
  }
}

/* --- tiles -------------------------------------------------------------------------------------------- */

/* The transformed pixels of the XV vectors from the run `first` on: component k of channel c at
 * scratch[k * stride + c * XV]. */
INLINE void transform_group(__local floatv *scratch, int stride, run runs[XV][RUNS], const planes *x,
                            const grid *g, int first) {
  for (int v = 0; v < XV; ++v) {
    __global const float *at[6][RUNS];
    for (int s = 0; s < RUNS; ++s) {
      run *r = &runs[v][s];
      set_run(r, g, first + v * RUNS + s);
      for (int i = 0; i < 6; ++i) at[i][s] = run_start(x, g, r) + min(i - 1, g->H - r->row) * g->S;
    }
    for (int c = 0; c < x->channels; ++c) transform_pixels(scratch + c * XV + v, stride, at, c * g->PS);
  }
}

/* Where a vector of tiles lies in the planes of the first result, of `act` and of the maxima. */
typedef struct target {
  __global float *y[RUNS], *pooled[RUNS];
  __global const float *act[RUNS];
  int whole, zeros; /* all_whole, any_zeros */
} target;

/* What a group writes, and reads beside: `pooled`, of rows SS and planes SPS apart, where `use_pool` is set.
 */
typedef struct results {
  planes y, act, pooled;
  int SS, SPS, activation, use_act, use_pool;
} results;

INLINE void set_target(target *t, const results *out, const grid *g, const run runs[RUNS]) {
  for (int s = 0; s < RUNS; ++s) {
    t->y[s] = run_start(&out->y, g, &runs[s]);
    t->act[s] = run_start(&out->act, g, &runs[s]);
    t->pooled[s] = small_start(&out->pooled, &runs[s], out->SS);
  }
  t->whole = all_whole(runs, g);
  t->zeros = any_zeros(runs, g);
}

/* Bias, then ELU or the ELU derivative of `act` where they are wanted, in row `row` of the tiles. */
INLINE void finish(floatv *even, floatv *odd, float bias, const results *out, const target *t,
                   __global const float *const act[RUNS], const grid *g, const run runs[RUNS], int row) {
  *even += bias;
  *odd += bias;
  if (out->activation == ELU) {
    *even = elu_of(*even);
    *odd = elu_of(*odd);
  }
  if (out->use_act) {
    floatv a, b;
    if (t->whole) {
      load_pixels(&a, &b, act, row * g->S);
    } else {
      load_stored(&a, &b, act, runs, row, g->H, g->S);
    }
    *even *= elu_derivative(a);
    *odd *= elu_derivative(b);
  }
}

/* One result of a vector of tiles, from its products. `stride` as in transform_products. */
INLINE void store_result(const results *out, const target *t, const grid *g, const run runs[RUNS], int result,
                         __local const floatv *products, int stride, float bias, __local floatv *kept) {
  floatv even[4], odd[4];
  __global float *to[RUNS];
  __global const float *acts[RUNS];
  for (int s = 0; s < RUNS; ++s) {
    to[s] = t->y[s] + result * (ulong)g->PS;
    acts[s] = t->act[s] + result * (ulong)g->PS;
  }
  transform_products(even, odd, products, stride);
  for (int i = 0; i < 4; ++i) {
    finish(&even[i], &odd[i], bias, out, t, acts, g, runs, i);
    if (TRANSPOSED) {
      __local floatv *pixels = kept_row(kept, out->y.channels, i) + result * 2;
      pixels[0] = even[i];
      pixels[1] = odd[i];
    } else {
      store_pixels(even[i], odd[i], to, runs, i, g->H, g->S);
    }
  }
  if (TRANSPOSED) return;
  if (t->zeros) write_zeros(&out->y, g, runs, result, SAME_SIDE, g->S, g->PS);
  if (!out->use_pool) return;
  for (int s = 0; s < RUNS; ++s) to[s] = t->pooled[s] + result * (ulong)out->SPS;
#pragma unroll
  for (int i = 0; i < 4; i += 2)
    store_small(max(max(even[i], odd[i]), max(even[i + 1], odd[i + 1])), to, i / 2 * out->SS, runs, i, g->H,
                t->whole);
  if (t->zeros) write_zeros(&out->pooled, g, runs, result, HALF_SIDE, out->SS, out->SPS);
}

/* Forward: x, bias, ELU -> y. To `merged`, of rows SS and planes SPS apart, go y's maxima of 2x2 windows
 * where `use_pool` is set, or with TRANSPOSED, in the stead of y, its transposed convolution. Input gradient:
 * dy, no bias, `act` where `use_act` is set -> dx. They are one kernel because each takes a second to
 * compile. Axis 0: blocks of XV vectors of tiles; axis 1: spans of `span` blocks of OC_T results (with
 * TRANSPOSED all), of which `together` are multiplied at a time. `scratch` holds vectors: the transformed
 * pixels, the products of those blocks, with TRANSPOSED the results, COMPONENTS (channels XV + 1) +
 * COMPONENTS (together OC_T XV + 1) + KEPT_VECTORS n_results XV */
KERNEL void conv2d_winograd(__global float *restrict x, ulong x_offset, int x_n_stride,
                            __global const float *restrict transformed, ulong transformed_offset,
                            __global const float *restrict params, ulong b_offset, __global float *act,
                            ulong act_offset, int act_n_stride, __global float *y, ulong y_offset,
                            int y_n_stride, __global float *restrict merged, ulong merged_offset,
                            int merged_n_stride, int channels, int n_results, int images, int H, int S,
                            int PS, int SS, int SPS, int span, int together, int use_bias, int activation,
                            int use_act, int use_pool, ulong merged_w_offset, ulong merged_b_offset,
                            int merged_channels, __local floatv *scratch) {
  ALONE_IN_GROUP;
  const planes from = {x + x_offset, x_n_stride, channels};
  const results out = {{y + y_offset, y_n_stride, n_results},
                       {act + act_offset, act_n_stride, n_results},
                       {merged + merged_offset, merged_n_stride, n_results},
                       SS,
                       SPS,
                       activation,
                       use_act,
                       use_pool};
  /* No powers of two: components go to cache lines of their own. */
  const int stride = channels * XV + 1, products_stride = together * OC_T * XV + 1;
  __local floatv *products = scratch + COMPONENTS * stride, *kept = products + COMPONENTS * products_stride;
  const int first = (int)get_global_id(0) * XV * RUNS, blocks = (n_results + OC_T - 1) / OC_T;
  const int block0 = (int)get_global_id(1) * span, block1 = min(block0 + span, blocks);
  grid g;
  run runs[XV][RUNS], next;
  target targets[XV];
  set_grid(&g, images, H, S, PS);
  set_run(&next, &g, first + XV * RUNS);
  transform_group(scratch, stride, runs, &from, &g, first);
  for (int v = 0; v < XV; ++v) set_target(&targets[v], &out, &g, runs[v]);
  for (int block = block0; block < block1; block += together) {
    const int count = min(together, block1 - block);
    multiply(products, products_stride, scratch, stride,
             transformed + transformed_offset + BLOCKS_FLOATS(block, channels), count, channels,
             run_start(&from, &g, &next) - S, &g);
    for (int j = 0; j < count * OC_T && block * OC_T + j < n_results; ++j) {
      const int result = block * OC_T + j;
      const float bias = use_bias ? params[b_offset + result] : 0.0f;
      for (int v = 0; v < XV; ++v)
        store_result(&out, &targets[v], &g, runs[v], result, products + j * XV + v, products_stride, bias,
                     kept + v * KEPT_VECTORS * n_results);
    }
  }
  if (!TRANSPOSED) return;
  const transposed t = {{merged + merged_offset, merged_n_stride, merged_channels},
                        params + merged_w_offset,
                        params + merged_b_offset,
                        n_results,
                        SS,
                        SPS};
  for (int v = 0; v < XV; ++v)
    transpose_results(&t, kept + v * KEPT_VECTORS * n_results, &g, runs[v], targets[v].zeros);
}
