/* Kernels 3x3 for Winograd's minimal filtering F(4x2, 3x3), and their gradient from it; see
 * cl/conv2d_winograd.cl and cl/conv2d_weight_grad_winograd.cl.
 *
 *   winograd_weights       G4 w G2' of all kernels, in the order in which conv2d_winograd reads them
 *   winograd_weights_grad  adds up the chunks of conv2d_weight_grad_winograd in their order: dw = G4' sum G2,
 * and db
 */

#include "winograd_layout.cl"

/* --- weights ------------------------------------------------------------------------------------------ */

/* G4 (6 by 3) times a column, and G2 (4 by 3) times a row. */
INLINE void expand6(outputs out[6], outputs a, outputs b, outputs c) {
  const outputs even = (a + c) * (-1.0f / 6.0f), quarter = a * (1.0f / 24.0f) + c * (1.0f / 6.0f);
  out[0] = a * 0.25f;
  out[1] = even - b * (1.0f / 6.0f);
  out[2] = even + b * (1.0f / 6.0f);
  out[3] = quarter + b * (1.0f / 12.0f);
  out[4] = quarter - b * (1.0f / 12.0f);
  out[5] = c;
}

INLINE void expand4(outputs out[4], outputs a, outputs b, outputs c) {
  const outputs even = (a + c) * 0.5f;
  out[0] = a;
  out[1] = even + b * 0.5f;
  out[2] = even - b * 0.5f;
  out[3] = c;
}

/* w (O,I,3,3) -> transformed [block of results][component][channel][OC_T]; results are output channels, or
 * with `backward` input channels, and the kernels are then turned by 180 degrees. Those beyond the last
 * result are that one again. Axis 0: channels; axis 1: blocks of results. */
KERNEL void winograd_weights(__global const float *restrict params, ulong w_offset,
                             __global float *restrict transformed, ulong transformed_offset, int results,
                             int channels, int backward) {
  ALONE_IN_GROUP;
  const int c = (int)get_global_id(0), block = (int)get_global_id(1);
  const int r_stride = 9 * (backward ? 1 : channels), c_stride = 9 * (backward ? results : 1);
  params += w_offset + (ulong)c * c_stride;
  transformed += transformed_offset + BLOCKS_FLOATS(block, channels) + c * OC_T;
  float taps[9][OC_T];
#pragma unroll
  for (int j = 0; j < OC_T; ++j) {
    __global const float *w = params + min(block * OC_T + j, results - 1) * (ulong)r_stride;
#pragma unroll
    for (int t = 0; t < 9; ++t) taps[t][j] = w[backward ? 8 - t : t];
  }
  outputs columns[3][6];
#pragma unroll
  for (int x = 0; x < 3; ++x)
    expand6(columns[x], LOAD_OUTPUTS(taps[x]), LOAD_OUTPUTS(taps[3 + x]), LOAD_OUTPUTS(taps[6 + x]));
#pragma unroll
  for (int y = 0; y < 6; ++y) {
    outputs row[4];
    expand4(row, columns[0][y], columns[1][y], columns[2][y]);
#pragma unroll
    for (int x = 0; x < 4; ++x) STORE_OUTPUTS(row[x], transformed + (y * 4 + x) * COMPONENT_FLOATS(channels));
  }
}

/* --- gradient ----------------------------------------------------------------------------------------- */

/* G4' times a column of six, and G2' times a row of four. */
INLINE void gather3(outputs out[3], const outputs m[6]) {
  const outputs sum1 = (m[1] + m[2]) * (1.0f / 6.0f), sum2 = m[3] + m[4];
  out[0] = m[0] * 0.25f - sum1 + sum2 * (1.0f / 24.0f);
  out[1] = (m[2] - m[1]) * (1.0f / 6.0f) + (m[3] - m[4]) * (1.0f / 12.0f);
  out[2] = sum2 * (1.0f / 6.0f) - sum1 + m[5];
}

/* Axis 0: in_channels + 1, the last one for the biases; axis 1: blocks of OC_T output channels. */
KERNEL void winograd_weights_grad(__global const float *restrict partials, ulong partials_offset,
                                  __global float *restrict grads, ulong dw_offset, ulong db_offset,
                                  int in_channels, int out_channels, int chunks) {
  ALONE_IN_GROUP;
  const int c = (int)get_global_id(0), block = (int)get_global_id(1), blocks = (int)get_global_size(1);
  const ulong weights = BLOCKS_FLOATS(blocks, in_channels), part = weights + blocks * OC_T;
  const int bias = c == in_channels, components = bias ? 1 : COMPONENTS;
  partials +=
      partials_offset + (bias ? weights + block * OC_T : BLOCKS_FLOATS(block, in_channels) + c * OC_T);
  outputs columns[4][6];
  for (int k = 0; k < components; ++k) {
    outputs sum = 0.0f;
    for (int chunk = 0; chunk < chunks; ++chunk)
      sum += LOAD_OUTPUTS(partials + chunk * part + k * COMPONENT_FLOATS(in_channels));
    columns[k % 4][k / 4] = sum;
  }
  const int count = min(OC_T, out_channels - block * OC_T);
  float single[OC_T];
  if (bias) {
    STORE_OUTPUTS(columns[0][0], single);
    for (int o = 0; o < count; ++o) grads[db_offset + block * OC_T + o] = single[o];
    return;
  }
  outputs rows[4][3];
  for (int x = 0; x < 4; ++x) gather3(rows[x], columns[x]);
  for (int y = 0; y < 3; ++y) {
    const outputs sum = (rows[1][y] + rows[2][y]) * 0.5f;
    const outputs taps[3] = {rows[0][y] + sum, (rows[1][y] - rows[2][y]) * 0.5f, sum + rows[3][y]};
    for (int x = 0; x < 3; ++x) {
      STORE_OUTPUTS(taps[x], single);
      for (int o = 0; o < count; ++o)
        grads[dw_offset + ((ulong)(block * OC_T + o) * in_channels + c) * 9 + y * 3 + x] = single[o];
    }
  }
}
