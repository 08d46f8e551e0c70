/* Adam over all parameters at once, as Keras has it (eps is not bias-corrected):
 *
 *   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w -= rate m / (sqrt(v) + eps)
 *
 * params, grads, m, v: `count` floats each, laid out alike. rate[rate_offset] holds lr sqrt(1 - b2^t) / (1 - b1^t).
 * Axis 0: LS work-items of a group take turns, a group covers `run` * LS vectors. */

#define B1 0.9f
#define ONE_MINUS_B1 0.1f
#define B2 0.999f
#define ONE_MINUS_B2 0.001f
#define EPSILON 1e-7f

__kernel void adam(__global float *restrict params, __global const float *restrict grads, __global float *restrict m,
                   __global float *restrict v, __global const float *restrict rate, ulong rate_offset, int count,
                   int run) {
  const float step = rate[rate_offset];
  const int first = (int)(get_group_id(0) * run * LS + get_local_id(0)) * VW;
  const int last = min((int)((get_group_id(0) + 1) * run * LS) * VW, count);
  for (int e = first; e < last; e += LS * VW) {
    const floatv g = LOADV(grads + e);
    const floatv m_new = fma(LOADV(m + e), (floatv)(B1), g * ONE_MINUS_B1);
    const floatv v_new = fma(LOADV(v + e), (floatv)(B2), g * g * ONE_MINUS_B2);
    STOREV(m_new, m + e);
    STOREV(v_new, v + e);
    STOREV(LOADV(params + e) - step * m_new / (sqrt(v_new) + EPSILON), params + e);
  }
}
