/* Transposed convolution 2x2, stride 2, and its two gradients, the formulas of cl/conv_transpose.cl, for wide
 * vectors: a pixel of the small side and the 2 by 2 pixels that it makes are a tile.
 *
 *   conv_transpose_vector             x (N,C,H,W), w (C,O,2,2), bias (O) -> y (N,O,2H,2W)
 *   conv_transpose_input_grad_vector  dy, w -> dx, times the ELU derivative of `act` where `use_act` is set
 *   conv_transpose_weight_grad_vector parts of dw and db, one for each chunk of tiles, that
 *                                     cl/reduce_partials.cl adds up
 *
 * H, S, PS are those of the large side, SS, SPS of the small one. The caller guarantees that 3 * VW floats
 * may be read after the last plane. */

#define TILE_ROWS 2

#include "lane_products.cl"
#include "small_side.cl"

/* Vectors of tiles in registers, beside 8 channels. */
#ifndef XV
#define XV 3
#endif

#include "leave_registers.cl"

/* --- where tiles lie --------------------------------------------------------------------------------- */

/* The XV vectors of a group, and where they lie on both sides. */
typedef struct block {
  run runs[XV][RUNS];
  __global float *small[XV][RUNS], *large[XV][RUNS];
  int whole[XV], zeros[XV];                /* all_whole, any_zeros */
  __global float *next_small, *next_large; /* where the next group begins */
} block;

INLINE void set_block(block *b, const planes *small, const planes *large, const grid *g, int SS) {
  for (int v = 0; v < XV; ++v) {
    for (int s = 0; s < RUNS; ++s) {
      run *r = &b->runs[v][s];
      set_run(r, g, ((int)get_global_id(0) * XV + v) * RUNS + s);
      b->small[v][s] = small_start(small, r, SS);
      b->large[v][s] = run_start(large, g, r);
    }
    b->whole[v] = all_whole(b->runs[v], g);
    b->zeros[v] = any_zeros(b->runs[v], g);
  }
  run next;
  set_run(&next, g, ((int)get_global_id(0) + 1) * XV * RUNS);
  b->next_small = small_start(small, &next, SS);
  b->next_large = run_start(large, g, &next);
}

/* --- forward ------------------------------------------------------------------------------------------ */

/* sums[(o, a, b)][v] of OC_T / 4 output channels; w is the first one's weights of channel 0. */
INLINE void spread(floatv sums[OC_T][XV], const block *b, __global const float *w, int w_channel,
                   int channels, int SPS) {
  for (int c = 0; c < channels; ++c, w += w_channel) {
    floatv x[XV];
#pragma unroll
    for (int v = 0; v < XV; ++v) PREFETCH(b->next_small + c * SPS + v * 16);
#pragma unroll
    for (int v = 0; v < XV; ++v) x[v] = load_small((__global const float *const *)b->small[v], c * SPS);
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[j][v] = fma((floatv)(w[j]), x[v], sums[j][v]);
    }
  }
}

/* Asks for the lines of a pair of output channels of XV vectors of tiles that begin at y. */
INLINE void ask_for_pair(__global const float *y, int S, int PS) {
  for (int row = 0; row < 4; ++row) {
#pragma unroll
    for (int v = 0; v < 2 * XV; ++v) PREFETCH_TO_WRITE(y + row / 2 * PS + row % 2 * S + v * VW);
  }
}

/* store_pixels for rows that lie in the image, `offset` after their runs' beginnings: an eighth of the
 * kernel's time less, as whole tiles need no checks. */
INLINE void store_large(floatv even, floatv odd, __global float *const at[RUNS], ulong offset,
                        const run runs[RUNS], int whole) {
  run_pixels rows[RUNS];
  mix_pixels(rows, even, odd);
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
    if (whole) {
      STORE_RUN(rows[s], at[s] + offset);
    } else {
      store_run(rows[s], at[s] + offset, runs[s].columns);
    }
  }
}

/* Axis 0: blocks of XV vectors of tiles; axis 1: spans of `span` pairs of output channels. The last channel
 * alone reads weights of the channel after it, unused; the caller guarantees that they may be read. */
