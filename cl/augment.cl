/* Augments a batch of images and their masks: one gather for each pixel of the output (X,Y).
 *
 *   (X,Y)' = (X,Y) + knots(X,Y)                                       the elastic warp, a bicubic B-spline
 *   x = x0 X' + x1 Y' + x2,  y = y0 X' + y1 Y' + y2                   the affine one
 *   v_c = image_c(x,y), bilinear; where blur > 0 the mean of 5 x 5 such samples, Gaussian weights exp(-r^2 /
 * 2), a deviation apart in the output v_c = sum over d of colour_cd v_d + offset, clamped to [0,1];  v_c =
 * v_c ^ gamma;  v_c = v_c + noise z, clamped; z is nearly normal: of 32 random bits as many as are set, and a
 * fraction target = mask(x,y), nearest
 *
 * Beyond its borders the source is mirrored, once; what is further still is the last pixel.
 *
 * images (N,CHANNELS,H,W), target (N,1,H,W): planes, whose halo stays as it is. sources: 16-bit planes, value
 * x 65535, masks: 0 or 1; items[n] says where those of image n begin and how large they are
 * (src/data/augment_draw.h). Axis 0: vectors of a row, as many at a time as there are work-items, axis 1:
 * rows, axis 2: images. */

#include "philox.cl"

/* Of the network's input: 1 or 3. */
#ifndef CHANNELS
#define CHANNELS 3
#endif

#define CELLS 8
#define KNOTS (CELLS + 3)
#define NOISE_STREAM 7u
#define BLUR_TAPS 2 /* on each side */

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

/* A value for each lane, from its own place. */
#if VW == 1
#define GATHER(name, type) \
  INLINE float name(__global const type *p, int at) { return (float)p[at]; }
#else
#define GATHER(name, type)                                 \
  INLINE floatv name(__global const type *p, intv at) {    \
    int places[VW];                                        \
    float values[VW];                                      \
    STOREV(at, places);                                    \
    for (int i = 0; i < VW; ++i) values[i] = p[places[i]]; \
    return LOADV(values);                                  \
  }
#endif
GATHER(gather_image, ushort)
GATHER(gather_mask, uchar)
GATHER(gather_knots, float)

INLINE intv reflect(intv i, int n) {
  const intv low = i < 0 ? -1 - i : i;
  return clamp(low >= n ? 2 * n - 1 - low : low, 0, n - 1);
}

/* --- geometry ----------------------------------------------------------------------------------------- */

/* The cubic B-spline's weights of the four knots around t in [0,1) of a cell. */
INLINE void spline_weights(floatv weights[4], floatv t) {
  const floatv s = 1.0f - t;
  weights[0] = s * s * s * (1.0f / 6.0f);
  weights[1] = fma(t * t, fma(t, (floatv)(0.5f), (floatv)(-1.0f)), (floatv)(2.0f / 3.0f));
  weights[2] = fma(s * s, fma(s, (floatv)(0.5f), (floatv)(-1.0f)), (floatv)(2.0f / 3.0f));
  weights[3] = t * t * t * (1.0f / 6.0f);
}

/* Of a position on an axis of n pixels: the cell, and its knots' weights. */
INLINE intv spline_cell(floatv weights[4], floatv position, int n) {
  const floatv u = (position + 0.5f) * ((float)CELLS / (float)n);
  const intv cell = clamp(convert_intv(floor(u)), 0, CELLS - 1);
  spline_weights(weights, u - convert_floatv(cell));
  return cell;
}

INLINE void bend(floatv *X, floatv *Y, __global const augmentation *item, int H, int W) {
  floatv across[4], down[4];
  const intv at = spline_cell(down, *Y, H) * KNOTS + spline_cell(across, *X, W);
  floatv dx = 0.0f, dy = 0.0f;
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      const floatv weight = down[j] * across[i];
      dx = fma(weight, gather_knots(item->knots_x, at + (j * KNOTS + i)), dx);
      dy = fma(weight, gather_knots(item->knots_y, at + (j * KNOTS + i)), dy);
    }
  }
  *X += dx;
  *Y += dy;
}

