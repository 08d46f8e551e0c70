/* The figures of an article about a segmentation network: what it saw, what it said, what is true. */
#ifndef UNETCL_REPORT_FIGURE_H
#define UNETCL_REPORT_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The samples that a figure has room for; more are left out. */
enum { UNET_FIGURE_COLUMNS = 8, UNET_FIGURE_TILES = 12 };

/* One sample at the network's size. Sizes may differ between the items of a figure. All pointers are the
 * caller's and are only read. */
typedef struct unet_figure_item {
  const uint16_t *image; /* planes (channels, height, width), value x 65535 */
  size_t channels;       /* 1 or 3 */
  size_t height, width;
  const float *probability; /* (height, width) */
  const uint8_t *truth;     /* (height, width), defect where not 0; NULL when unknown */
  const char *name;         /* caption, such as the file's name in the data set; NULL for none */
  float threshold;          /* predicted defect is probability > threshold */
  double dice;              /* shown beneath the sample; negative for none */
} unet_figure_item;

/* Writes a PNG with three rows, image, prediction (the probability, black 0 to white 1) and mask, and a
 * column for each of the first UNET_FIGURE_COLUMNS items; count > 0. Without truth its mask stays empty.
 * UNET_NO_RESOURCE when memory is out or the file cannot be written. */
unet_status unet_figure_comparison(const char *path, const unet_figure_item *items, size_t count);

/* Writes a PNG with the images of the first UNET_FIGURE_TILES items in a grid, the predicted defect laid
 * over each, the true one outlined; count > 0. The same failures. */
unet_status unet_figure_overlay(const char *path, const unet_figure_item *items, size_t count);

#endif
