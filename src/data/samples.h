/* Items of a data set at the network's size, in memory: decoded and resized once, on all cores. */
#ifndef UNETCL_DATA_SAMPLES_H
#define UNETCL_DATA_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "unetcl/dataset.h"

/* Images are kept as 16-bit fixed point (value x 65535): exact for 8 and 16 bit images that keep their
 * size, half the memory of floats. Masks are 0 or 1. */
typedef struct unet_samples {
  size_t count, channels, height, width;
  uint16_t *images; /* (count, channels, height, width) */
  uint8_t *masks;   /* (count, height, width) */
} unet_samples;

/* Loads the items `indices[0..count)` of the data set. All problems go to on_problem (may be NULL)
 * before the call fails with UNET_BAD_INPUT: load all that a run needs in one call, so that all are told
 * together. Release with unet_samples_free. */
unet_status unet_samples_load(unet_samples *out, const unet_dataset *dataset, const size_t *indices,
                              size_t count, size_t channels, size_t height, size_t width,
                              unet_problem_fn on_problem, void *user);
void unet_samples_free(unet_samples *samples);

#endif
