/* Items of a data set at their own sizes, in memory: what windows are cut from. */
#ifndef UNETCL_DATA_PICTURES_H
#define UNETCL_DATA_PICTURES_H

#include "data/samples.h"

/* Planes (channels, height, width) in 16-bit fixed point, as in unet_samples, and the mask (height, width).
 */
typedef struct unet_picture {
  size_t height, width;
  uint16_t *image;
  uint8_t *mask;
  size_t defect_pixels;
} unet_picture;

typedef struct unet_pictures {
  size_t count, channels;
  unet_picture *items;
} unet_pictures;

/* Loads the items `indices[0..count)`; as unet_samples_load. UNET_NO_RESOURCE when the machine has not the
 * memory free that a picture takes. Release with unet_pictures_free. */
unet_status unet_pictures_load(unet_pictures *out, const unet_dataset *dataset, const size_t *indices,
                               size_t count, size_t channels, unet_problem_fn on_problem, void *user);
void unet_pictures_free(unet_pictures *pictures);

/* *out = windows (height, width) that cover the pictures [first, first + count), overlapping no more than
 * they must; mirrored where a picture is smaller. Release with unet_samples_free. */
unet_status unet_pictures_cut(unet_samples *out, const unet_pictures *pictures, size_t first, size_t count,
                              size_t height, size_t width);

/* The flat index of the picture's n-th defect pixel, from 0 in reading order; n < defect_pixels. */
size_t unet_picture_defect(const unet_picture *picture, size_t n);

#endif
