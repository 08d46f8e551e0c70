/* Put before every other source. Vectors of VW floats, the plane layout, the activation.
 *
 * A tensor (N,C,H,W) is N x C planes of PS floats, plane c of image n starting at offset + n * n_stride + c *
 * PS. A plane has H rows of S = W + 1 floats, the last of them zero, then zeros up to PS. So the zero right
 * of a row is the left halo of the next one, the zero row below a plane is the top halo of the next plane,
 * and neighbours of flat position p = y * S + x are at fixed distances from it. The S + 1 floats before the
 * first plane are zero too. Who writes a tensor writes the zeros.
 *
 * Work-items: a group has LS work-items along axis 0, LS = 1 on CPUs (which then use wide vectors). */

/* Floats in a vector: 1 on GPUs, the device's native width on CPUs. 1, 4, 8 or 16. */
#ifndef VW
#define VW 1
#endif
/* Work-items in a group. */
#ifndef LS
#define LS 1
#endif

/* A function for groups of LS work-items along axis 0, or of one: compilers then make no code for other
 * sizes. */
#define KERNEL __kernel __attribute__((reqd_work_group_size(LS, 1, 1)))
#define LONE_KERNEL __kernel __attribute__((reqd_work_group_size(1, 1, 1)))

/* At the head of the larger kernels: PoCL (3.1) knows the attribute only where it compiles for one launch.
 * Where it compiles for all, this spares it loops over work-items around the body, unrolled twice. */
#if LS == 1 && defined(POCL_DEVICE_ADDRESS_BITS)
#define ALONE_IN_GROUP \
  __builtin_assume(get_local_size(0) == 1 && get_local_size(1) == 1 && get_local_size(2) == 1)
#else
#define ALONE_IN_GROUP
#endif

/* Register blocks are arrays passed by pointer: only inlined do they become registers. */
#define INLINE static inline __attribute__((always_inline))

#define UNET_PASTE_(a, b) a##b
#define UNET_PASTE(a, b) UNET_PASTE_(a, b)

#if VW == 1
typedef float floatv;
typedef int intv;
#define LANES 0
#define LOADV(p) (*(p))
#define STOREV(v, p) (*(p) = (v))
#define convert_intv convert_int
#define convert_floatv convert_float
#define as_floatv as_float
#define as_intv as_int
#else
typedef UNET_PASTE(float, VW) floatv;
typedef UNET_PASTE(int, VW) intv;
#define LOADV(p) UNET_PASTE(vload, VW)(0, p)
#define STOREV(v, p) UNET_PASTE(vstore, VW)(v, 0, p)
#define convert_intv UNET_PASTE(convert_int, VW)
#define convert_floatv UNET_PASTE(convert_float, VW)
#define as_floatv UNET_PASTE(as_float, VW)
#define as_intv UNET_PASTE(as_int, VW)
#endif
#if VW == 4
#define LANES ((intv)(0, 1, 2, 3))
#elif VW == 8
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7))
#elif VW == 16
#define LANES ((intv)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#endif

/* Asks for the cache line at p, to be read or to be written later, on CPUs. (OpenCL's prefetch does nothing
 * on PoCL.) */
#if VW > 4 && defined(__clang__)
#define PREFETCH(p) __builtin_prefetch((const void *)(ulong)(p))
#define PREFETCH_TO_WRITE(p) __builtin_prefetch((const void *)(ulong)(p), 1)
#else
#define PREFETCH(p)
#define PREFETCH_TO_WRITE(p)
#endif

/* The even and odd ones of 2 * VW floats. */
#if VW == 1
#define EVEN(p) ((p)[0])
#define ODD(p) ((p)[1])
#else
#define EVEN(p) ((floatv)(LOADV(p).even, LOADV((p) + VW).even))
#define ODD(p) ((floatv)(LOADV(p).odd, LOADV((p) + VW).odd))
#endif

