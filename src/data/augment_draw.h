/* What augmentation does to one image, drawn by lot. */
#ifndef UNETCL_DATA_AUGMENT_DRAW_H
#define UNETCL_DATA_AUGMENT_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/augment.h"

/* The elastic warp is a bicubic B-spline over cells of an eighth of the output's sides: knots k = 0..10 along
 * an axis, knot k lying at (k - 1) / 8 of the side. */
enum { UNET_ELASTIC_CELLS = 8, UNET_ELASTIC_KNOTS = UNET_ELASTIC_CELLS + 3 };

/* One image's share of a batch, as cl/augment.cl takes it, which holds the same struct and the formulas. With
 * x = {1,0,0}, y = {0,1,0}, colour the identity, gamma 1 and the rest 0 the output is the source. */
typedef struct unet_augmentation {
  uint32_t image_at, mask_at; /* first value of the source's planes and mask among those of the batch */
  int32_t height, width;      /* of the source */
  float x[3], y[3];           /* output (X,Y) shows the source at x[0] X + x[1] Y + x[2], and y alike */
  int32_t elastic;            /* whether the knots move (X,Y) beforehand */
  float colour[9], offset;    /* v = colour v + offset; a grey network takes colour[0] */
  float gamma;                /* then v ^ gamma */
  float blur;                 /* deviation in output pixels */
  float noise;                /* deviation */
  uint32_t key[2], number[2]; /* of the noise: seed, and position and epoch */
  float knots_x[UNET_ELASTIC_KNOTS * UNET_ELASTIC_KNOTS]; /* in output pixels */
  float knots_y[UNET_ELASTIC_KNOTS * UNET_ELASTIC_KNOTS];
} unet_augmentation;

/* The part of a source image that the output shows before augmentation: so many source pixels for one of the
 * output about a centre, all in the source's pixels, whose centres are whole numbers. */
typedef struct unet_window {
  double centre_x, centre_y, scale;
} unet_window;

/* The window of an image at the output's size. */
unet_window unet_whole_window(size_t height, size_t width);

/* Which lots to draw: those of an image's position in an epoch. */
typedef struct unet_lot {
  uint64_t seed;
  uint32_t epoch, position;
} unet_lot;

/* *out = the augmentation of an output of (height, width); depends on the arguments alone. Each effect has
 * lots of its own: changing one limit leaves the others as they were. Where the source lies (image_at,
 * mask_at, height, width) is left to the caller. `channels` is 1 or 3. */
void unet_augment_draw(unet_augmentation *out, const unet_augment_options *options, const unet_window *window,
                       size_t channels, size_t height, size_t width, const unet_lot *lot);

#endif
