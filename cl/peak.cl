/* What the device can do at best: float32 multiply-adds in registers, and streaming through memory.
 *
 *   fma_chains  CHAINS independent chains of `rounds` steps x = x scale + shift for each lane of each
 * work-item; out[work-item] = their sum, so that no chain can be left out. 2 VW CHAINS rounds operations
 * each. triad       a[e] = b[e] + scale c[e], e < count: three floats moved for each element (McCalpin's
 * STREAM).
 *
 * Axis 0: of fma_chains, work-items; of triad, groups of LS work-items that take turns, each group covering
 * `run` * LS vectors. `count` is a multiple of VW. */

/* Enough to hide the latency of an FMA (4 cycles at 2 a cycle), few enough for 16 registers. */
#ifndef CHAINS
#define CHAINS 12
#endif

KERNEL void fma_chains(__global float *restrict out, float scale, float shift, int rounds) {
  floatv x[CHAINS];
#pragma unroll
  for (int c = 0; c < CHAINS; ++c) x[c] = convert_floatv(LANES) + (float)c;
  for (int i = 0; i < rounds; ++i) {
#pragma unroll
    for (int c = 0; c < CHAINS; ++c) x[c] = fma(x[c], (floatv)(scale), (floatv)(shift));
  }
  floatv sum = x[0];
#pragma unroll
  for (int c = 1; c < CHAINS; ++c) sum += x[c];
  out[get_global_id(0)] = SUMV(sum);
}

KERNEL void triad(__global float *restrict a, __global const float *restrict b,
                  __global const float *restrict c, float scale, int count, int run) {
  const int first = (int)(get_group_id(0) * run * LS + get_local_id(0)) * VW;
  const int last = min((int)((get_group_id(0) + 1) * run * LS) * VW, count);
  for (int e = first; e < last; e += LS * VW) STOREV(fma((floatv)(scale), LOADV(c + e), LOADV(b + e)), a + e);
}
