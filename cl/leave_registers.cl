/* For programs that keep XV vectors of each of OC_T channels in registers. */

/* What is stored in a loop must lie in memory, or the loop is unrolled: 24 copies of it take seconds to
 * compile. */
INLINE void leave_registers(floatv out[OC_T][XV], floatv sums[OC_T][XV]) {
#pragma unroll
  for (int j = 0; j < OC_T; ++j) {
#pragma unroll
    for (int v = 0; v < XV; ++v) out[j][v] = sums[j][v];
  }
}
