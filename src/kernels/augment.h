/* Augmentation on the device: cl/augment.cl. */
#ifndef UNETCL_KERNELS_AUGMENT_H
#define UNETCL_KERNELS_AUGMENT_H

#include "kernels/kernel.h"

/* Fills images (n, 1 or 3, h, w) and target (n, 1, h, w), both planes, from the sources: `sources` holds
 * 16-bit planes, `masks` bytes, each with room for two bytes more, `items` what is done to each image
 * (unet_augmentation of src/data/augment_draw.h). */
unet_status unet_augment_launch(unet_device *device, unet_variant variant, const unet_tensor *images,
                                const unet_tensor *target, cl_mem sources, cl_mem masks, cl_mem items);

/* What suits the type of device. */
unet_variant unet_augment_variant(const unet_device *device);

#endif
