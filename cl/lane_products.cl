/* For the programs of weight gradients, after tiles.cl: products of channels, summed over vectors and their lanes. */

/* Channels of dy and of x in registers. */
#ifndef OC_T
#define OC_T 8
#endif
#ifndef IC_T
#define IC_T 2
#endif

#define ROUND_UP(a, b) (((a) + (b)-1) / (b) * (b))

typedef UNET_PASTE(float, OC_T) outputs;
#define LOAD_OUTPUTS(p) UNET_PASTE(vload, OC_T)(0, p)
#define STORE_OUTPUTS(v, p) UNET_PASTE(vstore, OC_T)(v, 0, p)

/* Sums of neighbouring lanes, first those of a, then those of b. */
INLINE floatv fold(floatv a, floatv b) { return (floatv)(a.even, b.even) + (floatv)(a.odd, b.odd); }

/* For each of OC_T = 8 vectors the sum of its lanes, always in the same order. */
INLINE outputs sum_lanes(const floatv v[OC_T]) {
  const floatv a = fold(fold(v[0], v[1]), fold(v[2], v[3])), b = fold(fold(v[4], v[5]), fold(v[6], v[7]));
#if VW == 4
  return (outputs)(a, b);
#elif VW == 8
  return fold(a, b);
#else
  const floatv all = fold(a, b);
  return all.even + all.odd;
#endif
}

/* part += sum, or with `first` part = sum; for the first `count` of them. */
INLINE void add_part(__global float *part, outputs sum, int count, int first) {
  if (count >= OC_T) {
    STORE_OUTPUTS(first ? sum : LOAD_OUTPUTS(part) + sum, part);
    return;
  }
  float single[OC_T];
  STORE_OUTPUTS(sum, single);
  for (int o = 0; o < count; ++o) part[o] = first ? single[o] : part[o] + single[o];
}

/* part[c * stride + o] += sum over `count` vectors and their lanes of x[c] dy[o], for all channels c of x and `rows` of
 * the OC_T of dy; with `first` it begins. dy lies as (vector, OC_T), x as (block of IC_T channels, `depth` vectors,
 * IC_T). */
INLINE void multiply_lanes(__global float *part, int stride, int rows, __local const floatv *dy,
                           __local const floatv *x, int depth, int count, int in_channels, int first) {
  for (int c = 0; c < in_channels; c += IC_T, x += depth * IC_T) {
    floatv sums[IC_T][OC_T];
#pragma unroll
    for (int i = 0; i < IC_T; ++i) {
#pragma unroll
      for (int o = 0; o < OC_T; ++o) sums[i][o] = 0.0f;
    }
    __local const floatv *d = dy, *in = x;
    for (int t = 0; t < count; ++t, d += OC_T, in += IC_T) {
#pragma unroll
      for (int i = 0; i < IC_T; ++i) {
        const floatv pixels = in[i];
#pragma unroll
        for (int o = 0; o < OC_T; ++o) sums[i][o] = fma(d[o], pixels, sums[i][o]);
      }
    }
#pragma unroll
    for (int i = 0; i < IC_T; ++i) {
      if (c + i < in_channels) add_part(part + (ulong)(c + i) * stride, sum_lanes(sums[i]), rows, first);
    }
  }
}
