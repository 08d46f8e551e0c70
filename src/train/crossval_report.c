/* The page of a cross-validation: what all folds found together, each fold, and how each was trained. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "report/report_scores.h"
#include "report/report_settings.h"
#include "train/config.h"
#include "train/crossval.h"

/* --- settings ----------------------------------------------------------------------------------------- */

static unet_status add_run(unet_report *report, const unet_crossval_work *work, float threshold) {
  static const char run[] = "Cross-validation";
  const unet_crossval_options *options = work->options;
  UNET_TRY(unet_report_add_setting(report, run, "Folder", work->folder.path));
  UNET_TRY(unet_report_add_data(report, run, &options->train.data));
  UNET_TRY(unet_report_add_setting_of(
      report, run, "Folds", "%zu; each picture is judged by the model that has not seen it", options->folds));
  UNET_TRY(unet_report_add_setting(report, run, "Mirrored and turned (tta)", options->tta ? "yes" : "no"));
  return unet_report_add_setting_of(report, run, "Threshold",
                                    "%.6g, the mean of the folds'; each chosen on %s", (double)threshold,
                                    options->train.select > 0.0 ? "the pictures that its training set aside"
                                                                : "the pictures of the other folds");
}

static unet_status add_models(unet_report *report, const unet_crossval_work *work) {
  const unet_train_options *train = &work->options->train;
  UNET_TRY(unet_report_add_setting_of(report, "Model", "Files",
                                      "fold-1/best.safetensors to fold-%zu/best.safetensors",
                                      work->options->folds));
  UNET_TRY(unet_report_add_network(report, &train->architecture, train->tile));
  return unet_report_add_setting_of(report, "Model", "Smallest region", "%zu pixels", train->min_area);
}

/* The folds decide what is held out. */
static unet_status add_training(unet_report *report, const unet_crossval_work *work) {
  json_t *options = NULL;
  UNET_TRY(unet_config_summary(&options, &work->options->train));
  (void)json_object_del(options, "val");
  unet_status status = unet_report_add_training(report, options);
  json_decref(options);
  return status;
}

unet_status unet_crossval_start_report(unet_report **out, const unet_crossval_work *work, float threshold) {
  char title[512];
  (void)snprintf(title, sizeof title, "Cross-validation %s", work->folder.path);
  const unet_report_options options = {
      .title = title, .threshold = threshold, .min_area = work->options->train.min_area, .has_truth = true};
  size_t images = 0;
  for (size_t k = 0; k < work->options->folds; k++) images += work->folds[k].n_val;
  UNET_TRY(unet_report_create(out, &options));
  unet_report_expect(*out, images);
  UNET_TRY(add_run(*out, work, threshold));
  UNET_TRY(add_models(*out, work));
  UNET_TRY(add_training(*out, work));
  return unet_report_add_program(*out, work->device);
}

/* --- folds -------------------------------------------------------------------------------------------- */

/* *epoch = that of the fold's model; 0 where its file does not say. */
static unet_status best_epoch(size_t *epoch, const unet_crossval_work *work, size_t fold) {
  unet_model *model = NULL;
  UNET_TRY(unet_crossval_best(&model, work, fold));
  const char *text = unet_model_metadata(model, "epoch");
  *epoch = text ? strtoul(text, NULL, 10) : 0;
  unet_model_destroy(model);
  return UNET_OK;
}

static unet_status add_log(unet_report *report, const unet_crossval_work *work, size_t fold) {
  char *folder = NULL, *path = NULL, *text = NULL;
  char name[32];
  size_t size = 0, epoch = 0;
  unet_status status = UNET_OK;
  (void)snprintf(name, sizeof name, "fold %zu", fold + 1);
  if (!unet_crossval_run_has(work, fold, "log.csv") || !unet_crossval_run_has(work, fold, "best.safetensors"))
    return UNET_OK; /* a finished fold needs only its maps */
  UNET_TRY_GOTO(done, unet_crossval_run_path(&folder, work, fold));
  UNET_TRY_GOTO(done, unet_path_join(&path, folder, "log.csv"));
  UNET_TRY_GOTO(done, unet_read_file(&text, &size, path));
  UNET_TRY_GOTO(done, best_epoch(&epoch, work, fold));
  status = unet_report_add_log(report, name, epoch, text);
done:
  free(folder);
  free(path);
  free(text);
  return status;
}

static unet_status add_fold(unet_report *report, const unet_crossval_result *result, size_t fold) {
  char name[32];
  (void)snprintf(name, sizeof name, "fold %zu", fold + 1);
  return unet_report_add_fold_scores(report, UNET_REPORT_FOLD, name, &result->folds[fold].all,
                                     (double)result->folds[fold].threshold);
}

unet_status unet_crossval_finish_report(unet_report *report, const unet_crossval_work *work,
                                        const unet_crossval_result *result) {
  for (size_t k = 0; k < result->n_folds; k++) {
    UNET_TRY(add_fold(report, result, k));
    UNET_TRY(add_log(report, work, k));
  }
  UNET_TRY(unet_report_add_fold_scores(report, UNET_REPORT_MEAN, "mean", &result->mean, NAN));
  UNET_TRY(
      unet_report_add_fold_scores(report, UNET_REPORT_DEVIATION, "± deviation", &result->deviation, NAN));
  return unet_report_write_in(report, work->folder.path);
}
