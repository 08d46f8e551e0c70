/* What a cross-validation has to say: mean and deviation over the folds, JSON and CSV. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/csv.h"
#include "metrics/scores_json.h"
#include "train/crossval.h"

/* --- mean and deviation ------------------------------------------------------------------------------- */

/* The first five say how well defects are marked: without any they are 1 or 0, which says nothing. */
static const size_t figures[] = {
    offsetof(unet_scores, dice),        offsetof(unet_scores, dice_mean),
    offsetof(unet_scores, iou),         offsetof(unet_scores, precision),
    offsetof(unet_scores, recall),      offsetof(unet_scores, average_precision),
    offsetof(unet_scores, pixel_auroc), offsetof(unet_scores, image_auroc),
    offsetof(unet_scores, aupro),       offsetof(unet_scores, calibration_error)};
enum { FIGURES = sizeof figures / sizeof *figures, OF_DEFECTS = 5 };

static double *figure_of(unet_scores *scores, size_t offset) {
  return (double *)(void *)((char *)scores + offset);
}

/* In one fold; UNET_UNDEFINED where it does not exist. */
static double figure_in(unet_crossval_result *result, size_t fold, size_t number) {
  unet_scores *scores = &result->folds[fold].all;
  if (number < OF_DEFECTS && scores->defect_images == 0) return UNET_UNDEFINED;
  return *figure_of(scores, figures[number]);
}

/* Over the folds in which the figure exists; the deviation needs two of them. */
static void sum_up_figure(unet_crossval_result *result, size_t number) {
  double sum = 0.0, squares = 0.0;
  size_t n = 0;
  for (size_t k = 0; k < result->n_folds; k++) {
    const double value = figure_in(result, k, number);
    if (value == UNET_UNDEFINED) continue;
    sum += value;
    n++;
  }
  const double mean = n > 0 ? sum / (double)n : UNET_UNDEFINED;
  for (size_t k = 0; k < result->n_folds; k++) {
    const double value = figure_in(result, k, number);
    if (value != UNET_UNDEFINED) squares += (value - mean) * (value - mean);
  }
  *figure_of(&result->mean, figures[number]) = mean;
  *figure_of(&result->deviation, figures[number]) = n > 1 ? sqrt(squares / (double)(n - 1)) : UNET_UNDEFINED;
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static json_t *figures_object(const unet_scores *scores) {
  static const char *const counts[] = {"threshold", "images", "defect_images", "missed", "false_alarms"};
  json_t *object = unet_scores_to_json(scores, 0.0f);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) (void)json_object_del(object, counts[i]);
  return object;
}

/* Each image is listed once, among all, where its fold is added. */
static json_t *fold_object(const unet_evaluation *evaluation, size_t number) {
  json_t *object = unet_evaluation_to_json(evaluation);
  (void)json_object_del(object, "per_image");
  if (json_object_set_new(object, "fold", json_integer((json_int_t)number)) == 0) return object;
  json_decref(object);
  return NULL;
}

/* All images come fold by fold. */
static bool number_images(json_t *images, const unet_crossval_result *result) {
  size_t next = 0;
  for (size_t k = 0; k < result->n_folds; k++) {
    for (size_t i = 0; i < result->folds[k].n_images; i++) {
      json_t *image = json_array_get(images, next++);
      if (json_object_set_new(image, "fold", json_integer((json_int_t)(k + 1))) != 0) return false;
    }
  }
  return true;
}

static bool fill(json_t *root, const unet_crossval_result *result) {
  json_t *folds = json_array();
  bool filled = json_object_set_new(root, "folds", folds) == 0;
  for (size_t k = 0; k < result->n_folds && filled; k++)
    filled = json_array_append_new(folds, fold_object(&result->folds[k], k + 1)) == 0;
  return filled && number_images(json_object_get(root, "per_image"), result) &&
         json_object_set_new(root, "final_threshold", json_real((double)result->final_threshold)) == 0 &&
         json_object_set_new(root, "mean", figures_object(&result->mean)) == 0 &&
         json_object_set_new(root, "deviation", figures_object(&result->deviation)) == 0;
}

unet_status unet_crossval_sum_up(unet_crossval_result *result) {
  for (size_t i = 0; i < FIGURES; i++) sum_up_figure(result, i);
  json_t *root = unet_evaluation_to_json(&result->all);
  if (root && fill(root, result)) result->json = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
  json_decref(root);
  return result->json ? UNET_OK : unet_fail(UNET_NO_RESOURCE, "out of memory: scores");
}

/* --- files -------------------------------------------------------------------------------------------- */

static unet_status write_json(const char *path, const char *text) {
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_atomic_open(&file, path));
  fprintf(unet_atomic_stream(file), "%s\n", text);
  return unet_atomic_commit(file);
}

static unet_status write_table(const char *path, const unet_crossval_result *result) {
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_atomic_open(&file, path));
  FILE *table = unet_atomic_stream(file);
  fputs("image,type,fold,dice,score,verdict\n", table);
  for (size_t k = 0; k < result->n_folds; k++) {
    for (size_t i = 0; i < result->folds[k].n_images; i++) {
      const unet_image_scores *image = &result->folds[k].images[i];
      unet_csv_write_text(table, image->name);
      fputc(',', table);
      unet_csv_write_text(table, image->type);
      fprintf(table, ",%zu,%.6f,%.6f,%s\n", k + 1, image->dice, image->score, image->marked ? "NG" : "OK");
    }
  }
  return unet_atomic_commit(file);
}

unet_status unet_crossval_write(const unet_crossval_result *result, const unet_run_folder *folder) {
  char *table = NULL, *json = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_run_folder_file(&table, folder, "out_of_fold.csv"));
  UNET_TRY_GOTO(done, write_table(table, result));
  UNET_TRY_GOTO(done, unet_run_folder_file(&json, folder, "crossval.json"));
  status = write_json(json, result->json);
done:
  free(table);
  free(json);
  return status;
}
