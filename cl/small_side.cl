/* For programs with vectors of tiles: planes of half the height and width, which the transposed convolution
 * reads and max pooling makes. H is the height of the large side, SS and SPS are the strides of the small
 * one. */
#ifndef SMALL_SIDE_CL
#define SMALL_SIDE_CL

#include "tiles.cl"

/* A run has half as many pixels there. */
#if RUN == 16
#define HALF_RUN 8
#elif RUN == 8
#define HALF_RUN 4
#else
#define HALF_RUN 2
#endif

typedef UNET_PASTE(float, HALF_RUN) half_run;
typedef half_run __attribute__((aligned(4))) half_run_anywhere;

INLINE __global float *small_start(const planes *t, const run *r, int SS) {
  return t->at + r->n * (ulong)t->n_stride + r->row / 2 * SS + r->column / 2;
}

/* One pixel for each tile. */
INLINE floatv load_small(__global const float *const at[RUNS], int offset) {
  half_run parts[RUNS];
#pragma unroll
  for (int s = 0; s < RUNS; ++s) parts[s] = *(__global const half_run_anywhere *)(at[s] + offset);
#if RUNS == 2
  return (floatv)(parts[0], parts[1]);
#else
  return (floatv)(parts[0], parts[1], parts[2], parts[3]);
#endif
}

/* What store_small stores; nothing else, which another group may be writing. */
INLINE floatv load_small_stored(__global const float *const at[RUNS], int offset, const run runs[RUNS]) {
  float single[VW];
  for (int s = 0; s < RUNS; ++s)
    for (int i = 0; i < HALF_RUN; ++i)
      single[s * HALF_RUN + i] = i < runs[s].columns / 2 ? at[s][offset + i] : 0.0f;
  return UNET_PASTE(vload, VW)(0, single);
}

/* Its inverse, where the tiles' row `row` of the large side lies in the image; `whole` as all_whole says. */
INLINE void store_small(floatv v, __global float *const at[RUNS], int offset, const run runs[RUNS], int row,
                        int H, int whole) {
#if RUNS == 2
  const half_run parts[RUNS] = {v.lo, v.hi};
#else
  const half_run parts[RUNS] = {v.lo.lo, v.lo.hi, v.hi.lo, v.hi.hi};
#endif
#pragma unroll
  for (int s = 0; s < RUNS; ++s) {
    if (whole) {
      *(__global half_run_anywhere *)(at[s] + offset) = parts[s];
    } else if (runs[s].row + row < H) {
      float single[HALF_RUN];
      UNET_PASTE(vstore, HALF_RUN)(parts[s], 0, single);
      for (int i = 0; i < runs[s].columns / 2; ++i) at[s][offset + i] = single[i];
    }
  }
}

#endif
