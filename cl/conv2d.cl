/* Convolution and its input gradient, K = 3 ('same') or K = 1, stride 1.
 *
 *   conv2d             y[o](p) = b[o] + sum over i, ky, kx of w[o,i,ky,kx] x[i](p + (ky-R) S + kx-R), R = K /
 * 2, then ELU where `elu` is set conv2d_input_grad  dx[i](p) = sum over o, ky, kx of w[o,i,ky,kx] dy[o](p -
 * (ky-R) S - (kx-R)), then times the ELU derivative of `act` (N,I,H,W) where `use_act` is set
 *
 * x, dx (N,I,H,W) and y, dy (N,O,H,W) in planes, w (O,I,K,K) and b (O) dense. The input gradient is the same
 * loop with the kernel flipped and the channels' parts exchanged.
 * Axis 0: LS work-items by tiles along the plane, a group walks `tiles` of them; axis 1: blocks of OC_T
 * channels of the result; axis 2: images. A tile is XV vectors for each work-item: LS * XV * VW positions.
 * The caller guarantees: S + 1 zeros before the first plane of what is read, and S + 1 + LS * XV * VW floats
 * that may be read after its last plane. */

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

#define TAPS (K * K)
#define TILE (LS * XV * VW)

/* Tiles from the one at work to the one whose lowest row is asked for; the rows above it were that before. */
#define AHEAD 3

#include "leave_registers.cl"

/* sums[j][v] += over `channels` planes at x and all taps. w[j] is the first channel's kernel for output j;
 * the next channel's is w_channel floats further. */
INLINE void filter(floatv sums[OC_T][XV], __global const float *restrict x, __global const float *w[OC_T],
                   int w_channel, int channels, int S, int PS, int flip) {
  size_t at_w = 0;
  for (int c = 0; c < channels; ++c, x += PS, at_w += w_channel) {
#pragma unroll
    for (int v = 0; v < XV; ++v) PREFETCH(x + S + AHEAD * TILE + v * LS * VW);
#pragma unroll
    for (int tap = 0; tap < TAPS; ++tap) {
      __global const float *at = x + (tap / K - K / 2) * S + (tap % K - K / 2);
      floatv in[XV];
#pragma unroll
      for (int v = 0; v < XV; ++v) in[v] = LOADV(at + v * LS * VW);
#pragma unroll
      for (int j = 0; j < OC_T; ++j) {
        const floatv weight = w[j][at_w + (flip ? TAPS - 1 - tap : tap)];
#pragma unroll
        for (int v = 0; v < XV; ++v) sums[j][v] = fma(weight, in[v], sums[j][v]);
      }
    }
  }
}

KERNEL void conv2d(__global const float *restrict x, ulong x_offset, int x_n_stride,
                   __global const float *restrict params, ulong w_offset, ulong b_offset,
                   __global float *restrict y, ulong y_offset, int y_n_stride, int in_channels,
                   int out_channels, int H, int S, int PS, int tiles, int elu) {
  const int first = (int)get_global_id(1) * OC_T;
  const int count = min(OC_T, out_channels - first);
  x += x_offset + get_global_id(2) * (ulong)x_n_stride;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride + (ulong)first * PS;
  __global const float *b = params + b_offset + first;
  if (get_global_id(0) == 0 && first == 0) write_lead(y, S);

  __global const float *w[OC_T]; /* channels beyond the last one compute the last one again, unstored */
#pragma unroll
  for (int j = 0; j < OC_T; ++j)
    w[j] = params + w_offset + (ulong)(first + min(j, count - 1)) * in_channels * TAPS;
  for (int t = (int)get_group_id(0) * tiles; t < ((int)get_group_id(0) + 1) * tiles; ++t) {
    const int p0 = t * TILE + (int)get_local_id(0) * VW;
    if (p0 >= PS) return;
    floatv sums[OC_T][XV];
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[j][v] = b[min(j, count - 1)];
    }
    filter(sums, x + p0, w, TAPS, in_channels, S, PS, 0);
    floatv results[OC_T][XV];
    leave_registers(results, sums);
    for (int v = 0; v < XV && p0 + v * LS * VW < PS; ++v) {
      const int p = p0 + v * LS * VW;
      const intv mask = interior(p, S, H * S);
      for (int j = 0; j < count; ++j)
        STOREV(keep(elu ? elu_of(results[j][v]) : results[j][v], mask), y + j * PS + p);
    }
  }
}

KERNEL void conv2d_input_grad(__global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                              __global const float *restrict params, ulong w_offset,
                              __global const float *restrict act, ulong act_offset, int act_n_stride,
                              __global float *restrict dx, ulong dx_offset, int dx_n_stride, int in_channels,
                              int out_channels, int H, int S, int PS, int tiles, int use_act) {
  const int first = (int)get_global_id(1) * OC_T;
  const int count = min(OC_T, in_channels - first);
  dy += dy_offset + get_global_id(2) * (ulong)dy_n_stride;
  dx += dx_offset + get_global_id(2) * (ulong)dx_n_stride + (ulong)first * PS;
  act += act_offset + get_global_id(2) * (ulong)act_n_stride + (ulong)first * PS;
  if (get_global_id(0) == 0 && first == 0) write_lead(dx, S);

  __global const float *w[OC_T];
#pragma unroll
  for (int j = 0; j < OC_T; ++j) w[j] = params + w_offset + (first + min(j, count - 1)) * TAPS;
  for (int t = (int)get_group_id(0) * tiles; t < ((int)get_group_id(0) + 1) * tiles; ++t) {
    const int p0 = t * TILE + (int)get_local_id(0) * VW;
    if (p0 >= PS) return;
    for (int j = 0; j < count && use_act; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) PREFETCH(act + j * PS + p0 + v * LS * VW);
    }
    floatv sums[OC_T][XV];
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
#pragma unroll
      for (int v = 0; v < XV; ++v) sums[j][v] = 0.0f;
    }
    filter(sums, dy + p0, w, in_channels * TAPS, out_channels, S, PS, 1);
    floatv results[OC_T][XV];
    leave_registers(results, sums);
    for (int v = 0; v < XV && p0 + v * LS * VW < PS; ++v) {
      const int p = p0 + v * LS * VW;
      const intv mask = interior(p, S, H * S);
      for (int j = 0; j < count; ++j) {
        floatv result = results[j][v];
        if (use_act) result *= elu_derivative(LOADV(act + j * PS + p));
        STOREV(keep(result, mask), dx + j * PS + p);
      }
    }
  }
}
