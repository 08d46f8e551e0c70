/* Weight and bias gradient of the convolution, K = 3 ('same') or K = 1, stride 1: first of two passes.
 *
 *   dw[o,i,ky,kx] = sum over n, p of dy[n,o](p) x[n,i](p + (ky-R) S + kx-R), R = K / 2
 *   db[o]         = sum over n, p of dy[n,o](p)
 *
 * x (N,I,H,W) and dy (N,O,H,W) in planes. The halo of dy is zero, so the sums run over flat positions.
 * Each group sums over one chunk of positions and one span of images, and writes its part to
 * partials[group], group = span * chunks + chunk, O*I*K*K + O floats each: dw, then db.
 * cl/reduce_partials.cl adds the parts up.
 * Axis 0: LS work-items for each job; jobs = blocks(O) * blocks(I) * K / ROWS blocks of weights, then
 * blocks(O) blocks of biases, with blocks(C) = ceil(C / OC_T or IC_T). Axis 1: chunks of `chunk` positions, a
 * multiple of LS * VW. Axis 2: spans of `span` images. The work-items of a group take turns along the
 * positions; their sums meet in local memory and are added in a fixed order.
 * The caller guarantees S + 1 zeros before the first plane of x, and VW + S + 1 floats that may be read after
 * its last plane. */

/* Width of the kernel: 1 or 3. */
#ifndef K
#define K 3
#endif
/* Output and input channels in registers; OC_T * IC_T * ROWS * K sums, OC_T + 1 more values. */
#ifndef OC_T
#define OC_T 8
#endif
#ifndef IC_T
#define IC_T 1
#endif

/* Kernel rows in a job: K or 1. */
#ifndef ROWS
#define ROWS K
#endif

/* Vectors from those at work to those that are asked for. */
#define AHEAD 8

#define TAPS (ROWS * K)
#define SUMS (OC_T * IC_T * TAPS)

/* Adds the products at one vector of positions; `mask` (where `masked`) tells which of them count. */
INLINE void add_products(floatv sums[SUMS], __global const float *restrict x,
                         __global const float *restrict dy, const int *x_planes, const int *dy_planes, int S,
                         intv mask, int masked) {
  floatv d[OC_T];
#pragma unroll
  for (int o = 0; o < OC_T; ++o) {
    d[o] = LOADV(dy + dy_planes[o]);
    PREFETCH(dy + dy_planes[o] + AHEAD * LS * VW);
    if (masked) d[o] = keep(d[o], mask);
  }
#pragma unroll
  for (int i = 0; i < IC_T; ++i) PREFETCH(x + x_planes[i] + AHEAD * LS * VW);
#pragma unroll
  for (int t = 0; t < IC_T * TAPS; ++t) {
    floatv in = LOADV(x + x_planes[t / TAPS] + t % TAPS / K * S + t % K);
    if (masked) in = keep(in, mask);
#pragma unroll
    for (int o = 0; o < OC_T; ++o) sums[o * IC_T * TAPS + t] = fma(d[o], in, sums[o * IC_T * TAPS + t]);
  }
}

KERNEL void conv2d_weight_grad(__global const float *restrict x, ulong x_offset, int x_n_stride,
                               __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                               __global float *restrict partials, ulong partials_offset, int in_channels,
                               int out_channels, int H, int S, int PS, int chunk, int images, int span) {
  ALONE_IN_GROUP;
  const int i_blocks = (in_channels + IC_T - 1) / IC_T, o_blocks = (out_channels + OC_T - 1) / OC_T;
  const int weights = out_channels * in_channels * K * K;
  const int job = (int)get_group_id(0), weight_jobs = o_blocks * i_blocks * (K / ROWS);
  const int bias = job >= weight_jobs;
  const int o0 = (bias ? job - weight_jobs : job / (i_blocks * (K / ROWS))) * OC_T;
  const int i0 = bias ? 0 : job / (K / ROWS) % i_blocks * IC_T, ky0 = bias ? 0 : job % (K / ROWS);
  const int o_count = min(OC_T, out_channels - o0), i_count = min(IC_T, in_channels - i0);
  /* Without the last halo position: its last tap would lie beyond the plane, and 0 times a NaN is a NaN. */
  const int begin = (int)get_group_id(1) * chunk, end = min(begin + chunk, H * S - 1);
  const int first = (int)get_group_id(2) * span, last = min(first + span, images);
  const int lane = (int)get_local_id(0);
  partials += partials_offset +
              (get_group_id(2) * get_num_groups(1) + get_group_id(1)) * (ulong)(weights + out_channels);

  int x_planes[IC_T], dy_planes[OC_T]; /* channels beyond the last one compute the last one again, unstored */
#pragma unroll
  for (int i = 0; i < IC_T; ++i) x_planes[i] = min(i, i_count - 1) * PS;
#pragma unroll
  for (int o = 0; o < OC_T; ++o) dy_planes[o] = min(o, o_count - 1) * PS;
  floatv sums[SUMS];
#pragma unroll
  for (int s = 0; s < SUMS; ++s) sums[s] = 0.0f;

  for (int n = first; n < last; ++n) {
    __global const float *d = dy + dy_offset + (ulong)n * dy_n_stride + (ulong)o0 * PS;
    __global const float *in =
        x + x_offset + (ulong)n * x_n_stride + (ulong)i0 * PS + (ky0 - K / 2) * S - K / 2;
    int p = begin + lane * VW;
    if (bias) {
      for (; p < end; p += LS * VW) {
#pragma unroll
        for (int o = 0; o < OC_T; ++o)
          sums[o * IC_T * TAPS] += keep(LOADV(d + dy_planes[o] + p), p + LANES < end);
      }
      continue;
    }
    for (; p + VW <= end; p += LS * VW) add_products(sums, in + p, d + p, x_planes, dy_planes, S, 0, 0);
    /* The last vector of a plane may reach into memory that nobody wrote. */
    if (p < end) add_products(sums, in + p, d + p, x_planes, dy_planes, S, p + LANES < end, 1);
  }

#if LS == 1
#pragma unroll
  for (int s = 0; s < SUMS; ++s) {
    const int o = s / (IC_T * TAPS), i = s / TAPS % IC_T, tap = s % TAPS;
    if (o < o_count && i < i_count && (!bias || s % (IC_T * TAPS) == 0))
      partials[bias ? weights + o0 + o : ((o0 + o) * in_channels + i0 + i) * K * K + ky0 * K + tap] =
          SUMV(sums[s]);
  }
#else
  __local float shared[SUMS][LS + 1];
#pragma unroll
  for (int s = 0; s < SUMS; ++s) shared[s][lane] = SUMV(sums[s]);
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int s = lane; s < SUMS; s += LS) {
    const int o = s / (IC_T * TAPS), i = s / TAPS % IC_T, tap = s % TAPS;
    if (o >= o_count || i >= i_count || (bias && s % (IC_T * TAPS) != 0)) continue;
    float total = 0.0f;
    for (int j = 0; j < LS; ++j) total += shared[s][j];
    partials[bias ? weights + o0 + o : ((o0 + o) * in_channels + i0 + i) * K * K + ky0 * K + tap] = total;
  }
#endif
}
