#include "data/samples.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "data/dataset.h"
#include "data/resize.h"

static unet_status allocate(unet_samples *samples) {
  size_t pixels = 0, values = 0;
  UNET_TRY(unet_multiply_sizes(&pixels, samples->height, samples->width));
  UNET_TRY(unet_multiply_sizes(&pixels, pixels, samples->count));
  UNET_TRY(unet_multiply_sizes(&values, pixels, samples->channels));
  UNET_TRY(unet_alloc_array((void *)&samples->images, values, sizeof *samples->images));
  return unet_alloc_array((void *)&samples->masks, pixels, sizeof *samples->masks);
}

/* A good image's mask stays the zeros it was allocated as. */
static unet_status store(void *user, size_t position, const unet_image *image, const unet_mask *mask) {
  unet_samples *samples = user;
  size_t pixels = samples->height * samples->width;
  uint16_t *planes = samples->images + position * samples->channels * pixels;
  UNET_TRY(unet_image_to_planes(planes, samples->channels, samples->height, samples->width, image));
  if (!mask->values) return UNET_OK;
  return unet_resize_mask(samples->masks + position * pixels, samples->height, samples->width, mask->values,
                          mask->height, mask->width);
}

unet_status unet_samples_load(unet_samples *out, const unet_dataset *dataset, const size_t *indices,
                              size_t count, size_t channels, size_t height, size_t width,
                              unet_problem_fn on_problem, void *user) {
  unet_samples samples = {.count = count, .channels = channels, .height = height, .width = width};
  unet_status status = allocate(&samples);
  if (status == UNET_OK) status = unet_items_read(dataset, indices, count, store, &samples, on_problem, user);
  if (status != UNET_OK) {
    unet_samples_free(&samples);
    return status;
  }
  *out = samples;
  return UNET_OK;
}

void unet_samples_free(unet_samples *samples) {
  free(samples->images);
  free(samples->masks);
  *samples = (unet_samples){0};
}
