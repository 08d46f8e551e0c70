/* Second pass of the weight gradients: adds up the parts that the groups of the first one wrote.
 *
 *   sum[i] = partials[0][i] + partials[1][i] + ...   in this order
 *
 * A part is `weights` + `biases` floats: the weight gradient, then the bias gradient.
 * Axis 0: the elements, rounded up to a multiple of LS. */

KERNEL void reduce_partials(__global const float *restrict partials, ulong partials_offset,
                            __global float *restrict grads, ulong dw_offset, ulong db_offset, int weights,
                            int biases, int parts) {
  const int i = (int)get_global_id(0), count = weights + biases;
  if (i >= count) return;
  partials += partials_offset + i;
  float sum = 0.0f;
  for (int part = 0; part < parts; ++part) sum += partials[(ulong)part * count];
  grads[i < weights ? dw_offset + i : db_offset + (i - weights)] = sum;
}
