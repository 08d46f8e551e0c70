/* Transposed convolution 2x2, stride 2, and its two gradients.
 *
 *   conv_transpose             y[o,2i+a,2j+b] = bias[o] + sum over c of x[c,i,j] w[c,o,a,b]
 *   conv_transpose_input_grad  dx[c,i,j] = sum over o, a, b of dy[o,2i+a,2j+b] w[c,o,a,b],
 *                              then times the ELU derivative of `act` where `use_act` is set
 *   conv_transpose_weight_grad dw[c,o,a,b] = sum over n, i, j of x[c,i,j] dy[o,2i+a,2j+b],
 *                              db[o] = sum of dy[o]: parts, one for each row of each image, for
 *                              cl/reduce_partials.cl
 *
 * x, dx (N,C,H,W) and y, dy (N,O,2H,2W) in planes; H, S, PS are those of the small side, YS, YPS of the large
 * one. w (C,O,2,2) and bias (O) dense. For many work-items; cl/conv_transpose_vector.cl is for wide vectors.
 * Axis 0: groups of LS work-items along a row, one for each block of C_T channels of the result (weight
 * gradient: blocks of C times O), so that neighbours read the same rows; axis 1: rows of the small side; axis
 * 2: images. */

/* Channels of the result in registers: of y, of dx, and of x in the weight gradient. */
#ifndef C_T
#define C_T 4
#endif

KERNEL void conv_transpose(__global const float *restrict x, ulong x_offset, int x_n_stride,
                           __global const float *restrict params, ulong w_offset, ulong b_offset,
                           __global float *restrict y, ulong y_offset, int y_n_stride, int C, int O, int H,
                           int S, int PS, int YS, int YPS) {
  const int first = (int)get_group_id(0) * C_T, count = min(C_T, O - first), W = S - 1,
            n = (int)get_global_id(2);
  x += x_offset + n * (ulong)x_n_stride;
  y += y_offset + n * (ulong)y_n_stride + (ulong)first * YPS;
  __global const float *w = params + w_offset + first * 4, *b = params + b_offset + first;
  const int i = (int)get_global_id(1);
  if (get_global_id(0) == 0 && i == 0) write_lead(y, YS);
  for (int j = (int)get_local_id(0); j < W; j += LS) {
    float sums[C_T][4];
#pragma unroll
    for (int o = 0; o < C_T; ++o) {
#pragma unroll
      for (int k = 0; k < 4; ++k) sums[o][k] = b[min(o, count - 1)];
    }
    for (int c = 0; c < C; ++c) {
      const float in = x[c * PS + i * S + j];
#pragma unroll
      for (int o = 0; o < C_T; ++o) {
#pragma unroll
        for (int k = 0; k < 4; ++k) sums[o][k] = fma(w[(c * O + min(o, count - 1)) * 4 + k], in, sums[o][k]);
      }
    }
#pragma unroll
    for (int o = 0; o < C_T; ++o) {
      if (o >= count) continue;
      __global float *top = y + o * YPS + 2 * i * YS + 2 * j;
      top[0] = sums[o][0];
      top[1] = sums[o][1];
      top[YS] = sums[o][2];
      top[YS + 1] = sums[o][3];
    }
  }
  for (int o = 0; o < count; ++o) write_halo(y + o * YPS, 2 * i, 2 * i + 2, 2 * H, YS, YPS);
}

KERNEL void conv_transpose_input_grad(__global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                      __global const float *restrict params, ulong w_offset,
                                      __global const float *act, ulong act_offset, int act_n_stride,
                                      __global float *dx, ulong dx_offset, int dx_n_stride, int C, int O,
                                      int H, int S, int PS, int YS, int YPS, int use_act) {
  const int first = (int)get_group_id(0) * C_T, count = min(C_T, C - first), W = S - 1,
            n = (int)get_global_id(2);
  dy += dy_offset + n * (ulong)dy_n_stride;
  dx += dx_offset + n * (ulong)dx_n_stride + (ulong)first * PS;
  act += act_offset + n * (ulong)act_n_stride + (ulong)first * PS;
  __global const float *w = params + w_offset + (ulong)first * O * 4;
  const int i = (int)get_global_id(1);
  if (get_global_id(0) == 0 && i == 0) write_lead(dx, S);
  for (int j = (int)get_local_id(0); j < W; j += LS) {
    float sums[C_T];
#pragma unroll
    for (int c = 0; c < C_T; ++c) sums[c] = 0.0f;
    for (int o = 0; o < O; ++o) {
      __global const float *top = dy + o * YPS + 2 * i * YS + 2 * j;
      const float in[4] = {top[0], top[1], top[YS], top[YS + 1]};
#pragma unroll
      for (int c = 0; c < C_T; ++c) {
#pragma unroll
        for (int k = 0; k < 4; ++k) sums[c] = fma(w[(min(c, count - 1) * O + o) * 4 + k], in[k], sums[c]);
      }
    }
#pragma unroll
    for (int c = 0; c < C_T; ++c) {
      if (c >= count) continue;
      const int at = c * PS + i * S + j;
      dx[at] = use_act ? sums[c] * elu_derivative(act[at]) : sums[c];
    }
  }
  for (int c = 0; c < count; ++c) write_halo(dx + c * PS, i, i + 1, H, S, PS);
}

#define SUMS (C_T * 4)

KERNEL void conv_transpose_weight_grad(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                       __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                       __global float *restrict partials, ulong partials_offset, int C, int O,
                                       int H, int S, int PS, int YS, int YPS) {
  const int o = (int)get_group_id(0) % O, first = (int)get_group_id(0) / O * C_T, count = min(C_T, C - first);
  const int W = S - 1, lane = (int)get_local_id(0), n = (int)get_global_id(2);
  const int i = (int)get_global_id(1);
  x += x_offset + n * (ulong)x_n_stride + (ulong)first * PS;
  dy += dy_offset + n * (ulong)dy_n_stride + (ulong)o * YPS;
  float sums[SUMS + 1]; /* the last one is the bias's */
#pragma unroll
  for (int s = 0; s <= SUMS; ++s) sums[s] = 0.0f;
  for (int j = lane; j < W; j += LS) {
    __global const float *top = dy + 2 * i * YS + 2 * j;
    const float in[4] = {top[0], top[1], top[YS], top[YS + 1]};
    sums[SUMS] += (in[0] + in[1]) + (in[2] + in[3]);
#pragma unroll
    for (int s = 0; s < SUMS; ++s) /* channels beyond the last one compute the last one again, unstored */
      sums[s] = fma(x[min(s / 4, count - 1) * PS + i * S + j], in[s % 4], sums[s]);
  }
  partials += partials_offset + (n * get_num_groups(1) + i) * (ulong)(C * O * 4 + O);
  __local float shared[SUMS + 1][LS + 1];
#pragma unroll
  for (int s = 0; s <= SUMS; ++s) shared[s][lane] = sums[s];
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int s = lane; s <= SUMS; s += LS) {
    float total = 0.0f;
    for (int l = 0; l < LS; ++l) total += shared[s][l];
    if (s == SUMS) {
      if (first == 0) partials[C * O * 4 + o] = total;
    } else if (s / 4 < count) {
      partials[((first + s / 4) * O + o) * 4 + s % 4] = total;
    }
  }
}
