/* The sum of the squares of all gradients, in two passes.
 *
 *   gradient_norm_parts  parts[g] = sum over a chunk of grads[i]^2
 *   gradient_norm_sum    sum = parts[0] + parts[1] + ...   in this order
 *
 * grads: `count` floats, the gaps between tensors are zero. Axis 0 of the first: groups of LS work-items,
 * each group takes `chunk` floats, a multiple of LS * VW; count is a multiple of VW. */

KERNEL void gradient_norm_parts(__global const float *restrict grads, __global float *restrict parts,
                                ulong parts_offset, int count, int chunk) {
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, count),
            lane = (int)get_local_id(0);
  floatv sum = 0.0f;
  for (int e = begin + lane * VW; e < end; e += LS * VW) {
    const floatv g = LOADV(grads + e);
    sum = fma(g, g, sum);
  }
  parts += parts_offset + get_group_id(0);
#if LS == 1
  *parts = SUMV(sum);
#else
  __local float shared[LS];
  shared[lane] = SUMV(sum);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane > 0) return;
  float total = 0.0f;
  for (int j = 0; j < LS; ++j) total += shared[j];
  *parts = total;
#endif
}

/* One work-item. */
LONE_KERNEL void gradient_norm_sum(__global const float *restrict parts, ulong parts_offset, int count,
                                   __global float *restrict sum, ulong sum_offset) {
  float total = 0.0f;
  for (int i = 0; i < count; ++i) total += parts[parts_offset + i];
  sum[sum_offset] = total;
}
