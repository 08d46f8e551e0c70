/* Transposed convolution 2x2, stride 2, and its gradients, one result for each work-item: the fallback, and
 * what the fast kernels are held to. Formulas, shapes and arguments as in cl/conv_transpose.cl, but the
 * weight gradient writes its results itself.
 * Axis 0: flat positions of the result's plane, halo included (weight gradient: w, then bias); axis 1:
 * channels of the result; axis 2: images (weight gradient: both 1). */

KERNEL void conv_transpose_naive(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                 __global const float *restrict params, ulong w_offset, ulong b_offset,
                                 __global float *restrict y, ulong y_offset, int y_n_stride, int C, int O,
                                 int H, int S, int PS, int YS, int YPS) {
  const int p = (int)get_global_id(0), o = (int)get_global_id(1);
  x += x_offset + get_global_id(2) * (ulong)x_n_stride;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride;
  if (p == 0 && o == 0) write_lead(y, YS);
  const int row = p / YS, column = p % YS;
  float sum = 0.0f;
  if (row < 2 * H && column < YS - 1) {
    sum = params[b_offset + o];
    for (int c = 0; c < C; ++c)
      sum = fma(x[c * PS + row / 2 * S + column / 2],
                params[w_offset + (c * O + o) * 4 + row % 2 * 2 + column % 2], sum);
  }
  y[o * YPS + p] = sum;
}

KERNEL void conv_transpose_input_grad_naive(__global const float *restrict dy, ulong dy_offset,
                                            int dy_n_stride, __global const float *restrict params,
                                            ulong w_offset, __global const float *act, ulong act_offset,
                                            int act_n_stride, __global float *dx, ulong dx_offset,
                                            int dx_n_stride, int C, int O, int H, int S, int PS, int YS,
                                            int YPS, int use_act) {
  const int p = (int)get_global_id(0), c = (int)get_global_id(1);
  dy += dy_offset + get_global_id(2) * (ulong)dy_n_stride;
  dx += dx_offset + get_global_id(2) * (ulong)dx_n_stride;
  act += act_offset + get_global_id(2) * (ulong)act_n_stride;
  if (p == 0 && c == 0) write_lead(dx, S);
  const int row = p / S, column = p % S;
  float sum = 0.0f;
  if (row < H && column < S - 1) {
    for (int o = 0; o < O; ++o)
      for (int k = 0; k < 4; ++k)
        sum = fma(dy[o * YPS + (2 * row + k / 2) * YS + 2 * column + k % 2],
                  params[w_offset + (c * O + o) * 4 + k], sum);
    if (use_act) {
      const float a = act[c * PS + p];
      sum *= a > 0.0f ? 1.0f : a + 1.0f;
    }
  }
  dx[c * PS + p] = sum;
}

KERNEL void conv_transpose_weight_grad_naive(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                             __global const float *restrict dy, ulong dy_offset,
                                             int dy_n_stride, __global float *restrict grads, ulong dw_offset,
                                             ulong db_offset, int C, int O, int H, int S, int PS, int YS,
                                             int YPS, int images) {
  const int e = (int)get_global_id(0), bias = e >= C * O * 4;
  const int o = bias ? e - C * O * 4 : e / 4 % O, c = bias ? 0 : e / 4 / O;
  float sum = 0.0f;
  for (int n = 0; n < images; ++n) {
    __global const float *in = x + x_offset + n * (ulong)x_n_stride + (ulong)c * PS;
    __global const float *d = dy + dy_offset + n * (ulong)dy_n_stride + (ulong)o * YPS;
    for (int i = 0; i < H; ++i) { /* summed by rows: one long sum would lose digits */
      float row = 0.0f;
      for (int j = 0; j < S - 1; ++j)
        for (int k = 0; k < 4; ++k) {
          const float slope = d[(2 * i + k / 2) * YS + 2 * j + k % 2];
          if (bias)
            row += slope;
          else if (k == e % 4)
            row = fma(in[i * S + j], slope, row);
        }
      sum += row;
    }
  }
  grads[bias ? db_offset + o : dw_offset + e] = sum;
}
