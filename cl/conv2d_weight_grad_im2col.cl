/* Weight and bias gradient of the convolution, any odd K ('same', stride 1), as a product of matrices, the
 * formulas of cl/conv2d_weight_grad.cl:
 *
 *   dw (O, I K K) = dy (O, pixels) x patches (pixels, I K K),   db (O) = the sum of dy over pixels
 *
 * A row of patches holds the pixels of x that the kernel covers at one pixel of y. A group gathers a panel of
 * PANEL of its columns, DEPTH pixels at a time, and multiplies it by all rows of dy. Unlike sums along the
 * lanes of vectors this costs nothing for each weight, so it serves planes of few pixels.
 *
 * x (N,I,H,W) and dy (N,O,H,W) in planes, dw (O,I,K,K) and db (O) dense. The caller guarantees K / 2 (S + 1)
 * zeros around the planes of x. */

/* Channels of dy in registers. */
#ifndef OC_T
#define OC_T 8
#endif
/* Vectors of columns in registers. */
#ifndef XV
#define XV 3
#endif
/* Pixels at a time. */
#ifndef DEPTH
#define DEPTH 256
#endif

#define PANEL (XV * VW)

/* Floats from a pixel to what the columns of the panel read there. */
INLINE void find_columns(int offsets[PANEL], int first, int columns, int k, int S, int PS) {
  int channel = first / (k * k), tap_y = first / k % k, tap_x = first % k;
  for (int c = 0; c < PANEL; ++c) { /* columns beyond the last one read a pixel too, unused */
    offsets[c] = first + c < columns ? channel * PS + (tap_y - k / 2) * S + tap_x - k / 2 : 0;
    if (++tap_x < k) continue;
    tap_x = 0;
    if (++tap_y < k) continue;
    tap_y = 0;
    ++channel;
  }
}

/* The pixels first .. first + count - 1 of all images: where they lie in a plane of x and of dy. */
INLINE void find_pixels(int x_at[DEPTH], int dy_at[DEPTH], int first, int count, int x_n_stride,
                        int dy_n_stride, int H, int S) {
  const int W = S - 1;
  int n = first / (H * W), row = first / W % H, column = first % W;
  for (int i = 0; i < count; ++i) {
    x_at[i] = n * x_n_stride + row * S + column;
    dy_at[i] = n * dy_n_stride + row * S + column;
    if (++column < W) continue;
    column = 0;
    if (++row < H) continue;
    row = 0;
    ++n;
  }
}

INLINE void gather(__local float *panel, __global const float *x, const int x_at[DEPTH], int count,
                   const int offsets[PANEL]) {
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < PANEL; ++c) panel[i * PANEL + c] = x[x_at[i] + offsets[c]];
  }
}

/* sums (OC_T, PANEL) of the products over `count` pixels; dy[j] is a row of dy. */
INLINE void multiply(float sums[OC_T][PANEL], __global const float *const dy[OC_T], const int dy_at[DEPTH],
                     __local const float *panel, int count) {
  floatv s[OC_T][XV];
#pragma unroll
  for (int j = 0; j < OC_T; ++j) {
#pragma unroll
    for (int v = 0; v < XV; ++v) s[j][v] = 0.0f;
  }
  for (int i = 0; i < count; ++i, panel += PANEL) {
    const int at = dy_at[i];
    floatv in[XV];
#pragma unroll
    for (int v = 0; v < XV; ++v) in[v] = LOADV(panel + v * VW);
#pragma unroll
    for (int j = 0; j < OC_T; ++j) {
      const floatv d = dy[j][at];
#pragma unroll
      for (int v = 0; v < XV; ++v) s[j][v] = fma(d, in[v], s[j][v]);
    }
  }
#pragma unroll
  for (int j = 0; j < OC_T; ++j) {
#pragma unroll
    for (int v = 0; v < XV; ++v) STOREV(s[j][v], sums[j] + v * VW);
  }
}

/* out[c] += sums[c], or with `begin` out[c] = sums[c]. */
INLINE void add_to(__global float *out, const float *sums, int count, int begin) {
  int c = 0;
  for (; c + VW <= count; c += VW)
    STOREV(begin ? LOADV(sums + c) : LOADV(out + c) + LOADV(sums + c), out + c);
  for (; c < count; ++c) out[c] = begin ? sums[c] : out[c] + sums[c];
}

INLINE void sum_bias(__global float *db, __global const float *const dy[OC_T], const int dy_at[DEPTH],
                     int count, int channels, int begin) {
  float sums[OC_T];
  for (int j = 0; j < OC_T; ++j) sums[j] = 0.0f;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < OC_T; ++j) sums[j] += dy[j][dy_at[i]];
  }
  add_to(db, sums, channels, begin);
}

/* Axis 0: panels; axis 1: spans of `span` blocks of OC_T output channels. The panels share the biases'
 * blocks. */
KERNEL void conv2d_weight_grad_im2col(__global const float *restrict x, ulong x_offset, int x_n_stride,
                                      __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                                      __global float *restrict grads, ulong dw_offset, ulong db_offset,
                                      int in_channels, int out_channels, int images, int H, int S, int PS,
                                      int k, int span) {
  ALONE_IN_GROUP;
  __local float panel[DEPTH * PANEL];
  const int columns = in_channels * k * k, column0 = (int)get_global_id(0) * PANEL,
            pixels = images * H * (S - 1);
  const int block0 = (int)get_global_id(1) * span, blocks = (out_channels + OC_T - 1) / OC_T;
  int offsets[PANEL], x_at[DEPTH], dy_at[DEPTH];
  float sums[OC_T][PANEL];
  x += x_offset;
  dy += dy_offset;
  find_columns(offsets, column0, columns, k, S, PS);
  for (int first = 0; first < pixels; first += DEPTH) {
    const int count = min(DEPTH, pixels - first);
    find_pixels(x_at, dy_at, first, count, x_n_stride, dy_n_stride, H, S);
    gather(panel, x, x_at, count, offsets);
    for (int block = block0; block < min(block0 + span, blocks); ++block) {
      const int o0 = block * OC_T, channels = min(OC_T, out_channels - o0);
      __global const float *rows[OC_T]; /* those beyond the last one compute it again, unstored */
      for (int j = 0; j < OC_T; ++j) rows[j] = dy + (ulong)(o0 + min(j, channels - 1)) * PS;
      multiply(sums, rows, dy_at, panel, count);
      for (int j = 0; j < channels; ++j)
        add_to(grads + dw_offset + (ulong)(o0 + j) * columns + column0, sums[j],
               min(PANEL, columns - column0), first == 0);
      if (block % (int)get_num_groups(0) == (int)get_group_id(0))
        sum_bias(grads + db_offset + o0, rows, dy_at, count, channels, first == 0);
    }
  }
}
