/* What convolution and transposed convolution need around their matrix products.
 *
 *   input_grad_finish  dx times the ELU derivative of `act` where `use_act` is set, in place
 *   bias_grad          db[c] = sum of dy[c] over images and positions
 *
 * A product over the flat positions of planes leaves numbers without meaning between the rows, and nothing at
 * all after the last one: to finish a tensor is to write its zeros too. input_grad_finish: axis 0: vectors of
 * positions of a plane, rounded up to a multiple of LS; axis 1: channels; axis 2: images. bias_grad: a group
 * for each channel, along axis 0. */

KERNEL void input_grad_finish(__global const float *restrict act, ulong act_offset, int act_n_stride,
                              __global float *restrict dx, ulong dx_offset, int dx_n_stride, int H, int S,
                              int PS, int use_act) {
  const int p = (int)get_global_id(0) * VW, c = (int)get_global_id(1);
  if (p >= PS) return;
  act += act_offset + get_global_id(2) * (ulong)act_n_stride + c * (ulong)PS;
  dx += dx_offset + get_global_id(2) * (ulong)dx_n_stride + c * (ulong)PS;
  if (p == 0 && c == 0) write_lead(dx, S);
  const floatv sum = LOADV(dx + p), result = use_act ? sum * elu_derivative(LOADV(act + p)) : sum;
  STOREV(keep_pixels(result, p, S, H * S), dx + p);
}

/* Summed by lanes and images: one long sum would lose digits. The halo adds zeros. */
KERNEL void bias_grad(__global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                      __global float *restrict grads, ulong db_offset, int PS, int images) {
  __local float shared[LS];
  const int lane = (int)get_local_id(0), c = (int)get_group_id(0);
  float sum = 0.0f;
  for (int n = 0; n < images; ++n) {
    __global const float *plane = dy + dy_offset + n * (ulong)dy_n_stride + c * (ulong)PS;
    float part = 0.0f;
    for (int p = lane; p < PS; p += LS) part += plane[p];
    sum += part;
  }
  shared[lane] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane != 0) return;
  float total = 0.0f;
  for (int l = 0; l < LS; ++l) total += shared[l];
  grads[db_offset + c] = total;
}
