/* Maps and scores of images by the models that have not seen them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/dataset.h"
#include "metrics/scoring.h"
#include "metrics/threshold.h"
#include "report/report_scores.h"
#include "run/predictor.h"
#include "train/crossval.h"

/* --- maps --------------------------------------------------------------------------------------------- */

static bool has_map(const unet_crossval_work *work, size_t item) {
  char *path = NULL;
  bool exists = unet_crossval_map_path(&path, work, item) == UNET_OK && unet_path_exists(path);
  free(path);
  return exists;
}

bool unet_out_of_fold_done(const unet_crossval_work *work, size_t fold) {
  const unet_split *split = &work->folds[fold];
  for (size_t i = 0; i < split->n_val; i++) {
    if (!has_map(work, split->val[i])) return false;
  }
  return true;
}

static unet_status write_map(const unet_image *map, const char *path) {
  char *folder = NULL;
  UNET_TRY(unet_format_text(&folder, "%.*s", (int)(unet_path_name(path) - path), path));
  unet_status status = unet_make_folders(folder);
  if (status == UNET_OK) status = unet_image_write_png(map, path);
  free(folder);
  return status;
}

static unet_status predict_item(const unet_crossval_work *work, unet_predictor *predictor, size_t item) {
  unet_image image = {0}, map = {0};
  char *path = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_read(&image, unet_dataset_item(work->dataset, item)->image));
  UNET_TRY_GOTO(done, unet_image_make(&map, image.width, image.height, 1, 16));
  UNET_TRY_GOTO(done, unet_predictor_image(predictor, &image, map.samples));
  UNET_TRY_GOTO(done, unet_crossval_map_path(&path, work, item));
  status = write_map(&map, path);
done:
  unet_image_free(&image);
  unet_image_free(&map);
  free(path);
  return status;
}

static unet_status model_path(char **path, const unet_crossval_work *work, size_t fold) {
  char *folder = NULL;
  UNET_TRY(unet_crossval_run_path(&folder, work, fold));
  unet_status status = unet_path_join(path, folder, "best.safetensors");
  free(folder);
  return status;
}

unet_status unet_crossval_best(unet_model **model, const unet_crossval_work *work, size_t fold) {
  char *path = NULL;
  UNET_TRY(model_path(&path, work, fold));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

static unet_status predict_missing(const unet_crossval_work *work, unet_predictor *predictor, size_t fold) {
  const unet_split *split = &work->folds[fold];
  for (size_t i = 0; i < split->n_val; i++) {
    if (has_map(work, split->val[i])) continue;
    if (work->callbacks->stop && work->callbacks->stop(work->callbacks->user))
      return unet_fail(UNET_INTERRUPTED, "interrupted after %zu of the %zu images that fold %zu holds out", i,
                       split->n_val, fold + 1);
    UNET_TRY(predict_item(work, predictor, split->val[i]));
  }
  return UNET_OK;
}

unet_status unet_out_of_fold_predict(const unet_crossval_work *work, size_t fold) {
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_crossval_best(&model, work, fold));
  UNET_TRY_GOTO(done, unet_predictor_create(&predictor, work->device, model, 1));
  UNET_TRY_GOTO(done, unet_predictor_set_tta(predictor, work->options->tta));
  status = predict_missing(work, predictor, fold);
done:
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  return status;
}

/* --- reading them again ------------------------------------------------------------------------------- */

/* A map with its mask (zeros for a good image). Starts zeroed. */
typedef struct held_out {
  unet_image map;
  unet_mask truth;
} held_out;

static void held_out_free(held_out *h) {
  unet_image_free(&h->map);
  unet_mask_free(&h->truth);
}

static unet_status read_truth(unet_mask *truth, const unet_crossval_work *work, const unet_item *item,
                              const unet_image *map) {
  if (item->mask) return unet_mask_read(truth, item->mask, work->options->train.data.mask_threshold);
  truth->width = map->width;
  truth->height = map->height;
  return unet_alloc_array((void *)&truth->values, map->width * map->height, 1);
}