KERNEL void conv_transpose_vector(__global float *restrict x, ulong x_offset, int x_n_stride,
                                  __global const float *restrict params, ulong w_offset, ulong b_offset,
                                  __global float *restrict y, ulong y_offset, int y_n_stride, int C, int O,
                                  int images, int H, int S, int PS, int SS, int SPS, int span) {
  ALONE_IN_GROUP;
  grid g;
  block b;
  set_grid(&g, images, H, S, PS);
  const planes from = {x + x_offset, x_n_stride, C}, to = {y + y_offset, y_n_stride, O};
  set_block(&b, &from, &to, &g, SS);
  const int first0 = (int)get_global_id(1) * span * 2, end = min(first0 + span * 2, O);
  for (int first = first0; first < end; first += 2) {
    ask_for_pair(
        first + 2 < end ? b.large[0][0] + (first + 2) * (ulong)PS : b.next_large + first0 * (ulong)PS, S, PS);
    floatv sums[OC_T][XV];
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[j][v] = params[b_offset + min(first + j / 4, O - 1)];
    }
    spread(sums, &b, params + w_offset + first * 4, O * 4, C, SPS);
    floatv pixels[OC_T][XV];
    leave_registers(pixels, sums);
    const int count = min(2, O - first);
    for (int v = 0; v < XV; ++v) {
      for (int j = 0; j < 4 * count; j += 2)
        store_large(pixels[j][v], pixels[j + 1][v], b.large[v], (first + j / 4) * (ulong)PS + j / 2 % 2 * S,
                    b.runs[v], b.whole[v]);
      for (int o = 0; o < count && b.zeros[v]; ++o)
        write_zeros(&to, &g, b.runs[v], first + o, SAME_SIDE, S, PS);
    }
  }
}

/* --- input gradient ----------------------------------------------------------------------------------- */

/* sums[c][v] of OC_T channels of x over all output channels and their four pixels; w[c] are channel c's
 * weights. */
INLINE void collect(floatv sums[OC_T][XV], const block *b, __global const float *w[OC_T], int O, int S,
                    int PS) {
  for (int o = 0; o < O; ++o) {
#pragma unroll
    for (int a = 0; a < 2; ++a) {
      floatv d[2][XV];
#pragma unroll
      for (int v = 0; v < 2 * XV; ++v) PREFETCH(b->next_large + o * PS + a * S + v * 16);
#pragma unroll
      for (int v = 0; v < XV; ++v)
        load_pixels(&d[0][v], &d[1][v], (__global const float *const *)b->large[v], o * PS + a * S);
#pragma unroll
      for (int c = 0; c < OC_T; ++c) {
#pragma unroll
        for (int v = 0; v < XV; ++v) {
          sums[c][v] = fma((floatv)(w[c][o * 4 + a * 2]), d[0][v], sums[c][v]);
          sums[c][v] = fma((floatv)(w[c][o * 4 + a * 2 + 1]), d[1][v], sums[c][v]);
        }
      }
    }
  }
}

/* Asks for the lines of OC_T channels of XV vectors of tiles on the small side. */
INLINE void ask_for_blocks(__global const float *x, int SPS) {
  for (int c = 0; c < OC_T; ++c) {
#pragma unroll
    for (int v = 0; v <= XV; ++v) PREFETCH(x + c * SPS + v * VW);
  }
}

/* Axis 0: blocks of XV vectors of tiles; axis 1: spans of `span` blocks of OC_T channels of x. */
KERNEL void conv_transpose_input_grad_vector(__global float *restrict dy, ulong dy_offset, int dy_n_stride,
                                             __global const float *restrict params, ulong w_offset,
                                             __global float *act, ulong act_offset, int act_n_stride,
                                             __global float *dx, ulong dx_offset, int dx_n_stride, int C,
                                             int O, int images, int H, int S, int PS, int SS, int SPS,
                                             int span, int use_act) {
  ALONE_IN_GROUP;
  grid g;
  block b;
  set_grid(&g, images, H, S, PS);
  const planes from = {dy + dy_offset, dy_n_stride, O}, to = {dx + dx_offset, dx_n_stride, C},
               acts = {act + act_offset, act_n_stride, C};
  set_block(&b, &to, &from, &g, SS);
  const int block0 = (int)get_global_id(1) * span;
  for (int first = OC_T * block0; first < min(OC_T * (block0 + span), C); first += OC_T) {
    if (use_act) ask_for_blocks(small_start(&acts, &b.runs[0][0], SS) + first * (ulong)SPS, SPS);
    floatv sums[OC_T][XV];
    __global const float *w[OC_T]; /* channels beyond the last one compute the last one again, unstored */
#pragma unroll
    for (int c = 0; c < OC_T; ++c) {
      w[c] = params + w_offset + min(first + c, C - 1) * (ulong)O * 4;
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[c][v] = 0.0f;
    }
    collect(sums, &b, w, O, S, PS);
    floatv results[OC_T][XV];
    leave_registers(results, sums);
    const int count = min(OC_T, C - first);
    for (int v = 0; v < XV; ++v) {
      __global float *at[RUNS];
      __global const float *act_at[RUNS];
      for (int s = 0; s < RUNS; ++s) {
        at[s] = b.small[v][s] + first * (ulong)SPS;
        act_at[s] = small_start(&acts, &b.runs[v][s], SS) + first * (ulong)SPS;
      }
      for (int c = 0; c < count; ++c) {
        floatv result = results[c][v];
        if (use_act) {
          const floatv a =
              b.whole[v] ? load_small(act_at, c * SPS) : load_small_stored(act_at, c * SPS, b.runs[v]);
          result *= elu_derivative(a);
        }
        store_small(result, at, c * SPS, b.runs[v], 0, H, b.whole[v]);
      }
      for (int c = 0; c < count && b.zeros[v]; ++c)
        write_zeros(&to, &g, b.runs[v], first + c, HALF_SIDE, SS, SPS);
    }
  }
}

