/* Adam over all parameters at once, as Keras has it (eps is not bias-corrected), with AdamW's decay:
 *
 *   g' = CLIP ? min(1, clip / |g|) g : g,  |g| = sqrt(norm)
 *   m = b1 m + (1 - b1) g',  v = b2 v + (1 - b2) g'^2,  w = (1 - decay) w - rate m / (sqrt(v) + eps)
 *   AVERAGE: average += blend (w - average)
 *
 * params, grads, m, v, average: `count` floats each, laid out alike. scalars: rate, decay, blend; the rate is
 * lr sqrt(1 - b2^t) / (1 - b1^t). norm: the sum of all squares of g.
 * Axis 0: LS work-items of a group take turns, a group covers `run` * LS vectors. */

#ifndef CLIP
#define CLIP 0 /* 1: long gradients are shortened */
#endif
#ifndef AVERAGE
#define AVERAGE 0 /* 1: a moving average is kept */
#endif

#define B1 0.9f
#define ONE_MINUS_B1 0.1f
#define B2 0.999f
#define ONE_MINUS_B2 0.001f
#define EPSILON 1e-7f

/* Where a feature is off, its buffers are those of the parameters, and not touched. */
KERNEL void adam(__global float *params, __global const float *restrict grads, __global float *restrict m,
                 __global float *restrict v, __global float *average, __global const float *restrict scalars,
                 ulong scalars_offset, __global const float *norm, ulong norm_offset, float clip, int count,
                 int run) {
  ALONE_IN_GROUP;
  const float rate = scalars[scalars_offset], keep = 1.0f - scalars[scalars_offset + 1];
#if AVERAGE
  const float blend = scalars[scalars_offset + 2];
#endif
#if CLIP
  const float length = sqrt(norm[norm_offset]), scale = length > clip ? clip / length : 1.0f;
#endif
  const int first = (int)(get_group_id(0) * run * LS + get_local_id(0)) * VW;
  const int last = min((int)((get_group_id(0) + 1) * run * LS) * VW, count);
  for (int e = first; e < last; e += LS * VW) {
#if CLIP
    const floatv g = LOADV(grads + e) * scale;
#else
    const floatv g = LOADV(grads + e);
#endif
    const floatv m_new = fma(LOADV(m + e), (floatv)(B1), g * ONE_MINUS_B1);
    const floatv v_new = fma(LOADV(v + e), (floatv)(B2), g * g * ONE_MINUS_B2);
    STOREV(m_new, m + e);
    STOREV(v_new, v + e);
    const floatv w = LOADV(params + e) * keep - rate * m_new / (sqrt(v_new) + EPSILON);
    STOREV(w, params + e);
#if AVERAGE
    const floatv a = LOADV(average + e);
    STOREV(a + blend * (w - a), average + e);
#endif
  }
}
