#include "train/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

unet_status unet_batches_make(unet_batches *out, const unet_samples *samples, size_t size) {
  unet_batches batches = {.samples = samples, .size = size};
  size_t pixels = samples->height * samples->width, targets = 0, images = 0;
  unet_status status = unet_multiply_sizes(&targets, pixels, size);
  if (status == UNET_OK) status = unet_multiply_sizes(&images, targets, samples->channels);
  if (status == UNET_OK) status = unet_alloc_array((void *)&batches.images, images, sizeof(float));
  if (status == UNET_OK) status = unet_alloc_array((void *)&batches.targets, targets, sizeof(float));
  if (status == UNET_OK) status = unet_alloc_array((void *)&batches.order, samples->count, sizeof(size_t));
  if (status != UNET_OK) {
    unet_batches_free(&batches);
    return status;
  }
  *out = batches;
  unet_batches_start(out);
  return UNET_OK;
}

void unet_batches_free(unet_batches *batches) {
  free(batches->images);
  free(batches->targets);
  free(batches->order);
  free(batches->source_images);
  free(batches->source_masks);
  free(batches->items);
  *batches = (unet_batches){0};
}

unet_status unet_batches_augment(unet_batches *batches, const unet_augment_options *options) {
  const unet_samples *samples = batches->samples;
  const size_t pixels = samples->height * samples->width * batches->size;
  UNET_TRY(unet_alloc_array((void *)&batches->source_images, pixels * samples->channels, sizeof(uint16_t)));
  UNET_TRY(unet_alloc_array((void *)&batches->source_masks, pixels, sizeof(uint8_t)));
  UNET_TRY(unet_alloc_array((void *)&batches->items, batches->size, sizeof *batches->items));
  batches->augment = options;
  return UNET_OK;
}

size_t unet_batches_count(const unet_batches *batches) {
  return (batches->samples->count + batches->size - 1) / batches->size;
}

void unet_batches_start(unet_batches *batches) {
  for (size_t i = 0; i < batches->samples->count; i++) batches->order[i] = i;
  batches->next = 0;
}

void unet_batches_start_epoch(unet_batches *batches, uint64_t seed, size_t epoch) {
  unet_rng rng;
  unet_batches_start(batches);
  unet_rng_start(&rng, seed, UNET_STREAM_SHUFFLE, (uint32_t)epoch);
  unet_rng_shuffle(&rng, batches->order, batches->samples->count);
  batches->seed = seed;
  batches->epoch = epoch;
}

static void fill(const unet_batches *batches, size_t position, size_t sample) {
  const unet_samples *samples = batches->samples;
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  const uint16_t *image = samples->images + sample * values;
  const uint8_t *mask = samples->masks + sample * pixels;
  float *images = batches->images + position * values, *targets = batches->targets + position * pixels;
  for (size_t i = 0; i < values; i++) images[i] = (float)image[i] / 65535.0f;
  for (size_t i = 0; i < pixels; i++) targets[i] = (float)mask[i];
}

/* The source as it is, and what the device does to it at this position of the epoch. */
static void fill_source(const unet_batches *batches, size_t position, size_t sample) {
  const unet_samples *samples = batches->samples;
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  unet_augmentation *item = &batches->items[position];
  const unet_window window = unet_whole_window(samples->height, samples->width);
  const unet_lot lot = {batches->seed, (uint32_t)batches->epoch, (uint32_t)(batches->next + position)};
  memcpy(batches->source_images + position * values, samples->images + sample * values,
         values * sizeof(uint16_t));
  memcpy(batches->source_masks + position * pixels, samples->masks + sample * pixels, pixels);
  unet_augment_draw(item, batches->augment, &window, samples->channels, samples->height, samples->width,
                    &lot);
  item->image_at = (uint32_t)(position * values);
  item->mask_at = (uint32_t)(position * pixels);
  item->height = (int32_t)samples->height;
  item->width = (int32_t)samples->width;
}

static unet_batch batch_of(const unet_batches *batches, size_t n) {
  size_t pixels = n * batches->samples->height * batches->samples->width;
  return (unet_batch){.n = n,
                      .images = batches->images,
                      .targets = batches->targets,
                      .is_augmented = batches->augment != NULL,
                      .sources = {.n = n,
                                  .images = batches->source_images,
                                  .masks = batches->source_masks,
                                  .image_values = pixels * batches->samples->channels,
                                  .mask_values = pixels,
                                  .items = batches->items}};
}

bool unet_batches_next(unet_batches *batches, unet_batch *out) {
  size_t left = batches->samples->count - batches->next;
  if (left == 0) return false;
  size_t n = left < batches->size ? left : batches->size;
  for (size_t i = 0; i < n; i++)
    (batches->augment ? fill_source : fill)(batches, i, batches->order[batches->next + i]);
  batches->next += n;
  *out = batch_of(batches, n);
  return true;
}
