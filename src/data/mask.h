/* Reading masks. */
#ifndef UNETCL_DATA_MASK_H
#define UNETCL_DATA_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/image.h"

/* A mask at its own size: 1 is defect, 0 is not. */
typedef struct unet_mask {
  size_t width, height;
  uint8_t *values;
  unsigned largest; /* in the file's own units */
  bool in_alpha; /* of one colour, with an alpha channel that is not: something is drawn where nobody looks */
} unet_mask;

/* Reads a mask image. threshold -1: the file's values must be {0,1} or {0,255} (also {0,65535} for 16 bit;
 * colour files must be grey in content); otherwise values > threshold (in the file's own units) are
 * defect. Any other value is UNET_BAD_INPUT, naming the file, the values found and --mask-threshold. */
unet_status unet_mask_read(unet_mask *out, const char *path, int threshold);
void unet_mask_free(unet_mask *mask);

/* Whether the picture is grey and holds the values of a mask, and no others. */
bool unet_image_looks_like_mask(const unet_image *image);

/* Labels 8-connected regions: labels (height x width) get 0 for background and 1..*regions, numbered in
 * the order of their first pixel. */
unet_status unet_label_regions(uint32_t *labels, uint32_t *regions, const uint8_t *values, size_t height,
                               size_t width);

#endif
