/* Around the matrix products of the convolution: one product for each image and kernel position ("tap") adds
 *
 *   y (O, positions) += w_tap (O, I) x (I, positions), read at the tap's distance from each position
 *
 * (the layout of planes makes this a plain matrix), so that the weights are wanted tap by tap.
 *
 *   transpose      to (columns, rows) = from (rows, columns): weights (O,I,K,K) to (K,K,O,I), and back.
 *                  Axis 0: the elements, rounded up to a multiple of LS
 *   conv2d_finish  y + bias, then `activation`, in place, and the zeros around the pixels.
 *                  Axis 0: vectors of positions of a plane, rounded up to a multiple of LS; axis 1: channels;
 *                  axis 2: images */

KERNEL void transpose(__global const float *restrict from, ulong from_offset, __global float *restrict to,
                      ulong to_offset, int rows, int columns) {
  const int e = (int)get_global_id(0);
  if (e >= rows * columns) return;
  to[to_offset + e] = from[from_offset + e % rows * columns + e / rows];
}

KERNEL void conv2d_finish(__global const float *restrict params, ulong b_offset, __global float *restrict y,
                          ulong y_offset, int y_n_stride, int H, int S, int PS, int activation) {
  const int p = (int)get_global_id(0) * VW, o = (int)get_global_id(1);
  if (p >= PS) return;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride + o * (ulong)PS;
  if (p == 0 && o == 0) write_lead(y, S);
  /* What follows the pixels is not read: another group may be writing the zeros before the next image. */
  const floatv sum = p < H * S ? LOADV(y + p) + params[b_offset + o] : (floatv)(0.0f);
  STOREV(keep_pixels(activate(sum, activation), p, S, H * S), y + p);
}
