/* For the programs of Winograd's minimal filtering F(4x2, 3x3): what a tile of 4 by 2 pixels sees. */
#ifndef WINOGRAD_CL
#define WINOGRAD_CL

#include "tiles.cl"
#include "winograd_layout.cl"

/* BT4 d B2 of a vector of tiles, component k to out[k * stride]. at[r]: the runs' row r, r = 0 above the
 * tiles. */
INLINE void transform_pixels(__local floatv *out, int stride, __global const float *const at[6][RUNS],
                             int offset) {
  floatv t[6][4];
#pragma unroll
  for (int r = 0; r < 6; ++r) {
    floatv d0, d1, d2, d3;
    load_pixels(&d0, &d1, at[r], offset - 1);
    load_pixels(&d2, &d3, at[r], offset + 1);
    t[r][0] = d0 - d2;
    t[r][1] = d1 + d2;
    t[r][2] = d2 - d1;
    t[r][3] = d1 - d3;
  }
#pragma unroll
  for (int x = 0; x < 4; ++x) {
    const floatv even1 = t[4][x] - 4.0f * t[2][x], odd1 = t[3][x] - 4.0f * t[1][x];
    const floatv even2 = t[4][x] - t[2][x], odd2 = 2.0f * (t[3][x] - t[1][x]);
    out[x * stride] = 4.0f * (t[0][x] - t[2][x]) + even2;
    out[(4 + x) * stride] = even1 + odd1;
    out[(8 + x) * stride] = even1 - odd1;
    out[(12 + x) * stride] = even2 + odd2;
    out[(16 + x) * stride] = even2 - odd2;
    out[(20 + x) * stride] = 4.0f * (t[1][x] - t[3][x]) - t[3][x] + t[5][x];
  }
}

#endif
