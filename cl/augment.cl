/* Augments a batch of images and their masks: each pixel (X,Y) of the output gathers from one place.
 *
 *   (X,Y)' = (X,Y) + knots(X,Y)                                       the elastic warp, a bicubic B-spline
 *   x = x0 X' + x1 Y' + x2,  y = y0 X' + y1 Y' + y2                   the affine one
 *   v_c = image_c(x,y), bilinear; where blur > 0 a sum of 3 x 3 such samples, 1.5 blur apart in the
 *         output, weighted 2/9, 5/9, 2/9 along each axis: their variance is blur^2
 *   v_c = sum over d of colour_cd v_d + offset, clamped to [0,1]
 *   v_c = v_c ^ gamma
 *   v_c = v_c + noise z, clamped; z is nearly normal: how many of 32 random bits are set, and a fraction
 *   target = mask(x,y), nearest
 *
 * Beyond its borders the source is mirrored, once; what is further still is the last pixel.
 *
 * images (N,CHANNELS,H,W), target (N,1,H,W): planes, whose halo stays as it is. sources: 16-bit planes,
 * value x 65535, masks: 0 or 1, with room for one more value at the end; items[n] says where those of image
 * n begin and how large they are (src/data/augment_draw.h).
 * Axis 0: vectors of a row, as many at a time as there are work-items, axis 1: rows, axis 2: images. */

#include "philox.cl"

/* Of the network's input: 1 or 3. */
#ifndef CHANNELS
#define CHANNELS 3
#endif

#define CELLS 8
#define KNOTS (CELLS + 3)
#define NOISE_STREAM 7u

typedef struct {
  uint image_at, mask_at;
  int height, width;
  float x[3], y[3];
  int elastic;
  float colour[9], offset;
  float gamma, blur, noise;
  uint key[2], number[2];
  float knots_x[KNOTS * KNOTS], knots_y[KNOTS * KNOTS];
} augmentation;

/* What stands at each lane's own place, by a scalar load for each: faster than through an array. */
#if VW == 1
#define GATHER(load, p, at) load(p, at)
#elif VW == 4
#define GATHER(load, p, at) (uintv)(load(p, at.s0), load(p, at.s1), load(p, at.s2), load(p, at.s3))
#elif VW == 8
#define GATHER(load, p, at) (uintv)(LOAD4(load, p, at, 0, 1, 2, 3), LOAD4(load, p, at, 4, 5, 6, 7))
#else
#define GATHER(load, p, at)                                                                               \
  (uintv)(LOAD4(load, p, at, 0, 1, 2, 3), LOAD4(load, p, at, 4, 5, 6, 7), LOAD4(load, p, at, 8, 9, a, b), \
          LOAD4(load, p, at, c, d, e, f))
