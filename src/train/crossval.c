/* unet_crossval: data and folds, folder, each fold's training and maps, scores, in this order. */
#include "train/crossval.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/folds.h"

/* --- options ------------------------------------------------------------------------------------------ */

unet_crossval_options unet_crossval_options_default(void) {
  return (unet_crossval_options){.train = unet_train_options_default(), .folds = 5};
}

/* Without images to select on a fold's threshold is chosen after its training. */
static unet_train_options options_of_folds(const unet_train_options *options) {
  unet_train_options train = *options;
  train.resume = train.overwrite = false;
  if (train.select <= 0.0) train.target_recall = train.target_false_alarms = 0.0;
  return train;
}

unet_status unet_crossval_check(const unet_crossval_options *options) {
  unet_train_options rest = options->train;
  if (rest.split_file)
    return unet_fail(UNET_USAGE, "--split-file and cross-validation exclude each other; leave one out");
  rest.split_file = "of a fold"; /* asks for no --select where a target is wanted */
  UNET_TRY(unet_train_check(&rest));
  rest = options_of_folds(&options->train);
  return unet_train_check(&rest);
}

static unet_status open_data(unet_crossval_work *work) {
  const unet_crossval_options *options = work->options;
  const unet_fold_options folds = {.folds = options->folds,
                                   .select = options->train.select,
                                   .good = options->train.good,
                                   .seed = options->train.seed};
  UNET_TRY(unet_dataset_open(&work->dataset, &options->train.data, work->callbacks->on_problem,
                             work->callbacks->user));
  return unet_folds_make(&work->folds, work->dataset, &folds);
}

/* --- folds -------------------------------------------------------------------------------------------- */

static void note(const unet_crossval_work *work, size_t fold, const char *what) {
  char line[128];
  if (!work->callbacks->on_note) return;
  (void)snprintf(line, sizeof line, "fold %zu of %zu%s", fold + 1, work->options->folds, what);
  work->callbacks->on_note(work->callbacks->user, line);
}

static unet_status train_fold(const unet_crossval_work *work, size_t fold) {
  unet_train_options options = work->train;
  unet_train_result result = {0};
  char *folder = NULL, *split = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_crossval_run_path(&folder, work, fold));
  UNET_TRY_GOTO(done, unet_crossval_split_path(&split, work, fold));
  options.folder = folder;
  options.split_file = split;
  options.resume = unet_crossval_run_has(work, fold, "last.safetensors");
  options.overwrite = !options.resume; /* what a process that was killed may have left */
  options.tune = work->train.tune && fold == 0;
  UNET_TRY_GOTO(done, unet_train(work->device, &options, work->callbacks, &result));
done:
  unet_train_result_free(&result);
  free(folder);
  free(split);
  return status;
}

static unet_status run_fold(const unet_crossval_work *work, size_t fold) {
  if (!unet_crossval_run_has(work, fold, "report.html")) UNET_TRY(train_fold(work, fold));
  return unet_out_of_fold_predict(work, fold);
}

/* Training speaks of the fold's folder, but what goes on is the whole. */
static unet_status interrupted(const unet_crossval_work *work, size_t fold) {
  if (!unet_crossval_is_worth(work))
    return unet_fail(UNET_INTERRUPTED, "interrupted in fold 1; no epoch was finished, nothing is kept");
  return unet_fail(UNET_INTERRUPTED,
                   "interrupted in fold %zu of %zu; go on with unetcl crossval --resume --out %s", fold + 1,
                   work->options->folds, work->folder.path);
}

static unet_status run_folds(const unet_crossval_work *work) {
  for (size_t fold = 0; fold < work->options->folds; fold++) {
    if (unet_out_of_fold_done(work, fold)) {
      note(work, fold, " is finished");
      continue;
    }
    note(work, fold, "");
    unet_status status = run_fold(work, fold);
    if (status == UNET_INTERRUPTED) status = interrupted(work, fold);
    UNET_TRY(status);
  }
  return UNET_OK;
}

/* --- the call ----------------------------------------------------------------------------------------- */

/* All images train the model that is used; what it does to others was told out of fold. */
static unet_status write_command(unet_crossval_result *result, const unet_train_options *options) {
  unet_train_options final = *options;
  final.val = 0.0;
  final.target_recall = final.target_false_alarms = 0.0;
  final.threshold = (double)result->final_threshold;
  return unet_train_command(&result->command, &final);
}

static unet_status finish(unet_crossval_result *result, const unet_crossval_work *work) {
  UNET_TRY(unet_out_of_fold_score(result, work));
  UNET_TRY(write_command(result, &work->options->train));
  UNET_TRY(unet_copy_text(&result->folder, work->folder.path));
  return unet_crossval_write(result, &work->folder);
}

unet_status unet_crossval(unet_device *device, const unet_crossval_options *options,
                          const unet_train_callbacks *callbacks, unet_crossval_result *out) {
  static const unet_train_callbacks none = {0};
  unet_crossval_work work = {
      .device = device, .options = options, .callbacks = callbacks ? callbacks : &none};
  unet_crossval_result result = {0};
  unet_status status = UNET_OK;
  UNET_TRY(unet_crossval_check(options));
  work.train = options_of_folds(&options->train);
  UNET_TRY_GOTO(done, open_data(&work));
  UNET_TRY_GOTO(done, unet_crossval_open_folder(&work));
  UNET_TRY_GOTO(done, run_folds(&work));
  UNET_TRY_GOTO(done, finish(&result, &work));
  *out = result;
done:
  if (status != UNET_OK) unet_crossval_result_free(&result);
  unet_crossval_close_folder(&work, status != UNET_OK);
  unet_folds_free(work.folds, options->folds);
  unet_dataset_close(work.dataset);
  return status;
}

void unet_crossval_result_free(unet_crossval_result *result) {
  for (size_t k = 0; k < result->n_folds; k++) unet_evaluation_free(&result->folds[k]);
  unet_evaluation_free(&result->all);
  free(result->folds);
  free(result->folder);
  free(result->json);
  free(result->command);
  *result = (unet_crossval_result){0};
}
