/* Convolution and its gradients, one result for each work-item: the fallback, and what the fast kernels are
 * held to. Formulas, shapes and arguments as in cl/conv2d.cl and cl/conv2d_weight_grad.cl; K is an argument
 * in the place of `tiles`, and the weight gradient writes its results itself.
 * Axis 0: flat positions of the result's plane, halo included (weight gradient: w, then bias); axis 1:
 * channels of the result; axis 2: images (weight gradient: both 1). */

KERNEL void conv2d_naive(__global const float *restrict x, ulong x_offset, int x_n_stride,
                         __global const float *restrict params, ulong w_offset, ulong b_offset,
                         __global float *restrict y, ulong y_offset, int y_n_stride, int in_channels,
                         int out_channels, int H, int S, int PS, int K, int activation) {
  const int p = (int)get_global_id(0), o = (int)get_global_id(1), R = K / 2;
  x += x_offset + get_global_id(2) * (ulong)x_n_stride;
  y += y_offset + get_global_id(2) * (ulong)y_n_stride;
  if (p == 0 && o == 0) write_lead(y, S);
  float sum = 0.0f;
  if (p / S < H && p % S < S - 1) {
    sum = params[b_offset + o];
    for (int i = 0; i < in_channels; ++i)
      for (int k = 0; k < K * K; ++k)
        sum = fma(params[w_offset + (o * in_channels + i) * K * K + k],
                  x[i * PS + p + (k / K - R) * S + k % K - R], sum);
    if (activation == ELU) sum = sum > 0.0f ? sum : expm1(sum);
    if (activation == SIGMOID) sum = 1.0f / (1.0f + exp(-sum));
  }
  y[o * PS + p] = sum;
}

KERNEL void conv2d_input_grad_naive(__global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                    __global const float *restrict params, ulong w_offset,
                                    __global const float *act, ulong act_offset, int act_n_stride,
                                    __global float *dx, ulong dx_offset, int dx_n_stride, int in_channels,
                                    int out_channels, int H, int S, int PS, int K, int use_act) {
  const int p = (int)get_global_id(0), i = (int)get_global_id(1), R = K / 2;
  dy += dy_offset + get_global_id(2) * (ulong)dy_n_stride;
  dx += dx_offset + get_global_id(2) * (ulong)dx_n_stride;
  act += act_offset + get_global_id(2) * (ulong)act_n_stride;
  if (p == 0 && i == 0) write_lead(dx, S);
  float sum = 0.0f;
  if (p / S < H && p % S < S - 1) {
    for (int o = 0; o < out_channels; ++o)
      for (int k = 0; k < K * K; ++k)
        sum = fma(params[w_offset + (o * in_channels + i) * K * K + k],
                  dy[o * PS + p - (k / K - R) * S - (k % K - R)], sum);
    if (use_act) {
      const float a = act[i * PS + p];
      sum *= a > 0.0f ? 1.0f : a + 1.0f;
    }
  }
  dx[i * PS + p] = sum;
}

KERNEL void conv2d_weight_grad_naive(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                     __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                     __global float *restrict grads, ulong dw_offset, ulong db_offset,
                                     int in_channels, int out_channels, int H, int S, int PS, int K,
                                     int images) {
  const int e = (int)get_global_id(0), weights = out_channels * in_channels * K * K, bias = e >= weights;
  const int o = bias ? e - weights : e / (in_channels * K * K), i = bias ? 0 : e / (K * K) % in_channels;
  const int k = bias ? 0 : e % (K * K), shift = (k / K - K / 2) * S + k % K - K / 2;
  float sum = 0.0f;
  for (int n = 0; n < images; ++n) {
    __global const float *in = x + x_offset + n * (ulong)x_n_stride + (ulong)i * PS;
    __global const float *d = dy + dy_offset + n * (ulong)dy_n_stride + (ulong)o * PS;
    for (int y = 0; y < H; ++y) { /* summed by rows: one long sum would lose digits */
      float row = 0.0f;
      for (int p = y * S; p < (y + 1) * S; ++p) row = bias ? row + d[p] : fma(in[p + shift], d[p], row);
      sum += row;
    }
  }
  grads[bias ? db_offset + o : dw_offset + e] = sum;
}
