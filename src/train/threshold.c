#include <stdlib.h>

#include "base/alloc.h"
#include "run/executor.h"
#include "run/predictor.h"
#include "train/training.h"

enum { STEPS = 100 }; /* thresholds are k / STEPS */

/* Pixels by the largest k with p > k / STEPS, so that those above a threshold are a suffix; k = 0 also takes
 * p = 0. */
typedef struct histogram {
  size_t defect[STEPS], good[STEPS];
} histogram;

static size_t bin_of(float probability) {
  size_t k = (size_t)(probability * (float)STEPS);
  if (k >= STEPS) k = STEPS - 1;
  while (k > 0 && probability <= (float)k / (float)STEPS) k--;
  return k;
}

static void count(histogram *h, const float *probability, const uint8_t *mask, size_t pixels) {
  for (size_t i = 0; i < pixels; i++) (mask[i] ? h->defect : h->good)[bin_of(probability[i])]++;
}

static float best_of(const histogram *h) {
  size_t truth = 0, hit = 0, predicted = 0, best = STEPS / 2;
  double best_dice = -1.0;
  for (size_t k = 0; k < STEPS; k++) truth += h->defect[k];
  for (size_t k = STEPS - 1; k > 0; k--) {
    hit += h->defect[k];
    predicted += h->defect[k] + h->good[k];
    double dice = truth + predicted ? 2.0 * (double)hit / (double)(truth + predicted) : 1.0;
    int nearer = abs((int)k - STEPS / 2) < abs((int)best - STEPS / 2);
    if (dice > best_dice || (dice == best_dice && nearer)) {
      best_dice = dice;
      best = k;
    }
  }
  return (float)best / (float)STEPS;
}

unet_status unet_threshold_choose(float *threshold, unet_device *device, const unet_model *model,
                                  const unet_samples *samples, size_t batch) {
  /* Without the tuning table, which may change before a run is resumed to the same bits. */
  const unet_executor_options by_rule = {.untuned = true};
  unet_predictor *predictor = NULL;
  histogram *h = NULL;
  float *probability = NULL;
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_predictor_create_with(&predictor, device, model, batch, &by_rule));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&h, 1, sizeof *h));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&probability, pixels * batch, sizeof *probability));
  for (size_t first = 0; first < samples->count; first += batch) {
    size_t n = samples->count - first < batch ? samples->count - first : batch;
    UNET_TRY_GOTO(done, unet_predictor_run(predictor, samples->images + first * values, n, probability));
    count(h, probability, samples->masks + first * pixels, n * pixels);
  }
  *threshold = best_of(h);
done:
  unet_predictor_destroy(predictor);
  free(h);
  free(probability);
  return status;
}