/* --- samples of the source ---------------------------------------------------------------------------- */

/* Adds weight times the source at (x,y) to v. The weight of a neighbour that is not needed is zero, so that a
 * whole position gives its pixel's very bits. */
INLINE void add_sample(floatv v[CHANNELS], __global const ushort *image, floatv x, floatv y, int h, int w,
                       float weight) {
  const floatv left = floor(x), top = floor(y), fx = x - left, fy = y - top;
  const intv i = convert_intv(left), j = convert_intv(top);
  const intv x0 = reflect(i, w), x1 = reflect(i + 1, w), y0 = reflect(j, h) * w, y1 = reflect(j + 1, h) * w;
  for (int c = 0; c < CHANNELS; ++c, image += h * w) {
    const floatv a = gather_image(image, y0 + x0), b = gather_image(image, y0 + x1);
    const floatv d = gather_image(image, y1 + x0), e = gather_image(image, y1 + x1);
    const floatv above = fma(fx, b - a, a), below = fma(fx, e - d, d);
    v[c] = fma(fma(fy, below - above, above), (floatv)(weight), v[c]);
  }
}

/* v / 65535, rounded as a division (which a device may round worse): exact for all whole numbers. */
INLINE floatv unit(floatv v) {
  const floatv q = v * (1.0f / 65535.0f);
  return fma(fma(-q, (floatv)(65535.0f), v), (floatv)(1.0f / 65535.0f), q);
}

INLINE void read_source(floatv v[CHANNELS], __global const ushort *sources, __global const augmentation *item,
                        floatv x, floatv y) {
  const float blur = item->blur;
  const int taps = blur > 0.0f ? BLUR_TAPS : 0;
  float total = 0.0f;
  for (int c = 0; c < CHANNELS; ++c) v[c] = 0.0f;
  for (int j = -taps; j <= taps; ++j) {
    for (int i = -taps; i <= taps; ++i) {
      const float weight = exp(-0.5f * (float)(i * i + j * j)), dx = blur * (float)i, dy = blur * (float)j;
      add_sample(v, sources + item->image_at, x + (item->x[0] * dx + item->x[1] * dy),
                 y + (item->y[0] * dx + item->y[1] * dy), item->height, item->width, weight);
      total += weight;
    }
  }
  for (int c = 0; c < CHANNELS; ++c) v[c] = unit(taps ? v[c] / total : v[c]);
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

__kernel
void augment(__global float *restrict images, ulong images_offset, int images_stride,
             __global float *restrict target, ulong target_offset, int target_stride, int H, int S, int PS,
             __global const ushort *restrict sources, __global const uchar *restrict masks,
             __global const augmentation *restrict items) {
  const int n = get_global_id(2), row = get_global_id(1), W = S - 1;
  __global const augmentation *item = items + n;
  images += images_offset + (ulong)n * images_stride + row * S;
  target += target_offset + (ulong)n * target_stride + row * S;
  for (int column = get_global_id(0) * VW; column < W; column += get_global_size(0) * VW) {
    floatv X = convert_floatv(column + LANES), Y = (float)row, v[CHANNELS];
    if (item->elastic) bend(&X, &Y, item, H, W);
    const floatv x = fma((floatv)(item->x[0]), X, fma((floatv)(item->x[1]), Y, (floatv)(item->x[2])));
    const floatv y = fma((floatv)(item->y[0]), X, fma((floatv)(item->y[1]), Y, (floatv)(item->y[2])));
    read_source(v, sources, item, x, y);
    recolour(v, item);
    if (item->noise > 0.0f) add_noise(v, item, row * W + column + LANES);
    for (int c = 0; c < CHANNELS; ++c) store(images + c * PS + column, v[c], W - column);
    const intv place = reflect(convert_intv(floor(y + 0.5f)), item->height) * item->width +
                       reflect(convert_intv(floor(x + 0.5f)), item->width);
    store(target + column, gather_mask(masks + item->mask_at, place), W - column);
  }
}
