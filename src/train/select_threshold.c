#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/dataset.h"
#include "run/predictor.h"
#include "train/training.h"

static bool is_stopped(const unet_training *t) {
  return t->callbacks->stop && t->callbacks->stop(t->callbacks->user);
}

static unet_status add_map(unet_histogram *histogram, unet_predictor *predictor, const unet_image *image,
                           const unet_mask *mask) {
  const size_t pixels = image->width * image->height;
  const uint8_t *truth = mask->values;
  uint16_t *map = NULL;
  uint8_t *good = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&map, pixels, sizeof *map));
  if (!truth) UNET_TRY_GOTO(done, unet_alloc_array((void *)&good, pixels, 1));
  UNET_TRY_GOTO(done, unet_predictor_image(predictor, image, map));
  status = unet_histogram_add(histogram, map, truth ? truth : good, image->height, image->width);
done:
  free(map);
  free(good);
  return status;
}

static unet_status add_item(unet_histogram *histogram, unet_predictor *predictor, const unet_dataset *dataset,
                            size_t index) {
  unet_image image = {0};
  unet_mask mask = {0};
  unet_status status = unet_item_read_again(&image, &mask, dataset, index);
  if (status == UNET_OK) status = add_map(histogram, predictor, &image, &mask);
  unet_image_free(&image);
  unet_mask_free(&mask);
  return status;
}

static unet_status add_selected(unet_histogram *histogram, unet_predictor *predictor,
                                const unet_training *t) {
  const unet_split *split = &t->data.split;
  for (size_t i = 0; i < split->n_select; i++) {
    if (is_stopped(t)) return unet_fail(UNET_INTERRUPTED, "interrupted while the threshold was chosen");
    UNET_TRY(add_item(histogram, predictor, t->data.dataset, split->select[i]));
  }
  return UNET_OK;
}

static unet_threshold_reached reached_at(const unet_histogram *histogram, float threshold, size_t images) {
  const unet_pixel_counts counts = unet_histogram_above(histogram, threshold);
  const uint64_t good = unet_histogram_sum(histogram->good);
  return (unet_threshold_reached){.images = images,
                                  .dice = unet_dice_of(counts),
                                  .recall = unet_recall_of(counts),
                                  .false_alarms = good ? (double)counts.fp / (double)good : 0.0};
}

static void warn_of_few(const unet_training *t) {
  const size_t few = 10, count = t->data.split.n_select;
  if (count < few)
    unet_training_note(
        t,
        "the threshold was chosen on %zu images only and may not suit others; set 10 or more aside with "
        "--select, or let unetcl crossval choose it",
        count);
}

static unet_status choose(unet_training *t, unet_model *model) {
  const unet_threshold_wish wish = {t->options->target_recall, t->options->target_false_alarms};
  /* Without the tuning table, which may change before a run is resumed to the same bits. */
  const unet_executor_options by_rule = {.untuned = true};
  unet_predictor *predictor = NULL;
  unet_histogram *histogram = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_predictor_create_with(&predictor, t->device, model, 1, &by_rule));
  UNET_TRY_GOTO(done, unet_histogram_make(&histogram));
  UNET_TRY_GOTO(done, add_selected(histogram, predictor, t));
  unet_model_set_threshold(model, unet_threshold_from(histogram, &wish));
  t->reached = reached_at(histogram, unet_model_threshold(model), t->data.split.n_select);
  warn_of_few(t);
  status = unet_checkpoint_save_best(&t->folder, model, t->progress.best_epoch);
done:
  unet_predictor_destroy(predictor);
  free(histogram);
  return status;
}

unet_status unet_training_best(unet_model **model, const unet_training *training) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &training->folder, "best.safetensors"));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

unet_status unet_threshold_choose(unet_training *training) {
  unet_model *model = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_training_best(&model, training));
  if (training->data.split.n_select > 0 && isnan(training->options->threshold))
    status = choose(training, model);
  training->threshold = unet_model_threshold(model);
  unet_model_destroy(model);
  return status;
}
