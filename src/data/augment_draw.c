#include "data/augment_draw.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

static const double radians = 3.14159265358979323846 / 180.0;

unet_window unet_whole_window(size_t height, size_t width) {
  return (unet_window){
      .centre_x = ((double)width - 1.0) / 2.0, .centre_y = ((double)height - 1.0) / 2.0, .scale = 1.0};
}

/* Uniform in [-limit, limit]. */
static double draw(unet_rng *rng, double limit) { return limit * (2.0 * (double)unet_rng_float(rng) - 1.0); }

/* 1 - limit to 1 / (1 - limit), log-uniform. */
static double draw_factor(unet_rng *rng, double limit) { return exp(draw(rng, -log1p(-limit))); }

/* --- geometry ----------------------------------------------------------------------------------------- */

/* (a b; c d) from the right. */
static void multiply(double m[4], double a, double b, double c, double d) {
  const double n[4] = {m[0] * a + m[1] * c, m[0] * b + m[1] * d, m[2] * a + m[3] * c, m[2] * b + m[3] * d};
  memcpy(m, n, sizeof n);
}

/* The output is the source flipped, sheared, rotated, scaled and shifted about the centres; here from the
 * output to the source: m (output - centre - shift) + window's centre. */
static void draw_affine(unet_augmentation *out, unet_rng *rng, const unet_augment_options *o,
                        const unet_window *window, size_t height, size_t width) {
  const double flip_x = unet_rng_float(rng) < 0.5f && (o->flip & UNET_FLIP_HORIZONTAL) ? -1.0 : 1.0;
  const double flip_y = unet_rng_float(rng) < 0.5f && (o->flip & UNET_FLIP_VERTICAL) ? -1.0 : 1.0;
  const double angle = draw(rng, o->rotate * radians), shear = tan(draw(rng, o->shear * radians));
  const double scale = window->scale / draw_factor(rng, o->scale);
  const double x = ((double)width - 1.0) / 2.0 + draw(rng, o->shift) * (double)width;
  const double y = ((double)height - 1.0) / 2.0 + draw(rng, o->shift) * (double)height;
  double m[4] = {flip_x * scale, 0.0, 0.0, flip_y * scale};
  multiply(m, 1.0, -shear, 0.0, 1.0);
  multiply(m, cos(angle), sin(angle), -sin(angle), cos(angle));
  out->x[0] = (float)m[0];
  out->x[1] = (float)m[1];
  out->x[2] = (float)(window->centre_x - m[0] * x - m[1] * y);
  out->y[0] = (float)m[2];
  out->y[1] = (float)m[3];
  out->y[2] = (float)(window->centre_y - m[2] * x - m[3] * y);
}

static void draw_elastic(unet_augmentation *out, unet_rng *rng, double limit, size_t height, size_t width) {
  out->elastic = limit > 0.0;
  for (int i = 0; i < UNET_ELASTIC_KNOTS * UNET_ELASTIC_KNOTS; i++) {
    out->knots_x[i] = (float)draw(rng, limit * (double)width);
    out->knots_y[i] = (float)draw(rng, limit * (double)height);
  }
}

/* --- colour ------------------------------------------------------------------------------------------- */

/* Rotation about the grey axis (1,1,1) / sqrt(3), which grey survives: Rodrigues' formula. */
static void hue_matrix(double m[9], double angle) {
  const double c = cos(angle), s = sin(angle) / sqrt(3.0), mean = (1.0 - c) / 3.0;
  const double hue[9] = {c + mean, mean - s, mean + s, mean + s, c + mean,
                         mean - s, mean - s, mean + s, c + mean};
  memcpy(m, hue, sizeof hue);
}

/* m = (s I + (1 - s) G) m, G giving each channel the grey of Rec. 601. */
static void saturate(double m[9], double s) {
  static const double grey[3] = {0.299, 0.587, 0.114};
  for (int column = 0; column < 3; column++) {
    const double mean = grey[0] * m[column] + grey[1] * m[3 + column] + grey[2] * m[6 + column];
    for (int row = 0; row < 3; row++) m[3 * row + column] = s * m[3 * row + column] + (1.0 - s) * mean;
  }
}

/* Hue, saturation, contrast about 0.5 and brightness as one matrix and one offset, then gamma. */
static void draw_colour(unet_augmentation *out, unet_rng *rng, const unet_augment_options *o,
                        size_t channels) {
  const double hue = draw(rng, o->hue * radians), saturation = 1.0 + draw(rng, o->saturation);
  const double contrast = draw_factor(rng, o->contrast), brightness = draw(rng, o->brightness);
  double m[9] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  if (channels == 3 && o->hue > 0.0) hue_matrix(m, hue);
  if (channels == 3 && o->saturation > 0.0) saturate(m, saturation);
  for (int i = 0; i < 9; i++) out->colour[i] = (float)(contrast * m[i]);
  out->offset = (float)(0.5 * (1.0 - contrast) + brightness);
  out->gamma = (float)draw_factor(rng, o->gamma);
}

static void draw_blur_and_noise(unet_augmentation *out, unet_rng *rng, const unet_augment_options *o,
                                const unet_lot *lot) {
  const double chosen = unet_rng_float(rng) < 0.25f ? 1.0 : 0.0;
  out->blur = (float)(chosen * o->blur * (double)unet_rng_float(rng));
  out->noise = (float)(o->noise * (double)unet_rng_float(rng));
  out->key[0] = (uint32_t)lot->seed;
  out->key[1] = (uint32_t)(lot->seed >> 32);
  out->number[0] = lot->position;
  out->number[1] = lot->epoch;
}

void unet_augment_draw(unet_augmentation *out, const unet_augment_options *options, const unet_window *window,
                       size_t channels, size_t height, size_t width, const unet_lot *lot) {
  unet_rng rng;
  unet_rng_start(&rng, lot->seed, UNET_STREAM_AUGMENT, lot->epoch);
  rng.counter[1] = lot->position; /* the image's own part of the epoch's numbers */
  *out = (unet_augmentation){0};
  draw_affine(out, &rng, options, window, height, width);
  draw_colour(out, &rng, options, channels);
  draw_blur_and_noise(out, &rng, options, lot);
  draw_elastic(out, &rng, options->elastic, height, width);
}