static unet_status read_held_out(held_out *h, const unet_crossval_work *work, size_t index) {
  char *path = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_crossval_map_path(&path, work, index));
  UNET_TRY_GOTO(done, unet_image_read(&h->map, path));
  UNET_TRY_GOTO(done, read_truth(&h->truth, work, unet_dataset_item(work->dataset, index), &h->map));
  if (h->map.channels != 1 || h->map.width != h->truth.width || h->map.height != h->truth.height)
    status = unet_fail(UNET_BAD_INPUT,
                       "%s: the map does not fit the image's mask; start afresh with --overwrite", path);
done:
  free(path);
  return status;
}

typedef unet_status (*held_out_fn)(void *user, const unet_item *item, const held_out *h);

static unet_status for_held_out(const unet_crossval_work *work, size_t fold, held_out_fn act, void *user) {
  const unet_split *split = &work->folds[fold];
  for (size_t i = 0; i < split->n_val; i++) {
    held_out h = {0};
    unet_status status = read_held_out(&h, work, split->val[i]);
    if (status == UNET_OK) status = act(user, unet_dataset_item(work->dataset, split->val[i]), &h);
    held_out_free(&h);
    UNET_TRY(status);
  }
  return UNET_OK;
}

/* --- thresholds --------------------------------------------------------------------------------------- */

static unet_status count_held_out(void *user, const unet_item *item, const held_out *h) {
  (void)item;
  return unet_histogram_add(user, h->map.samples, h->truth.values, h->map.height, h->map.width);
}

static unet_threshold_wish wish_of(const unet_crossval_work *work) {
  const unet_train_options *options = &work->options->train;
  return (unet_threshold_wish){options->target_recall, options->target_false_alarms};
}

/* thresholds[k] = chosen on what the folds other than k hold out. */
static unet_status choose_from_others(float *thresholds, const unet_crossval_work *work,
                                      unet_histogram **folds, unet_histogram *others) {
  const unet_threshold_wish wish = wish_of(work);
  const size_t n = work->options->folds;
  for (size_t k = 0; k < n; k++) {
    UNET_TRY(unet_histogram_make(&folds[k]));
    UNET_TRY(for_held_out(work, k, count_held_out, folds[k]));
  }
  for (size_t k = 0; k < n; k++) {
    memset(others, 0, sizeof *others);
    for (size_t other = 0; other < n; other++) {
      if (other != k) unet_histogram_merge(others, folds[other]);
    }
    thresholds[k] = unet_threshold_from(others, &wish);
  }
  return UNET_OK;
}

/* The fold's model marks with the threshold that its images are scored at. Written beside and renamed, and
 * made again where a process dies before all have theirs. */
static unet_status store_threshold(const unet_crossval_work *work, size_t fold, float threshold) {
  unet_model *model = NULL;
  char *path = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_crossval_best(&model, work, fold));
  if (unet_model_threshold(model) == threshold) goto done;
  unet_model_set_threshold(model, threshold);
  UNET_TRY_GOTO(done, model_path(&path, work, fold));
  status = unet_model_save(model, path);
done:
  unet_model_destroy(model);
  free(path);
  return status;
}

static unet_status thresholds_out_of_fold(float *thresholds, const unet_crossval_work *work) {
  unet_histogram **folds = NULL, *others = NULL;
  const size_t n = work->options->folds;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&folds, n, sizeof *folds));
  UNET_TRY_GOTO(done, unet_histogram_make(&others));
  UNET_TRY_GOTO(done, choose_from_others(thresholds, work, folds, others));
  for (size_t k = 0; k < n && status == UNET_OK; k++) status = store_threshold(work, k, thresholds[k]);
done:
  for (size_t k = 0; folds && k < n; k++) free(folds[k]);
  free((void *)folds);
  free(others);
  return status;
}

static unet_status thresholds_of_models(float *thresholds, const unet_crossval_work *work) {
  for (size_t k = 0; k < work->options->folds; k++) {
    unet_model *model = NULL;
    UNET_TRY(unet_crossval_best(&model, work, k));
    thresholds[k] = unet_model_threshold(model);
    unet_model_destroy(model);
  }
  return UNET_OK;
}

/* --- scores ------------------------------------------------------------------------------------------- */

typedef struct fold_scoring {
  unet_scoring *fold, *all;
  unet_report *report;
  float threshold;
  size_t min_area;
} fold_scoring;

