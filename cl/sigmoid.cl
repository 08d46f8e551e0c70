/* y = 1 / (1 + exp(-x)) of the pixels, zeros around them.
 *
 * x, y (N,C,H,W) in planes. The ranges are those of cl/each_vector.cl, `count` = C * PS. `PS` and `end` = H *
 * S tell which positions of each plane are pixels. */

#include "each_vector.cl"

KERNEL void sigmoid(__global const float *restrict x, ulong x_offset, int x_n_stride,
                    __global float *restrict y, ulong y_offset, int y_n_stride, int count, int S, int run,
                    int PS, int end) {
  ALONE_IN_GROUP;
  x += IMAGE(x_offset, x_n_stride);
  y += IMAGE(y_offset, y_n_stride);
  if (get_global_id(0) == 0) write_lead(y, S);
  for (int e = FIRST_VECTOR; e < LAST_VECTOR; e += LS * VW) {
    STOREV(keep_pixels(activate(LOADV(x + e), SIGMOID), e % PS, S, end), y + e);
  }
}
