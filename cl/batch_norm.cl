/* Batch normalisation over the N H W values of a channel, and its gradient.
 *
 *   batch_norm_parts       sums over a chunk of [x - x0, (x - x0)^2], x0 the channel's first value
 *   batch_norm_statistics  mean and variance of channel c from its parts, in their order
 *   batch_norm_apply       y = scale (x - mean) r + shift, with ELU where `elu` is set
 *   batch_norm_grad_parts  sums over a chunk of [dy, dy (x - mean) r]
 *   batch_norm_grad_sum    dshift and dscale from these
 *   batch_norm_grad_apply  dx = scale r (dy - dshift / count - (x - mean) r dscale / count)
 *
 * r = 1 / sqrt(variance + EPSILON). x, y, dx, dy (N,C,H,W) in planes; norm: C scales, C shifts; statistics: C
 * means, C variances; dnorm as norm; count = N H W. Passes over planes: axis 0: groups of LS work-items, each
 * group takes a chunk of `chunk` positions (a multiple of LS * VW); axis 1: channels; axis 2: images. Sums:
 * axis 0: channels. Differences to x0 keep the variance's digits where the mean is large. */

#define EPSILON 1e-5f

/* Where this channel of this image lies. */
INLINE ulong plane_of(ulong offset, int n_stride, int PS) {
  return offset + get_global_id(2) * (ulong)n_stride + get_global_id(1) * (ulong)PS;
}

/* The group's two sums, in the order that the second pass reads them. */
INLINE void write_parts(__global float *parts, floatv first, floatv second, __local float *shared) {
  const size_t part = get_global_id(2) * get_num_groups(0) + get_group_id(0),
               count = get_global_size(2) * get_num_groups(0);
  parts += (get_global_id(1) * count + part) * 2;
#if LS == 1
  parts[0] = SUMV(first);
  parts[1] = SUMV(second);
#else
  const int lane = (int)get_local_id(0);
  shared[lane] = SUMV(first);
  shared[LS + lane] = SUMV(second);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane >= 2) return;
  float total = 0.0f;
  for (int j = 0; j < LS; ++j) total += shared[lane * LS + j];
  parts[lane] = total;
#endif
}

/* Both sums of channel c; compensated (Kahan), so that the number of parts costs no digits. */
INLINE float2 sum_parts(__global const float *parts, int c, int count) {
  float2 total = 0.0f, lost = 0.0f;
  for (int i = 0; i < count; ++i) {
    const float2 term = vload2((size_t)c * count + i, parts) - lost, next = total + term;
    lost = (next - total) - term;
    total = next;
  }
  return total;
}

KERNEL void batch_norm_parts(__global const float *restrict x, ulong x_offset, int x_n_stride,
                             __global float *restrict parts, ulong parts_offset, int H, int S, int PS,
                             int chunk) {
  ALONE_IN_GROUP;
  __local float shared[2 * LS];
  const float x0 = x[x_offset + get_global_id(1) * (ulong)PS];
  x += plane_of(x_offset, x_n_stride, PS);
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, H * S);
  floatv first = 0.0f, second = 0.0f;
  for (int p = begin + (int)get_local_id(0) * VW; p < end; p += LS * VW) {
    const floatv d = keep_pixels(LOADV(x + p) - x0, p, S, end);
    first += d;
    second = fma(d, d, second);
  }
  write_parts(parts + parts_offset, first, second, shared);
}

LONE_KERNEL void batch_norm_statistics(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                       __global const float *restrict parts, ulong parts_offset,
                                       __global float *restrict statistics, ulong statistics_offset, int PS,
                                       int C, int count, float pixels) {
  const int c = (int)get_global_id(0);
  const float2 mean = sum_parts(parts + parts_offset, c, count) / pixels; /* of x - x0 and its square */
  statistics += statistics_offset;
  statistics[c] = x[x_offset + c * (ulong)PS] + mean.x;
  statistics[C + c] = max(mean.y - mean.x * mean.x, 0.0f);
}