static unet_status add_to_report(unet_report *report, const unet_item *item, const held_out *h,
                                 double score) {
  unet_image picture = {0};
  UNET_TRY(unet_image_read(&picture, item->image));
  const unet_report_image image = {.name = item->name,
                                   .type = item->type,
                                   .picture = &picture,
                                   .map = h->map.samples,
                                   .truth = h->truth.values,
                                   .score = score};
  unet_status status = unet_report_add_image(report, &image);
  unet_image_free(&picture);
  return status;
}

static unet_status score_held_out(void *user, const unet_item *item, const held_out *h) {
  const fold_scoring *scoring = user;
  const unet_scored_image scored = {.name = item->name,
                                    .type = item->type,
                                    .map = h->map.samples,
                                    .truth = h->truth.values,
                                    .height = h->map.height,
                                    .width = h->map.width,
                                    .threshold = scoring->threshold,
                                    .min_area = scoring->min_area};
  double score = 0.0;
  UNET_TRY(unet_scoring_add(scoring->fold, &scored, &score));
  UNET_TRY(unet_scoring_add(scoring->all, &scored, NULL));
  return add_to_report(scoring->report, item, h, score);
}

/* *scoring, filled in for all folds, is used for one. */
static unet_status score_fold(unet_evaluation *out, const unet_crossval_work *work, size_t fold,
                              fold_scoring *scoring, float threshold) {
  scoring->threshold = threshold;
  UNET_TRY(unet_scoring_create(&scoring->fold));
  unet_status status = for_held_out(work, fold, score_held_out, scoring);
  if (status == UNET_OK) status = unet_scoring_finish(out, scoring->fold, threshold);
  unet_scoring_destroy(scoring->fold);
  return status;
}

/* Of the model that is trained on all images. */
static unet_status choose_final(float *threshold, const unet_crossval_work *work, const unet_scoring *all) {
  const unet_threshold_wish wish = wish_of(work);
  const double given = work->options->train.threshold;
  unet_histogram *histogram = NULL;
  UNET_TRY(unet_scoring_histogram(&histogram, all, NULL));
  *threshold = isnan(given) ? unet_threshold_from(histogram, &wish) : (float)given;
  free(histogram);
  return UNET_OK;
}

static float mean_of(const float *values, size_t count) {
  float sum = 0.0f;
  for (size_t i = 0; i < count; i++) sum += values[i];
  return sum / (float)count;
}

static unet_status score_all(unet_crossval_result *result, const unet_crossval_work *work,
                             const float *thresholds) {
  const size_t n = work->options->folds;
  const float threshold = mean_of(thresholds, n);
  fold_scoring scoring = {.min_area = work->options->train.min_area};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&result->folds, n, sizeof *result->folds));
  UNET_TRY_GOTO(done, unet_scoring_create(&scoring.all));
  UNET_TRY_GOTO(done, unet_crossval_start_report(&scoring.report, work, threshold));
  for (size_t k = 0; k < n; k++) {
    UNET_TRY_GOTO(done, score_fold(&result->folds[k], work, k, &scoring, thresholds[k]));
    result->n_folds++;
  }
  UNET_TRY_GOTO(done, unet_scoring_finish(&result->all, scoring.all, threshold));
  UNET_TRY_GOTO(done, choose_final(&result->final_threshold, work, scoring.all));
  UNET_TRY_GOTO(done, unet_crossval_sum_up(result));
  UNET_TRY_GOTO(done, unet_report_add_scores(scoring.report, &result->all, scoring.all));
  status = unet_crossval_finish_report(scoring.report, work, result);
done:
  unet_report_destroy(scoring.report);
  unet_scoring_destroy(scoring.all);
  return status;
}

unet_status unet_out_of_fold_score(unet_crossval_result *result, const unet_crossval_work *work) {
  float *thresholds = NULL;
  UNET_TRY(unet_alloc_array((void *)&thresholds, work->options->folds, sizeof *thresholds));
  const unet_train_options *options = &work->options->train;
  const bool of_models = options->select > 0.0 || !isnan(options->threshold);
  unet_status status =
      of_models ? thresholds_of_models(thresholds, work) : thresholds_out_of_fold(thresholds, work);
  if (status == UNET_OK) status = score_all(result, work, thresholds);
  free(thresholds);
  return status;
}
