/* y[e] = f(x[e]) over whole planes: ELU, its gradient, sigmoid, the sum of two tensors.
 *
 * Tensors (N,C,H,W) in planes. Axis 0: LS work-items of a group take turns along the C * PS floats of an
 * image, a group covers `run` * LS vectors; axis 1: images. Zeros stay zeros in ELU, its gradient and the
 * sum, so the halo stays right by itself; sigmoid masks it.
 * The caller guarantees that all tensors have the same shape; their images may be differently far apart. */

#define FIRST_VECTOR ((int)(get_group_id(0) * run * LS + get_local_id(0)) * VW)
#define LAST_VECTOR min((int)((get_group_id(0) + 1) * run * LS) * VW, count)
#define IMAGE(offset, stride) ((offset) + get_global_id(1) * (ulong)(stride))

KERNEL void elu(__global const float *restrict x, ulong x_offset, int x_n_stride, __global float *restrict y,
                ulong y_offset, int y_n_stride, int count, int S, int run) {
  x += IMAGE(x_offset, x_n_stride);
  y += IMAGE(y_offset, y_n_stride);
  if (get_global_id(0) == 0) write_lead(y, S);
  for (int e = FIRST_VECTOR; e < LAST_VECTOR; e += LS * VW) STOREV(elu_of(LOADV(x + e)), y + e);
}

KERNEL void elu_grad(__global const float *restrict y, ulong y_offset, int y_n_stride,
                     __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                     __global float *restrict dx, ulong dx_offset, int dx_n_stride, int count, int S,
                     int run) {
  y += IMAGE(y_offset, y_n_stride);
  dy += IMAGE(dy_offset, dy_n_stride);
  dx += IMAGE(dx_offset, dx_n_stride);
  if (get_global_id(0) == 0) write_lead(dx, S);
  for (int e = FIRST_VECTOR; e < LAST_VECTOR; e += LS * VW)
    STOREV(LOADV(dy + e) * elu_derivative(LOADV(y + e)), dx + e);
}

KERNEL void add(__global const float *restrict a, ulong a_offset, int a_n_stride,
                __global const float *restrict b, ulong b_offset, int b_n_stride, __global float *restrict y,
                ulong y_offset, int y_n_stride, int count, int S, int run) {
  a += IMAGE(a_offset, a_n_stride);
  b += IMAGE(b_offset, b_n_stride);
  y += IMAGE(y_offset, y_n_stride);
  if (get_global_id(0) == 0) write_lead(y, S);
  for (int e = FIRST_VECTOR; e < LAST_VECTOR; e += LS * VW) STOREV(LOADV(a + e) + LOADV(b + e), y + e);
}

/* `PS` and `end` = H * S tell which positions of each plane are pixels. */
KERNEL void sigmoid(__global const float *restrict x, ulong x_offset, int x_n_stride,
                    __global float *restrict y, ulong y_offset, int y_n_stride, int count, int S, int run,
                    int PS, int end) {
  x += IMAGE(x_offset, x_n_stride);
  y += IMAGE(y_offset, y_n_stride);
  if (get_global_id(0) == 0) write_lead(y, S);
  for (int e = FIRST_VECTOR; e < LAST_VECTOR; e += LS * VW) {
    STOREV(keep_pixels(activate(LOADV(x + e), SIGMOID), e % PS, S, end), y + e);
  }
}
