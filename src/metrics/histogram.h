/* Probability maps and their masks, counted by the map's value. Maps have 16 bits, so 65536 counters lose
 * nothing: every figure that depends on the order of the pixels follows exactly, ties included, in memory
 * that does not grow with the images. */
#ifndef UNETCL_METRICS_HISTOGRAM_H
#define UNETCL_METRICS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { UNET_MAP_LEVELS = 65536 };

typedef struct unet_histogram {
  uint64_t defect[UNET_MAP_LEVELS], good[UNET_MAP_LEVELS]; /* pixels by their mask */
  double overlap[UNET_MAP_LEVELS]; /* of defect pixels, 1 / |the mask's region that it lies in| */
  uint64_t regions;                /* of all masks, 8-connected: the sum of overlap */
} unet_histogram;

/* *out = an empty one; 1.5 MB. Released with free. */
unet_status unet_histogram_make(unet_histogram **out);

/* Adds a map (height x width, probability x 65535) and its mask (not 0 is defect). */
unet_status unet_histogram_add(unet_histogram *histogram, const uint16_t *map, const uint8_t *mask,
                               size_t height, size_t width);

/* Adds what `other` holds. */
void unet_histogram_merge(unet_histogram *histogram, const unet_histogram *other);

/* All pixels of either kind. */
uint64_t unet_histogram_sum(const uint64_t counts[UNET_MAP_LEVELS]);

/* One map in 256 steps: step k holds the values 256 k .. 256 k + 255. For pages that move a threshold. */
typedef struct unet_step_counts {
  uint32_t defect[256], good[256];
} unet_step_counts;
void unet_count_steps(unet_step_counts *out, const uint16_t *map, const uint8_t *mask, size_t pixels);

#endif
