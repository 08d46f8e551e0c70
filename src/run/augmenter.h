/* Batches that are augmented on the way into an executor's inputs. */
#ifndef UNETCL_RUN_AUGMENTER_H
#define UNETCL_RUN_AUGMENTER_H

#include "data/augment_draw.h"
#include "run/executor.h"

/* Sources of a batch: planes (channels, height, width) of 16 bit, value x 65535, and masks of 0 and 1, each
 * at the place that its item names. */
typedef struct unet_source_batch {
  size_t n;
  const uint16_t *images;
  const uint8_t *masks;
  size_t image_values, mask_values; /* of all of them */
  const unet_augmentation *items;   /* n of them */
} unet_source_batch;

typedef struct unet_augmenter unet_augmenter;

/* Allocates room on the device for batches of up to so many images, values of images and of masks. The
 * device must outlive it. UNET_NO_RESOURCE. */
unet_status unet_augmenter_create(unet_augmenter **out, unet_device *device, size_t n, size_t image_values,
                                  size_t mask_values);
void unet_augmenter_destroy(unet_augmenter *augmenter);

/* Uploads the sources and has the device fill the executor's INPUTs images (n, 1 or 3, h, w) and target
 * (n,1,h,w). Waits for the upload only: the batch's memory is free again. */
unet_status unet_augmenter_run(unet_augmenter *augmenter, unet_executor *executor, unet_value images,
                               unet_value target, const unet_source_batch *batch);

#endif
