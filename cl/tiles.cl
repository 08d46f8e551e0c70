/* Vectors of tiles, for the programs that include this: Winograd's minimal filtering (a tile has 4 rows by 2
 * columns of pixels) and the transposed convolution (2 by 2).
 *
 * The lanes of a vector are VW tiles, RUNS runs along x, each RUN pixels wide; runs are counted through rows
 * of tiles and images, so that small images fill vectors too. */
#ifndef TILES_CL
#define TILES_CL

/* Pixels in a run of tiles along x: VW, or half of it. */
#ifndef RUN
#define RUN VW
#endif
/* Rows of pixels in a tile. */
#ifndef TILE_ROWS
#define TILE_ROWS 4
#endif

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
  g->rows = (H + TILE_ROWS - 1) / TILE_ROWS;
  g->count = images * g->rows * g->in_row;
  g->H = H;
  g->S = S;
  g->PS = PS;
}

INLINE void set_run(run *r, const grid *g, int index) {
  const int i = min(index, g->count - 1), row = i / g->in_row;
  r->n = row / g->rows;
  r->row = row % g->rows * TILE_ROWS;
  r->column = i % g->in_row * RUN;
  r->columns = index < g->count ? min(RUN, g->S - 1 - r->column) : 0;
}

/* The even and the odd pixels of RUNS runs. */
INLINE void part_pixels(floatv *even, floatv *odd, const run_pixels parts[RUNS]) {
#if RUNS == 2
  *even = (floatv)(parts[0].even, parts[1].even);
  *odd = (floatv)(parts[0].odd, parts[1].odd);
#else
  *even = (floatv)(parts[0].even, parts[1].even, parts[2].even, parts[3].even);
  *odd = (floatv)(parts[0].odd, parts[1].odd, parts[2].odd, parts[3].odd);
#endif
}

INLINE void load_pixels(floatv *even, floatv *odd, __global const float *const at[RUNS], int offset) {
  run_pixels parts[RUNS];
#pragma unroll
  for (int s = 0; s < RUNS; ++s) parts[s] = LOAD_RUN(at[s] + offset);
  part_pixels(even, odd, parts);
}

/* The pixels that store_pixels stores; no others, which another group may be writing. */
INLINE void load_stored(floatv *even, floatv *odd, __global const float *const at[RUNS], const run runs[RUNS],
                        int row, int H, int S) {
  run_pixels parts[RUNS];
  for (int s = 0; s < RUNS; ++s) {
    float single[RUN];
    const int columns = runs[s].row + row < H ? runs[s].columns : 0;
    for (int i = 0; i < RUN; ++i) single[i] = i < columns ? at[s][row * S + i] : 0.0f;
    parts[s] = UNET_PASTE(vload, RUN)(0, single);
  }
  part_pixels(even, odd, parts);
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

/* The inverse of load_pixels: a row of pixels for each run. */
INLINE void mix_pixels(run_pixels rows[RUNS], floatv even, floatv odd) {
  floatv mixed[2];
  mixed[0].even = even.lo;
  mixed[0].odd = odd.lo;
  mixed[1].even = even.hi;
  mixed[1].odd = odd.hi;
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
#if RUNS == 2
    rows[s] = mixed[s];
#else
    rows[s] = s % 2 ? mixed[s / 2].hi : mixed[s / 2].lo;
#endif
  }
}

INLINE void store_pixels(floatv even, floatv odd, __global float *const at[RUNS], const run runs[RUNS],
                         int row, int H, int S) {
  run_pixels rows[RUNS];
  mix_pixels(rows, even, odd);
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
    if (runs[s].row + row < H) store_run(rows[s], at[s] + row * S, runs[s].columns);
  }
}

/* A tensor of planes, from image 0 on. */
typedef struct planes {
  __global float *at;
  int n_stride, channels;
} planes;

INLINE __global float *run_start(const planes *t, const grid *g, const run *r) {
  return t->at + r->n * (ulong)t->n_stride + r->row * g->S + r->column;
}

/* The zeros that belong to a run: before the first plane, if it begins an image; right of the rows and below
 * the last one, if it ends rows. */
INLINE int begins_image(const run *r) { return r->columns > 0 && r->row == 0 && r->column == 0; }
INLINE int ends_rows(const run *r, const grid *g) { return r->columns > 0 && r->column + RUN >= g->S - 1; }

/* How high and wide planes are beside those of the runs, in halves. */
#define HALF_SIDE 1
#define SAME_SIDE 2
#define DOUBLE_SIDE 4

/* Those of a vector's runs, in planes of this side, rows S and planes PS apart. */
INLINE void write_zeros(const planes *y, const grid *g, const run runs[RUNS], int channel, int side, int S,
                        int PS) {
  for (int s = 0; s < RUNS; ++s) {
    const run *r = &runs[s];
    __global float *plane = y->at + r->n * (ulong)y->n_stride + channel * (ulong)PS;
    if (begins_image(r) && channel == 0) write_lead(plane, S);
    if (ends_rows(r, g))
      write_halo(plane, r->row * side / 2, min(r->row + TILE_ROWS, g->H) * side / 2, g->H * side / 2, S, PS);
  }
}

/* Whether all pixels of a vector's tiles are to be stored. */
INLINE int all_whole(const run runs[RUNS], const grid *g) {
  int whole = 1;
  for (int s = 0; s < RUNS; ++s) whole &= runs[s].columns == RUN && runs[s].row + TILE_ROWS <= g->H;
  return whole;
}

/* Whether write_zeros may have anything to do. */
INLINE int any_zeros(const run runs[RUNS], const grid *g) {
  int any = 0;
  for (int s = 0; s < RUNS; ++s) any |= begins_image(&runs[s]) || ends_rows(&runs[s], g);
  return any;
}

/* For each lane the columns of the image from its tile's first one on; 2 and more are a whole tile. */
INLINE intv columns_of(const run runs[RUNS]) {
  int lanes[VW];
  for (int l = 0; l < VW; ++l) lanes[l] = runs[l / (RUN / 2)].columns - 2 * (l % (RUN / 2));
  return UNET_PASTE(vload, VW)(0, lanes);
}

#endif
