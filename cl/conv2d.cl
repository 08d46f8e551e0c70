/* Convolution and its input gradient, K = 3 ('same') or K = 1, stride 1.
 *
 *   y[r](p) = b[r] + sum over c, ky, kx of w[r,c,ky,kx] x[c](p + turn ((ky-R) S + kx-R)),  R = K / 2
 *
 * then `activation`, or times the ELU derivative of `act` where `use_act` is set. With HEAD also the
 * 1x1 convolution of all results (no more than OC_T) to one channel; with `unread` that alone is stored. With
 * POOL also the maxima of 2x2 windows. Either goes to `merged`, the maxima in rows SS and planes SPS apart.
 *
 *   convolution     r an output channel, c an input channel, turn = 1
 *   input gradient  the same of dy, r and c exchanged in w, no bias, and the kernel turned: turn = -1
 *
 * They are one kernel because each takes a second to compile.
 *
 * x (N,channels,H,W), y and act (N,results,H,W) in planes; w dense, results and channels w_result and
 * w_channel floats apart; b dense.
 * Axis 0: LS work-items by tiles along the plane, a group walks `extent` positions (whole tiles, or with POOL
 * whole pairs of rows); axis 1: blocks of OC_T results; axis 2: images. A tile is XV vectors for each
 * work-item: LS * XV * VW positions. The caller guarantees: S + 1 zeros before the first plane of what is
 * read, and S + 1 + LS * XV * VW floats that may be read after its last plane. */

/* Width of the kernel: 1 or 3. */
#ifndef K
#define K 3
#endif
/* Channels of the result in registers. */
#ifndef OC_T
#define OC_T 8
#endif
/* Vectors of each in registers. */
#ifndef XV
#define XV 3
#endif

/* Whether a 1x1 convolution follows. */
#ifndef HEAD
#define HEAD 0
#endif
/* Whether max pooling follows, of groups that have whole pairs of rows. */
#ifndef POOL
#define POOL 0
#endif

#define TAPS (K * K)
#define TILE (LS * XV * VW)

/* Tiles from the one at work to the one whose lowest row is asked for; the rows above it were that before. */
#define AHEAD 3

#include "leave_registers.cl"
#include "pool_row.cl"

/* sums[j][v] += over `channels` planes at x and all taps. w[j] is the first channel's kernel for result j. */
INLINE void filter(floatv sums[OC_T][XV], __global const float *restrict x, __global const float *w[OC_T],
                   int w_channel, int channels, int S, int PS, int turn) {
  size_t at_w = 0;
  for (int c = 0; c < channels; ++c, x += PS, at_w += w_channel) {
#pragma unroll
    for (int v = 0; v < XV; ++v) PREFETCH(x + S + AHEAD * TILE + v * LS * VW);
#pragma unroll
    for (int tap = 0; tap < TAPS; ++tap) {
      __global const float *at = x + (tap / K - K / 2) * turn * S + (tap % K - K / 2) * turn;
      floatv in[XV];
#pragma unroll
      for (int v = 0; v < XV; ++v) in[v] = LOADV(at + v * LS * VW);
#pragma unroll
      for (int j = 0; j < OC_T; ++j) {
        const floatv weight = w[j][at_w + tap];
#pragma unroll
        for (int v = 0; v < XV; ++v) sums[j][v] = fma(weight, in[v], sums[j][v]);
      }
    }
  }
}

/* The first `count` floats; with POOL another group has those after them. */
INLINE void store_before(floatv v, __global float *at, int count) {
  if (!POOL || count >= VW) {
    STOREV(v, at);
    return;
  }
  float single[VW];
  STOREV(v, single);
  for (int i = 0; i < count; ++i) at[i] = single[i];
}

KERNEL void conv2d(__global const float *restrict x, ulong x_offset, int x_n_stride,
                   __global const float *restrict params, ulong w_offset, int w_result, int w_channel,
                   ulong b_offset, __global const float *act, ulong act_offset, int act_n_stride,
                   __global float *y, ulong y_offset, int y_n_stride, __global float *restrict merged,
                   ulong merged_offset, int merged_n_stride, ulong merged_w_offset, ulong merged_b_offset,
                   int channels, int results, int H, int S, int PS, int extent, int turn, int use_bias,
                   int activation, int use_act, int head_activation, int unread, int SS, int SPS) {
  ALONE_IN_GROUP;
  const int first = (int)get_global_id(1) * OC_T;
  const int count = min(OC_T, results - first);
  x += x_offset + get_global_id(2) * (ulong)x_n_stride;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride + (ulong)first * PS;
  act += act_offset + get_global_id(2) * (ulong)act_n_stride + (ulong)first * PS;
  merged += merged_offset + get_global_id(2) * (ulong)merged_n_stride;
  if (get_global_id(0) == 0 && first == 0) {
    if (!use_act || act != y) write_lead(y, S); /* in place it is there, and others may be reading it */
    if (HEAD) write_lead(merged, S);
    if (POOL) write_lead(merged, SS);
  }

  __global const float *w[OC_T]; /* results beyond the last one compute the last one again, unstored */
  float b[OC_T];
#pragma unroll
  for (int j = 0; j < OC_T; ++j) {
    const int result = first + min(j, count - 1);
    w[j] = params + w_offset + (ulong)result * w_result;
    b[j] = use_bias ? params[b_offset + result] : 0.0f;
  }
  const int begin = (int)get_group_id(0) * extent;
  const int end = get_group_id(0) + 1 < get_num_groups(0) ? begin + extent : PS;
  for (int p0 = begin + (int)get_local_id(0) * VW; p0 < end; p0 += TILE) {
    for (int j = 0; j < count; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) {
        if (use_act) {
          PREFETCH(act + j * PS + p0 + v * LS * VW);
        } else if (!HEAD || !unread) {
          PREFETCH_TO_WRITE(y + j * PS + p0 + v * LS * VW);
        }
      }
      if (POOL) PREFETCH_TO_WRITE(merged + (first + j) * (ulong)SPS + begin / S / 2 * SS + (p0 - begin) / 4);
    }
    floatv sums[OC_T][XV];
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[j][v] = b[j];
    }
    filter(sums, x + p0, w, w_channel, channels, S, PS, turn);
    floatv outputs[OC_T][XV];
    leave_registers(outputs, sums);
    for (int v = 0; v < XV && p0 + v * LS * VW < end; ++v) {
      const int p = p0 + v * LS * VW;
      const intv mask = interior(p, S, H * S);
      floatv sum = HEAD ? params[merged_b_offset] : 0.0f;
      for (int j = 0; j < count; ++j) {
        floatv output = activate(outputs[j][v], activation);
        if (use_act) output *= elu_derivative(LOADV(act + j * PS + p));
        if (HEAD) sum = fma((floatv)(params[merged_w_offset + j]), output, sum);
        if (!HEAD || !unread) store_before(keep(output, mask), y + j * PS + p, end - p);
      }
      if (HEAD) STOREV(keep(activate(sum, head_activation), mask), merged + p);
    }
  }
  for (int j = 0; j < count && POOL; ++j) {
    __global float *maxima = merged + (first + j) * (ulong)SPS;
    for (int p = begin; p < min(end, H * S); p += 2 * S)
      pool_row(y + j * PS + p, y + j * PS + p + S, maxima + p / S / 2 * SS, SS - 1);
    write_halo(maxima, begin / S / 2, min(end / S, H) / 2, H / 2, SS, SPS);
  }
}
