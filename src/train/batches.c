#include "train/batches.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

static unet_status allocate(unet_batches *batches) {
  const unet_samples *samples = batches->samples;
  size_t pixels = samples->height * samples->width, targets = 0, images = 0;
  UNET_TRY(unet_multiply_sizes(&targets, pixels, batches->size));
  UNET_TRY(unet_multiply_sizes(&images, targets, samples->channels));
  UNET_TRY(unet_alloc_array((void *)&batches->images, images, sizeof(float)));
  return unet_alloc_array((void *)&batches->targets, targets, sizeof(float));
}

unet_status unet_batches_make(unet_batches *out, const unet_samples *samples, size_t size) {
  unet_batches batches = {.samples = samples, .size = size};
  size_t *times = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&times, samples->count, sizeof *times));
  for (size_t i = 0; i < samples->count; i++) times[i] = 1;
  UNET_TRY_GOTO(done, allocate(&batches));
  UNET_TRY_GOTO(done, unet_batches_repeat(&batches, times, samples->count));
  *out = batches;
done:
  free(times);
  if (status != UNET_OK) unet_batches_free(&batches);
  return status;
}

void unet_batches_free(unet_batches *batches) {
  free(batches->images);
  free(batches->targets);
  free(batches->list);
  free(batches->order);
  unet_batch_sources_free(&batches->sources);
  *batches = (unet_batches){0};
}

unet_status unet_batches_augment(unet_batches *batches, const unet_augment_options *options,
                                 const unet_pictures *pictures) {
  return unet_batch_sources_make(&batches->sources, batches->samples, pictures, options, batches->size);
}

unet_status unet_batches_repeat(unet_batches *batches, const size_t *times, size_t count) {
  size_t length = 0, *list = NULL, *order = NULL, next = 0;
  for (size_t i = 0; i < count; i++) length += times[i];
  unet_status status = unet_alloc_array((void *)&list, length, sizeof *list);
  if (status == UNET_OK) status = unet_alloc_array((void *)&order, length, sizeof *order);
  if (status != UNET_OK) {
    free(list);
    return status;
  }
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < times[i]; k++) list[next++] = i;
  }
  free(batches->list);
  free(batches->order);
  batches->list = list;
  batches->order = order;
  batches->length = length;
  unet_batches_start(batches);
  return UNET_OK;
}

size_t unet_batches_count(const unet_batches *batches) {
  return (batches->length + batches->size - 1) / batches->size;
}

void unet_batches_start(unet_batches *batches) {
  memcpy(batches->order, batches->list, batches->length * sizeof *batches->order);
  batches->next = 0;
}

void unet_batches_start_epoch(unet_batches *batches, uint64_t seed, size_t epoch) {
  unet_rng rng;
  unet_batches_start(batches);
  unet_rng_start(&rng, seed, UNET_STREAM_SHUFFLE, (uint32_t)epoch);
  unet_rng_shuffle(&rng, batches->order, batches->length);
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

bool unet_batches_next(unet_batches *batches, unet_batch *out) {
  const size_t left = batches->length - batches->next, n = left < batches->size ? left : batches->size;
  const bool augmented = batches->sources.augment != NULL;
  if (n == 0) return false;
  for (size_t i = 0; i < n; i++) {
    const size_t position = batches->next + i, index = batches->order[position];
    const unet_lot lot = {batches->seed, (uint32_t)batches->epoch, (uint32_t)position};
    if (augmented) {
      unet_batch_sources_fill(&batches->sources, i, index, &lot);
    } else {
      fill(batches, i, index);
    }
  }
  batches->next += n;
  *out =
      (unet_batch){.n = n, .images = batches->images, .targets = batches->targets, .is_augmented = augmented};
  if (augmented) out->sources = unet_batch_sources_get(&batches->sources, n);
  return true;
}