/* Sum of the lanes, always in the same order. */
INLINE float sum1(float v) { return v; }
INLINE float sum4(float4 v) { return (v.x + v.z) + (v.y + v.w); }
INLINE float sum8(float8 v) { return sum4(v.lo + v.hi); }
INLINE float sum16(float16 v) { return sum8(v.lo + v.hi); }
#define SUMV UNET_PASTE(sum, VW)

/* Which of the flat positions p .. p + VW - 1 are pixels: not in the column right of the image, and before
 * `end` = H * S. (The quotient is exact: it is small, and no multiple of S is nearer than 0.5 / S.) */
INLINE intv interior(int p, int S, int end) {
  const intv q = p % S + LANES;
  const intv rows = convert_intv((convert_floatv(q) + 0.5f) * (1.0f / (float)S));
  return (q - rows * S < S - 1) & (p + LANES < end);
}

/* v where the mask is set, else 0: NaNs read beyond a plane vanish. */
INLINE floatv keep(floatv v, intv mask) { return mask ? v : (floatv)(0.0f); }

/* v at the flat positions p .. p + VW - 1 where they are pixels, as `interior` tells, else 0. Most vectors
 * have no others. */
INLINE floatv keep_pixels(floatv v, int p, int S, int end) {
  if (p % S + VW < S && p + VW <= end) return v;
  return keep(v, interior(p, S, end));
}

/* The zeros before a tensor's first plane. */
INLINE void write_lead(__global float *plane, int S) {
  for (int i = 1; i <= S + 1; ++i) plane[-i] = 0.0f;
}

/* The zeros around rows [i0, i1) of a plane of H rows, by a group's first work-item: the column right of
 * them, and at the end all that follows the last row. */
INLINE void write_halo(__global float *plane, int i0, int i1, int H, int S, int PS) {
  if (get_local_id(0) != 0) return;
  for (int i = i0; i < i1; ++i) plane[i * S + S - 1] = 0.0f;
  for (int p = H * S; i1 == H && p < PS; ++p) plane[p] = 0.0f;
}

/* x > 0 ? x : exp(x) - 1, with x = k ln 2 + r and exp(x) - 1 = 2^k (exp(r) - 1) + (2^k - 1), so that no
 * digits are lost near 0. The polynomial has a relative error of 1.4e-8 for |r| <= ln(2) / 2. NaN stays NaN.
 */
INLINE floatv elu_of(floatv x) {
  const floatv low = x > -25.0f ? x : (floatv)(-25.0f); /* below, the result is -1 to the last bit */
  const floatv a = low < 0.0f ? low : (floatv)(0.0f);
  const floatv shifted =
      fma(a, (floatv)(1.44269504f), (floatv)(12582912.0f)); /* 1.5 * 2^23 rounds to integer */
  const floatv k = shifted - 12582912.0f;
  const floatv r = fma(k, (floatv)(-1.42860682e-6f), fma(k, (floatv)(-0.693145752f), a));
  floatv e = fma(r, (floatv)(0.00138824980f), (floatv)(0.00836664718f));
  e = fma(e, r, (floatv)(0.0416672044f));
  e = fma(e, r, (floatv)(0.166665420f));
  e = fma(e, r, (floatv)(0.5f));
  e = fma(e * r, r, r);
  const floatv scale = as_floatv((as_intv(shifted) + 127) << 23);
  return x < 0.0f ? fma(scale, e, scale - 1.0f) : x;
}

/* What follows a convolution. */
#define LINEAR 0
#define ELU 1
#define SIGMOID 2

INLINE floatv activate(floatv x, int activation) {
  if (activation == ELU) return elu_of(x);
  return activation == SIGMOID ? 1.0f / (1.0f + exp(-x)) : x;
}

/* The derivative of ELU from its output. */
INLINE floatv elu_derivative(floatv y) { return y > 0.0f ? (floatv)(1.0f) : y + 1.0f; }
