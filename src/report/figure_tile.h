/* One sample of a figure, made a tile's size. */
#ifndef UNETCL_REPORT_FIGURE_TILE_H
#define UNETCL_REPORT_FIGURE_TILE_H

#include <stdint.h>

#include "data/image.h"
#include "report/figure.h"

/* Pixels of a tile's longer side. */
enum { UNET_TILE_SIDE = 256 };

/* A sample stretched so that its longer side is UNET_TILE_SIDE. Starts zeroed. */
typedef struct unet_tile {
  unet_image image;           /* RGB, or grey for a one-channel network */
  unet_image prediction;      /* grey: the probability */
  unet_image mask;            /* grey: black and white; empty without truth */
  uint8_t *predicted, *truth; /* (height, width) of the tile, 0 or 1; truth NULL when unknown */
} unet_tile;

/* Width and height that unet_tile_make gives. */
void unet_tile_size(size_t *width, size_t *height, const unet_figure_item *item);

unet_status unet_tile_make(unet_tile *out, const unet_figure_item *item);
void unet_tile_free(unet_tile *tile);

#endif
