/* Around the matrix products of the transposed convolution. In them the large side is a matrix t (O * 4,
 * positions of the small side): row 4 o + 2 a + b holds pixels (2i + a, 2j + b) of channel o, at position i *
 * S + j. So
 *
 *   conv_transpose   t = w' x, with w (C, O * 4)
 *   input gradient   dx = w t
 *   weight gradient  dw = x t'
 *
 *   conv_transpose_scatter  t to one image of y, plus bias, and the zeros around its pixels.
 *                           Axis 0: positions of a plane of y; axis 1: channels of y
 *   conv_transpose_gather   one image of dy to t, zeros between the rows of t.
 *                           Axis 0: positions of a plane of the small side; axis 1: channels of dy
 *
 * Axis 0 is rounded up to a multiple of LS. H, S, PS are those of the small side, YS, YPS of the large one.
 */

KERNEL void conv_transpose_scatter(__global const float *restrict t, ulong t_offset,
                                   __global const float *restrict params, ulong b_offset,
                                   __global float *restrict y, ulong y_offset, int H, int S, int PS, int YS,
                                   int YPS) {
  const int p = (int)get_global_id(0), o = (int)get_global_id(1), row = p / YS, column = p % YS;
  if (p >= YPS) return;
  y += y_offset + o * (ulong)YPS;
  if (p == 0 && o == 0) write_lead(y, YS);
  float result = 0.0f;
  if (row < 2 * H && column < YS - 1)
    result = t[t_offset + (ulong)(o * 4 + row % 2 * 2 + column % 2) * PS + row / 2 * S + column / 2] +
             params[b_offset + o];
  y[p] = result;
}

KERNEL void conv_transpose_gather(__global const float *restrict dy, ulong dy_offset,
                                  __global float *restrict t, ulong t_offset, int H, int S, int PS, int YS,
                                  int YPS) {
  const int p = (int)get_global_id(0), o = (int)get_global_id(1), i = p / S, j = p % S;
  if (p >= PS) return;
  const int is_pixel = i < H && j < S - 1;
  dy += dy_offset + o * (ulong)YPS + 2 * i * YS + 2 * j;
  t += t_offset + (ulong)o * 4 * PS + p;
  for (int k = 0; k < 4; ++k) t[(ulong)k * PS] = is_pixel ? dy[k / 2 * YS + k % 2] : 0.0f;
}
