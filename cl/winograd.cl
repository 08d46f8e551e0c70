/* Included by the kernels of Winograd's minimal filtering, F(4x2, 3x3): tiles of 4 rows by 2 columns of pixels.
 *
 * The lanes of a vector are VW tiles, RUNS runs along x, each RUN pixels wide; runs are counted through rows of
 * tiles and images, so that small images fill vectors too. */

/* Pixels in a run of tiles along x: VW, or half of it. */
#ifndef RUN
#define RUN VW
#endif

#define COMPONENTS 24
#define RUNS (2 * VW / RUN)

typedef UNET_PASTE(float, RUN) run_pixels;
/* At any float. Where runs overlap, compilers cut vload and put it together again from pieces. */
typedef run_pixels __attribute__((aligned(4))) run_anywhere;
#define LOAD_RUN(p) (*(__global const run_anywhere *)(p))
#define STORE_RUN(v, p) (*(__global run_anywhere *)(p) = (v))

/* Where a run of tiles lies: its image, its first row and column of pixels. */
typedef struct run {
  int n, row, column;
  int columns; /* pixels of a row that are to be stored; 0: beyond the last run, it computes that one again */
} run;

/* What the runs cover: `count` of them. */
typedef struct grid {
  int count, in_row, rows; /* in_row: runs in a row of tiles; rows: rows of tiles in an image */
  int H, S, PS;
} grid;

INLINE void set_grid(grid *g, int images, int H, int S, int PS) {
  g->in_row = (S - 1 + RUN - 1) / RUN;
  g->rows = (H + 3) / 4;
  g->count = images * g->rows * g->in_row;
  g->H = H;
  g->S = S;
  g->PS = PS;
}

INLINE void set_run(run *r, const grid *g, int index) {
  const int i = min(index, g->count - 1), row = i / g->in_row;
  r->n = row / g->rows;
  r->row = row % g->rows * 4;
  r->column = i % g->in_row * RUN;
  r->columns = index < g->count ? min(RUN, g->S - 1 - r->column) : 0;
}

/* The even and the odd pixels of RUNS runs. */
INLINE void load_pixels(floatv *even, floatv *odd, __global const float *const at[RUNS], int offset) {
  run_pixels parts[RUNS];
#pragma unroll
  for (int s = 0; s < RUNS; ++s) parts[s] = LOAD_RUN(at[s] + offset);
#if RUNS == 2
  *even = (floatv)(parts[0].even, parts[1].even);
  *odd = (floatv)(parts[0].odd, parts[1].odd);
#else
  *even = (floatv)(parts[0].even, parts[1].even, parts[2].even, parts[3].even);
  *odd = (floatv)(parts[0].odd, parts[1].odd, parts[2].odd, parts[3].odd);
#endif
}

INLINE void store_run(run_pixels pixels, __global float *at, int columns) {
  if (columns == RUN) {
    STORE_RUN(pixels, at);
    return;
  }
  float single[RUN];
  UNET_PASTE(vstore, RUN)(pixels, 0, single);
  for (int i = 0; i < columns; ++i) at[i] = single[i];
}

/* Its inverse, a row of pixels for each run. */
INLINE void store_pixels(floatv even, floatv odd, __global float *const at[RUNS], const run runs[RUNS], int row,
                         int H, int S) {
  floatv mixed[2];
  mixed[0].even = even.lo;
  mixed[0].odd = odd.lo;
  mixed[1].even = even.hi;
  mixed[1].odd = odd.hi;
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
    if (runs[s].row + row >= H) continue;
#if RUNS == 2
    store_run(mixed[s], at[s] + row * S, runs[s].columns);
#else
    store_run(s % 2 ? mixed[s / 2].hi : mixed[s / 2].lo, at[s] + row * S, runs[s].columns);
#endif
  }
}

/* BT4 d B2 of a vector of tiles, component k to out[k * stride]. at[r]: the runs' row r, r = 0 above the tiles. */
INLINE void transform_pixels(__local floatv *out, int stride, __global const float *const at[6][RUNS], int offset) {
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
