#include "run/augmenter.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "kernels/augment.h"

struct unet_augmenter {
  unet_device *device;
  cl_mem images, masks, items;
};

/* *out = a buffer of `count` elements of `size` bytes, and at least two bytes more where that is even. */
static unet_status make_buffer(cl_mem *out, unet_device *device, size_t count, size_t size) {
  size_t bytes = 0;
  UNET_TRY(unet_multiply_sizes(&bytes, count, size));
  return unet_buffer_create(out, device, bytes / sizeof(float) + 1);
}

unet_status unet_augmenter_create(unet_augmenter **out, unet_device *device, size_t n, size_t image_values,
                                  size_t mask_values) {
  unet_augmenter *augmenter = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&augmenter, 1, sizeof *augmenter));
  augmenter->device = device;
  UNET_TRY_GOTO(failed, make_buffer(&augmenter->images, device, image_values, sizeof(uint16_t)));
  UNET_TRY_GOTO(failed, make_buffer(&augmenter->masks, device, mask_values, sizeof(uint8_t)));
  UNET_TRY_GOTO(failed, make_buffer(&augmenter->items, device, n, sizeof(unet_augmentation)));
  *out = augmenter;
  return UNET_OK;
failed:
  unet_augmenter_destroy(augmenter);
  return status;
}

void unet_augmenter_destroy(unet_augmenter *augmenter) {
  if (!augmenter) return;
  unet_buffer_release(augmenter->images);
  unet_buffer_release(augmenter->masks);
  unet_buffer_release(augmenter->items);
  free(augmenter);
}

unet_status unet_augmenter_run(unet_augmenter *augmenter, unet_executor *executor, unet_value images,
                               unet_value target, const unet_source_batch *batch) {
  unet_device *device = augmenter->device;
  const unet_tensor to_images = unet_executor_tensor(executor, images, batch->n);
  const unet_tensor to_target = unet_executor_tensor(executor, target, batch->n);
  UNET_TRY(unet_buffer_write_bytes(device, augmenter->images, batch->images,
                                   batch->image_values * sizeof *batch->images));
  UNET_TRY(unet_buffer_write_bytes(device, augmenter->masks, batch->masks, batch->mask_values));
  UNET_TRY(unet_buffer_write_bytes(device, augmenter->items, batch->items, batch->n * sizeof *batch->items));
  UNET_TRY(unet_device_finish(device)); /* the batch is free again, for the next one */
  return unet_augment_launch(device, unet_augment_variant(device), &to_images, &to_target, augmenter->images,
                             augmenter->masks, augmenter->items);
}