#endif
#define LOAD4(load, p, at, i, j, k, l) \
  (uint4)(load(p, at.s##i), load(p, at.s##j), load(p, at.s##k), load(p, at.s##l))

/* Two neighbours of an image as one word, the left one in its lower half. On a CPU the load is volatile, lest
 * the compiler makes gather instructions of the lanes' loads: with those a batch took twice as long (AVX-512,
 * 256 x 256, 8 images: 6 ms instead of 3). */
#if VW == 1
INLINE uint load_pair(__global const ushort *p, int at) { return as_uint(vload2(0, p + at)); }
#else
typedef uint __attribute__((aligned(2))) pair;
INLINE uint load_pair(__global const ushort *p, int at) { return *(volatile __global const pair *)(p + at); }
#endif

/* A mask's value. */
INLINE uint load_mask(__global const uchar *p, int at) { return p[at]; }

/* A position mirrored at the borders -1/2 and n - 1/2 and held to the pixels' centres. Between border and
 * centre lies the border pixel and its mirror image, so holding loses nothing. */
INLINE floatv reflect(floatv position, int n) {
  const floatv last = (float)(n - 1);
  const floatv low = position < -0.5f ? -1.0f - position : position;
  const floatv high = low > last + 0.5f ? 2.0f * last + 1.0f - low : low;
  return clamp(high, 0.0f, last);
}

/* --- geometry ----------------------------------------------------------------------------------------- */

/* The cubic B-spline at a distance from its knot: 2/3 at 0, 0 from 2 on. */
INLINE floatv spline(floatv distance) {
  const floatv outer = max(2.0f - fabs(distance), 0.0f), inner = max(1.0f - fabs(distance), 0.0f);
  return fma(outer * outer, outer, -4.0f * inner * inner * inner) * (1.0f / 6.0f);
}

/* Moves the places (X,Y) of a vector from `column` on. Sums over the knots that reach it: loads are the same
 * for all lanes. Knot k lies at k - 1 of the grid. */
INLINE void bend(floatv *X, floatv *Y, __global const augmentation *item, int row, int column, int H, int W) {
  const float across = (float)CELLS / (float)W, down = ((float)row + 0.5f) * ((float)CELLS / (float)H);
  const floatv u = (convert_floatv(column + LANES) + 0.5f) * across;
  const int first = min((int)(((float)column + 0.5f) * across), CELLS - 1), top = min((int)down, CELLS - 1);
  const int last = min((int)(((float)(column + VW) - 0.5f) * across), CELLS - 1);
  floatv weights[4];
  for (int j = 0; j < 4; ++j) weights[j] = spline((floatv)(down - (float)(top + j - 1)));
  floatv dx = 0.0f, dy = 0.0f;
  for (int k = first; k <= last + 3; ++k) {
    const floatv weight = spline(u - (float)(k - 1));
    floatv x = 0.0f, y = 0.0f;
    for (int j = 0; j < 4; ++j) {
      x = fma(weights[j], (floatv)(item->knots_x[(top + j) * KNOTS + k]), x);
      y = fma(weights[j], (floatv)(item->knots_y[(top + j) * KNOTS + k]), y);
    }
    dx = fma(weight, x, dx);
    dy = fma(weight, y, dy);
  }
  *X += dx;
  *Y += dy;
}

/* --- samples of the source ---------------------------------------------------------------------------- */

/* Adds weight times the source at (x,y) to v. Whole numbers up to 65535 and their differences are exact, so a
 * whole position gives its pixel's very bits. (Where an image is one pixel wide its pair's other half weighs
 * 0.) */
INLINE void add_sample(floatv v[CHANNELS], __global const ushort *image, floatv x, floatv y, int h, int w,
                       float weight) {
  x = reflect(x, w);
  y = reflect(y, h);
  const intv left = max(min(convert_intv(x), w - 2), 0), top = convert_intv(y);
  const floatv fx = x - convert_floatv(left), fy = y - convert_floatv(top);
  const intv upper = top * w + left, lower = min(top + 1, h - 1) * w + left;
  for (int c = 0; c < CHANNELS; ++c, image += h * w) {
    const uintv above = GATHER(load_pair, image, upper), below = GATHER(load_pair, image, lower);
    const floatv a = convert_floatv(above & 0xFFFFu), b = convert_floatv(above >> 16);
    const floatv d = convert_floatv(below & 0xFFFFu), e = convert_floatv(below >> 16);
    const floatv high = fma(fx, b - a, a), low = fma(fx, e - d, d);
    v[c] = fma(fma(fy, low - high, high), (floatv)(weight), v[c]);
  }
}

/* v / 65535, rounded as a division (which a device may round worse): exact for all whole numbers. */
INLINE floatv unit(floatv v) {
  const floatv q = v * (1.0f / 65535.0f);
  return fma(fma(-q, (floatv)(65535.0f), v), (floatv)(1.0f / 65535.0f), q);
}

INLINE void read_source(floatv v[CHANNELS], __global const ushort *image, __global const augmentation *item,
                        floatv x, floatv y) {
  const float step = 1.5f * item->blur;
  const int taps = item->blur > 0.0f ? 1 : 0;
  for (int c = 0; c < CHANNELS; ++c) v[c] = 0.0f;
  for (int j = -taps; j <= taps; ++j) {
    for (int i = -taps; i <= taps; ++i) {
      const float weight = taps ? (i ? 2.0f / 9.0f : 5.0f / 9.0f) * (j ? 2.0f / 9.0f : 5.0f / 9.0f) : 1.0f;
      const float dx = step * (float)i, dy = step * (float)j;
      add_sample(v, image, x + (item->x[0] * dx + item->x[1] * dy), y + (item->y[0] * dx + item->y[1] * dy),
                 item->height, item->width, weight);
    }
  }
  for (int c = 0; c < CHANNELS; ++c) v[c] = unit(v[c]);
}

/* --- colour ------------------------------------------------------------------------------------------- */

INLINE void recolour(floatv v[CHANNELS], __global const augmentation *item) {
  floatv from[CHANNELS];
  for (int c = 0; c < CHANNELS; ++c) from[c] = v[c];
  for (int c = 0; c < CHANNELS; ++c) {
    floatv sum = item->offset;
    for (int d = 0; d < CHANNELS; ++d) sum = fma((floatv)(item->colour[3 * c + d]), from[d], sum);
    v[c] = clamp(sum, 0.0f, 1.0f);
    if (item->gamma != 1.0f) v[c] = exp2(item->gamma * log2(v[c]));
  }
}

/* The bits that are set of 32 random ones, and a fraction in [-1/2, 1/2): variance 8 + 1/12, and the bell's
 * shape without a logarithm. One Philox block for the pixel: a word for each channel, and one for the
 * fractions. */
INLINE void add_noise(floatv v[CHANNELS], __global const augmentation *item, intv pixel) {
  uintv words[4] = {as_uintv(pixel), item->number[0], NOISE_STREAM, item->number[1]};
  philox(words, (uint2)(item->key[0], item->key[1]));
  for (int c = 0; c < CHANNELS; ++c) {
    const intv set = as_intv(popcount(words[c])), fraction = as_intv((words[3] >> (8 * c)) & 255u);
    const floatv z = convert_floatv(set * 256 + fraction) - (16.0f * 256.0f + 127.5f);
    v[c] = clamp(fma(z, (floatv)(item->noise * (0.351726f / 256.0f)), v[c]), 0.0f, 1.0f);
  }
}

/* --- the batch ---------------------------------------------------------------------------------------- */

INLINE void store(__global float *p, floatv v, int count) {
#if VW > 1
  if (count < VW) {
    float values[VW];
    STOREV(v, values);
    for (int i = 0; i < count; ++i) p[i] = values[i];
    return;
  }
#endif
  STOREV(v, p);
}

KERNEL void augment(__global float *restrict images, ulong images_offset, int images_stride,
                    __global float *restrict target, ulong target_offset, int target_stride, int H, int S,
                    int PS, __global const ushort *restrict sources, __global const uchar *restrict masks,
                    __global const augmentation *restrict items) {
  ALONE_IN_GROUP;
  const int n = get_global_id(2), row = get_global_id(1), W = S - 1;
  __global const augmentation *item = items + n;
  images += images_offset + (ulong)n * images_stride + row * S;
  target += target_offset + (ulong)n * target_stride + row * S;
  for (int column = get_global_id(0) * VW; column < W; column += get_global_size(0) * VW) {
    floatv X = convert_floatv(column + LANES), Y = (float)row, v[CHANNELS];
    if (item->elastic) bend(&X, &Y, item, row, column, H, W);
    const floatv x = fma((floatv)(item->x[0]), X, fma((floatv)(item->x[1]), Y, (floatv)(item->x[2])));
    const floatv y = fma((floatv)(item->y[0]), X, fma((floatv)(item->y[1]), Y, (floatv)(item->y[2])));
    read_source(v, sources + item->image_at, item, x, y);
    recolour(v, item);
    if (item->noise > 0.0f) add_noise(v, item, row * W + column + LANES);
    for (int c = 0; c < CHANNELS; ++c) store(images + c * PS + column, v[c], W - column);
    const intv place = convert_intv(reflect(y, item->height) + 0.5f) * item->width +
                       convert_intv(reflect(x, item->width) + 0.5f);
    store(target + column, convert_floatv(GATHER(load_mask, masks + item->mask_at, place)), W - column);
  }
}
