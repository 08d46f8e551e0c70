#include <stdlib.h>

#include "base/alloc.h"
#include "run/executor.h"
#include "run/predictor.h"
#include "train/training.h"

/* As a map has it. */
static void quantise(uint16_t *map, const float *probability, size_t pixels) {
  for (size_t i = 0; i < pixels; i++) map[i] = (uint16_t)(probability[i] * 65535.0f + 0.5f);
}

static unet_status add_batch(unet_histogram *histogram, uint16_t *map, const float *probability,
                             const uint8_t *masks, const unet_samples *samples, size_t n) {
  const size_t pixels = samples->height * samples->width;
  for (size_t i = 0; i < n; i++) {
    quantise(map, probability + i * pixels, pixels);
    UNET_TRY(unet_histogram_add(histogram, map, masks + i * pixels, samples->height, samples->width));
  }
  return UNET_OK;
}

unet_status unet_threshold_choose(float *threshold, unet_device *device, const unet_model *model,
                                  const unet_samples *samples, size_t batch,
                                  const unet_threshold_wish *wish) {
  /* Without the tuning table, which may change before a run is resumed to the same bits. */
  const unet_executor_options by_rule = {.untuned = true};
  unet_predictor *predictor = NULL;
  unet_histogram *histogram = NULL;
  float *probability = NULL;
  uint16_t *map = NULL;
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_predictor_create_with(&predictor, device, model, batch, &by_rule));
  UNET_TRY_GOTO(done, unet_histogram_make(&histogram));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&probability, pixels * batch, sizeof *probability));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&map, pixels, sizeof *map));
  for (size_t first = 0; first < samples->count; first += batch) {
    size_t n = samples->count - first < batch ? samples->count - first : batch;
    UNET_TRY_GOTO(done, unet_predictor_run(predictor, samples->images + first * values, n, probability));
    UNET_TRY_GOTO(done, add_batch(histogram, map, probability, samples->masks + first * pixels, samples, n));
  }
  *threshold = unet_threshold_from(histogram, wish);
done:
  unet_predictor_destroy(predictor);
  free(histogram);
  free(probability);
  free(map);
  return status;
}
