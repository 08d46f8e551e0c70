/* Augmentation as plainly as it can be written: the formulas of cl/augment.cl, in double. */
#ifndef UNETCL_TESTS_REF_AUGMENT_H
#define UNETCL_TESTS_REF_AUGMENT_H

#include "data/augment_draw.h"

/* Where output (X,Y) of (height, width) lies in the source. */
void ref_augment_place(double *x, double *y, const unet_augmentation *item, size_t height, size_t width,
                       size_t X, size_t Y);

/* source (channels, h, w) and mask (h, w) of the item's size -> image (channels, height, width), target
 * (height, width). */
void ref_augment(float *image, float *target, size_t channels, size_t height, size_t width,
                 const uint16_t *source, const uint8_t *mask, const unet_augmentation *item);

#endif
