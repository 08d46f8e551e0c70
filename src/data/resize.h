/* Changing the size of pictures, masks and probability maps. */
#ifndef UNETCL_DATA_RESIZE_H
#define UNETCL_DATA_RESIZE_H

#include <stddef.h>
#include <stdint.h>

#include "data/image.h"

/* Planar floats: resamples `channels` planes (sh,sw) to (dh,dw), separable triangle filter: antialiased
 * when an axis shrinks, bilinear with half-pixel centres when it grows, an exact copy when it stays.
 * `target` has channels x dh x dw floats. */
unet_status unet_resize_planes(float *target, size_t dh, size_t dw, const float *source, size_t sh, size_t sw,
                               size_t channels);

/* The network's input from a picture: planes (channels, height, width) in 16-bit fixed point, stretched
 * to the size; grey repeated for 3 channels, colour made grey by Rec. 601 for 1. */
unet_status unet_image_to_planes(uint16_t *target, size_t channels, size_t height, size_t width,
                                 const unet_image *image);

/* Channel c of `channels` that the network gets from a picture's sample of `from` channels. */
uint16_t unet_sample_channel(const uint16_t *sample, size_t from, size_t c, size_t channels);

/* A mask (0 or 1) made (dh,dw): a pixel is set when at least half of it is covered, and the most covered
 * pixel of each 8-connected region stays set, so that no defect vanishes. */
unet_status unet_resize_mask(uint8_t *target, size_t dh, size_t dw, const uint8_t *source, size_t sh,
                             size_t sw);

#endif
