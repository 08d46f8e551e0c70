/* Reading masks. */
#ifndef UNETCL_DATA_MASK_H
#define UNETCL_DATA_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A mask at its own size: 1 is defect, 0 is not. */
typedef struct unet_mask {
  size_t width, height;
  uint8_t *values;
} unet_mask;

/* Reads a mask image. threshold -1: the file's values must be {0,1} or {0,255} (also {0,65535} for 16 bit;
 * colour files must be grey in content); otherwise values > threshold (in the file's own units) are
 * defect. Any other value is UNET_BAD_INPUT, naming the file, the values found and --mask-threshold. */
unet_status unet_mask_read(unet_mask *out, const char *path, int threshold);
void unet_mask_free(unet_mask *mask);

/* Labels 8-connected regions: labels (height x width) get 0 for background and 1..*regions, numbered in
 * the order of their first pixel. */
unet_status unet_label_regions(uint32_t *labels, uint32_t *regions, const uint8_t *values, size_t height,
                               size_t width);

#endif
