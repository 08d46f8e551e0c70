/* For programs that max pool: the maxima of 2x2 windows of a pair of rows of planes. */
#ifndef POOL_ROW_CL
#define POOL_ROW_CL

/* W of them. Whole vectors first, then the rest one by one, for a vector must not write into the next row. */
INLINE void pool_row(__global const float *top, __global const float *bottom, __global float *y, int W) {
  int j = (int)get_local_id(0) * VW;
  for (; j + VW <= W; j += LS * VW) {
    const floatv first = max(EVEN(top + 2 * j), ODD(top + 2 * j));
    const floatv second = max(EVEN(bottom + 2 * j), ODD(bottom + 2 * j));
    STOREV(max(first, second), y + j);
  }
  for (; j < W; ++j) y[j] = max(max(top[2 * j], top[2 * j + 1]), max(bottom[2 * j], bottom[2 * j + 1]));
}

#endif