/* --- weight gradient ---------------------------------------------------------------------------------- */

/* Vectors of tiles that are asked for before they are needed. */
#define AHEAD 2

/* `count` vectors of tiles from the run `first` on, taken apart: x as (blocks of IC_T channels, depth, IC_T),
 * dy as (pairs of channels, depth, OC_T = 2 channels by 4 pixels of a tile). Tiles beyond the image are zero.
 */
INLINE void take_apart(__local floatv *x_out, __local floatv *dy_out, int depth, const planes *x,
                       const planes *dy, const grid *g, int SS, int SPS, int first, int count) {
  for (int t = 0; t < count; ++t) {
    run runs[RUNS];
    __global const float *small[RUNS], *large[RUNS];
    for (int s = 0; s < RUNS; ++s) {
      set_run(&runs[s], g, first + t * RUNS + s);
      small[s] = small_start(x, &runs[s], SS);
      large[s] = run_start(dy, g, &runs[s]);
    }
    const intv inside = all_whole(runs, g) ? (intv)(-1) : columns_of(runs) > 0;
    for (int c = 0; c < x->channels; ++c) {
      PREFETCH(small[0] + c * SPS + AHEAD * VW);
      x_out[(c / IC_T * depth + t) * IC_T + c % IC_T] = keep(load_small(small, c * SPS), inside);
    }
    for (int o = 0; o < dy->channels; ++o) {
      __local floatv *out = dy_out + (o / 2 * depth + t) * OC_T + o % 2 * 4;
#pragma unroll
      for (int a = 0; a < 2; ++a) {
        floatv even, odd;
        PREFETCH(large[0] + o * g->PS + a * g->S + AHEAD * 2 * VW);
        PREFETCH(large[0] + o * g->PS + a * g->S + AHEAD * 2 * VW + 16);
        load_pixels(&even, &odd, large, o * g->PS + a * g->S);
        out[2 * a] = keep(even, inside);
        out[2 * a + 1] = keep(odd, inside);
      }
    }
  }
}

/* part[o] += the sum of dy. */
INLINE void sum_bias(__global float *part, __local const floatv *dy, int depth, int count, int channels,
                     int first) {
  for (int o = 0; o < channels; ++o) {
    __local const floatv *in = dy + o / 2 * depth * OC_T + o % 2 * 4;
    floatv sum = 0.0f;
    for (int t = 0; t < count; ++t, in += OC_T) sum += (in[0] + in[1]) + (in[2] + in[3]);
    part[o] = (first ? 0.0f : part[o]) + SUMV(sum);
  }
}

/* Axis 0: chunks of `rounds` times `depth` vectors of tiles; axis 1: spans of `span` pairs of output
 * channels. `scratch` holds depth (C + 4 * 2 * span) vectors, C rounded up to IC_T. */
KERNEL void conv_transpose_weight_grad_vector(__global float *restrict x, ulong x_offset, int x_n_stride,
                                              __global float *restrict dy, ulong dy_offset, int dy_n_stride,
                                              __global float *restrict partials, ulong partials_offset, int C,
                                              int O, int images, int H, int S, int PS, int SS, int SPS,
                                              int depth, int rounds, int span, __local floatv *scratch) {
  ALONE_IN_GROUP;
  grid g;
  set_grid(&g, images, H, S, PS);
  const int o0 = (int)get_global_id(1) * span * 2, chunk = (int)get_global_id(0);
  const planes from = {x + x_offset, x_n_stride, C};
  const planes over = {dy + dy_offset + o0 * (ulong)PS, dy_n_stride, min(2 * span, O - o0)};
  __local floatv *dys = scratch + ROUND_UP(C, IC_T) * depth;
  partials += partials_offset + chunk * ((ulong)C * O * 4 + O);
  for (int round = 0; round < rounds; ++round) {
    const int first = (chunk * rounds + round) * depth * RUNS;
    const int count = min(depth, (g.count - first + RUNS - 1) / RUNS);
    if (count <= 0) return;
    take_apart(scratch, dys, depth, &from, &over, &g, SS, SPS, first, count);
    sum_bias(partials + (ulong)C * O * 4 + o0, dys, depth, count, over.channels, round == 0);
    for (int o = 0; o < over.channels; o += 2)
      multiply_lanes(partials + (o0 + o) * 4, O * 4, min(2, over.channels - o) * 4,
                     dys + o / 2 * depth * OC_T, scratch, depth, count, C, round == 0);
  }
}