KERNEL void batch_norm_apply(__global const float *restrict x, ulong x_offset, int x_n_stride,
                             __global const float *restrict norm, ulong norm_offset,
                             __global const float *restrict statistics, ulong statistics_offset,
                             __global float *restrict y, ulong y_offset, int y_n_stride, int H, int S, int PS,
                             int chunk, int C, int elu) {
  ALONE_IN_GROUP;
  const int c = (int)get_global_id(1);
  x += plane_of(x_offset, x_n_stride, PS);
  y += plane_of(y_offset, y_n_stride, PS);
  norm += norm_offset;
  statistics += statistics_offset;
  const float mean = statistics[c], scale = norm[c] / sqrt(statistics[C + c] + EPSILON), shift = norm[C + c];
  if (get_global_id(0) == 0 && c == 0) write_lead(y, S);
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, PS);
  for (int p = begin + (int)get_local_id(0) * VW; p < end; p += LS * VW) {
    const floatv linear = fma(LOADV(x + p) - mean, (floatv)(scale), (floatv)(shift));
    STOREV(keep_pixels(elu ? elu_of(linear) : linear, p, S, H * S), y + p);
  }
}

KERNEL void batch_norm_grad_parts(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                  __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                  __global const float *restrict statistics, ulong statistics_offset,
                                  __global float *restrict parts, ulong parts_offset, int H, int S, int PS,
                                  int chunk, int C) {
  ALONE_IN_GROUP;
  __local float shared[2 * LS];
  const int c = (int)get_global_id(1);
  x += plane_of(x_offset, x_n_stride, PS);
  dy += plane_of(dy_offset, dy_n_stride, PS);
  statistics += statistics_offset;
  const float mean = statistics[c], r = 1.0f / sqrt(statistics[C + c] + EPSILON);
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, H * S);
  floatv first = 0.0f, second = 0.0f;
  for (int p = begin + (int)get_local_id(0) * VW; p < end; p += LS * VW) {
    const floatv g = keep_pixels(LOADV(dy + p), p, S, end);
    first += g;
    second = fma(g, keep_pixels(LOADV(x + p) - mean, p, S, end) * r, second);
  }
  write_parts(parts + parts_offset, first, second, shared);
}

LONE_KERNEL void batch_norm_grad_sum(__global const float *restrict parts, ulong parts_offset,
                                     __global float *restrict dnorm, ulong dnorm_offset, int C, int count) {
  const int c = (int)get_global_id(0);
  const float2 sums = sum_parts(parts + parts_offset, c, count);
  dnorm[dnorm_offset + c] = sums.y;
  dnorm[dnorm_offset + C + c] = sums.x;
}

KERNEL void batch_norm_grad_apply(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                  __global const float *dy, ulong dy_offset, int dy_n_stride,
                                  __global const float *restrict norm, ulong norm_offset,
                                  __global const float *restrict statistics, ulong statistics_offset,
                                  __global const float *restrict dnorm, ulong dnorm_offset,
                                  __global float *dx, ulong dx_offset, int dx_n_stride, int H, int S, int PS,
                                  int chunk, int C, float pixels) {
  ALONE_IN_GROUP;
  const int c = (int)get_global_id(1);
  x += plane_of(x_offset, x_n_stride, PS);
  dy += plane_of(dy_offset, dy_n_stride, PS);
  dx += plane_of(dx_offset, dx_n_stride, PS);
  statistics += statistics_offset;
  dnorm += dnorm_offset;
  const float mean = statistics[c], r = 1.0f / sqrt(statistics[C + c] + EPSILON);
  const float scale = norm[norm_offset + c] * r, slope = r * dnorm[c] / pixels, level = dnorm[C + c] / pixels;
  /* In place it is there, and others may be reading it. */
  if (get_global_id(0) == 0 && c == 0 && dx != dy) write_lead(dx, S);
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, PS);
  for (int p = begin + (int)get_local_id(0) * VW; p < end; p += LS * VW) {
    const floatv centred = LOADV(dy + p) - level - (LOADV(x + p) - mean) * slope;
    STOREV(keep_pixels(centred * scale, p, S, H * S), dx + p);
  }
}
