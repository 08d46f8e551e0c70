/* For the programs of weight gradients: products of channels, summed over vectors and their lanes. */
#ifndef LANE_PRODUCTS_CL
#define LANE_PRODUCTS_CL

#include "channel_block.cl"

/* Channels of x in registers. */
#ifndef IC_T
#define IC_T 2
#endif

#define ROUND_UP(a, b) (((a) + (b)-1) / (b) * (b))

/* Sums of lanes of a and of b, half as many of each: of the halves of all lanes, or of every eight or every
 * four lanes. (Neighbours would do as well, but compilers make horizontal additions of those, three times as
 * slow.) */
#if VW == 16
#define FOLD_16(a, b) ((float16)((a).lo, (b).lo) + (float16)((a).hi, (b).hi))
#define FOLD_8(a, b)                                       \
  ((float16)((a).s0123, (a).s89ab, (b).s0123, (b).s89ab) + \
   (float16)((a).s4567, (a).scdef, (b).s4567, (b).scdef))
#define FOLD_4(a, b)                                                                   \
  ((float16)((a).s01, (b).s01, (a).s45, (b).s45, (a).s89, (b).s89, (a).scd, (b).scd) + \
   (float16)((a).s23, (b).s23, (a).s67, (b).s67, (a).sab, (b).sab, (a).sef, (b).sef))
#elif VW == 8
#define FOLD_8(a, b) ((float8)((a).lo, (b).lo) + (float8)((a).hi, (b).hi))
#define FOLD_4(a, b) \
  ((float8)((a).s01, (b).s01, (a).s45, (b).s45) + (float8)((a).s23, (b).s23, (a).s67, (b).s67))
#else
#define FOLD_4(a, b) ((float4)((a).lo, (b).lo) + (float4)((a).hi, (b).hi))
#endif

/* For each of OC_T = 8 vectors the sum of its lanes, always in the same order. */
INLINE outputs sum_lanes(const floatv v[OC_T]) {
#if VW == 16
  const floatv evens = FOLD_8(FOLD_16(v[0], v[2]), FOLD_16(v[4], v[6]));
  const floatv odds = FOLD_8(FOLD_16(v[1], v[3]), FOLD_16(v[5], v[7]));
  const floatv pairs = FOLD_4(evens, odds);
  return pairs.even + pairs.odd;
#elif VW == 8
  const floatv low = FOLD_4(FOLD_8(v[0], v[2]), FOLD_8(v[1], v[3]));
  const floatv high = FOLD_4(FOLD_8(v[4], v[6]), FOLD_8(v[5], v[7]));
  return (outputs)(low.even + low.odd, high.even + high.odd);
#else
  const floatv a = FOLD_4(v[0], v[1]), b = FOLD_4(v[2], v[3]), c = FOLD_4(v[4], v[5]), d = FOLD_4(v[6], v[7]);
  return (outputs)(a.even + a.odd, b.even + b.odd, c.even + c.odd, d.even + d.odd);
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

/* part[c * stride + o] += sum over `count` vectors and their lanes of x[c] dy[o], for all channels c of x and
 * `rows` of the OC_T of dy; with `first` it begins. dy lies as (vector, OC_T), x as (block of IC_T channels,
 * `depth` vectors, IC_T). */
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

#endif
