/* unet_train: data, folder, network, epochs, report, in this order. What can fail without work fails first.
 */
#include "unetcl/train.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "train/config.h"
#include "train/history.h"
#include "train/oversample.h"
#include "train/training.h"

void unet_training_note(const unet_training *training, const char *format, ...) {
  char line[1024];
  va_list arguments;
  if (!training->callbacks->on_note) return;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  training->callbacks->on_note(training->callbacks->user, line);
}

/* --- start or resume ---------------------------------------------------------------------------------- */

/* *text = what tells this device from another one whose results may differ in their last bits. */
static unet_status identify_device(char **text, const unet_device *device) {
  const unet_device_info *info = unet_device_get_info(device);
  return unet_format_text(text, "%s, %s", info->name, info->driver_version);
}

/* Loads the checkpoint where the run has one to resume, and holds options and split to it. */
static unet_status find_checkpoint(unet_training *t, unet_checkpoint *checkpoint) {
  if (!t->options->resume) return UNET_OK;
  if (!unet_run_folder_has_checkpoint(&t->folder)) {
    unet_training_note(t, "%s has no checkpoint to go on from; training starts afresh", t->folder.path);
    return UNET_OK;
  }
  UNET_TRY(unet_checkpoint_load(checkpoint, &t->folder));
  UNET_TRY(unet_config_compare(t->stored_options, checkpoint->options, t->folder.path));
  if (checkpoint->progress.epoch > t->options->epochs)
    return unet_fail(UNET_USAGE,
                     "the run in %s has %zu epochs already, more than --epochs %zu; ask for more, "
                     "or train afresh with --overwrite",
                     t->folder.path, checkpoint->progress.epoch, t->options->epochs);
  const char *split = unet_model_split(checkpoint->model);
  if (split && strcmp(split, t->data.split_json) == 0) return UNET_OK;
  return unet_fail(UNET_USAGE,
                   "the images are not split as the run in %s was started; give the same data set and "
                   "--split-file, or train afresh with --overwrite",
                   t->folder.path);
}

static unet_status load_data(unet_training *t, const unet_checkpoint *checkpoint) {
  UNET_TRY(unet_train_data_load(&t->data, t->options, t->callbacks));
  if (!checkpoint->model || checkpoint->progress.checksum == t->data.checksum) return UNET_OK;
  return unet_fail(
      UNET_USAGE,
      "the pictures are not those that the run in %s was started with; give the same data set, or "
      "train afresh with --overwrite",
      t->folder.path);
}

/* How often an epoch shows each image to train on: rarer defect types more often, and with --tile as many
 * windows as cover it, up to four. */
static unet_status repeat_images(unet_training *t) {
  const unet_split *split = &t->data.split;
  const unet_architecture *a = &t->options->architecture;
  const size_t most_windows = 4;
  size_t *times = NULL;
  UNET_TRY(unet_alloc_array((void *)&times, split->n_train, sizeof *times));
  unet_oversample(times, t->data.dataset, split->train, split->n_train, t->options->recipe.oversample);
  for (size_t i = 0; i < t->data.pictures.count && i < split->n_train; i++) {
    const unet_picture *picture = &t->data.pictures.items[i];
    const size_t windows = unet_divide_up(picture->height * picture->width, a->height * a->width);
    times[i] *= windows < most_windows ? windows : most_windows;
  }
  unet_status status = unet_batches_repeat(&t->train, times, split->n_train);
  free(times);
  return status;
}

static unet_status make_batches(unet_training *t) {
  const bool tile = t->options->tile;
  UNET_TRY(unet_batches_make(&t->train, &t->data.train, t->options->batch));
  if (tile || unet_augment_is_on(&t->options->augment))
    UNET_TRY(unet_batches_augment(&t->train, &t->options->augment, tile ? &t->data.pictures : NULL));
  UNET_TRY(repeat_images(t));
  UNET_TRY(unet_batches_make(&t->val, &t->data.val, t->options->batch));
  return unet_batches_make(&t->select, &t->data.select, t->options->batch);
}

static unet_status tune(const unet_training *t) {
  const unet_tune_options options = {.architecture = t->options->architecture,
                                     .batch = t->options->batch,
                                     .on_node = t->callbacks->on_tuned,
                                     .stop = t->callbacks->stop,
                                     .user = t->callbacks->user};
  char *path = NULL;
  UNET_TRY(unet_tune(&path, t->device, &options));
  unet_training_note(t, "the tuning table is %s", path);
  free(path);
  return UNET_OK;
}

/* For evaluation, which reads the same masks. */
static unet_status store_mask_threshold(const unet_training *t) {
  char text[16];
  if (t->options->data.mask_threshold < 0) return UNET_OK;
  (void)snprintf(text, sizeof text, "%d", t->options->data.mask_threshold);
  return unet_model_set_metadata(t->trainer.model, "mask_threshold", text);
}

/* The algorithms of the checkpoint bind only the device that made it. */
static unet_status open_trainer(unet_training *t, const unet_checkpoint *checkpoint) {
  const unet_train_options *options = t->options;
  const char *algorithms = checkpoint->progress.algorithms;
  UNET_TRY(identify_device(&t->progress.device, t->device));
  if (checkpoint->model && strcmp(checkpoint->progress.device, t->progress.device) != 0) {
    algorithms = NULL;
    unet_training_note(t, "the run was on %s; on %s it goes on with other roundings",
                       checkpoint->progress.device, t->progress.device);
  }
  UNET_TRY(unet_trainer_open(&t->trainer, t->device, options,
                             (uint64_t)options->epochs * unet_batches_count(&t->train), algorithms));
  if (t->train.sources.augment)
    UNET_TRY(unet_trainer_augment(&t->trainer, t->device, options->batch, t->train.sources.room));
  UNET_TRY(unet_trainer_algorithms(&t->progress.algorithms, &t->trainer));
  unet_model_set_min_area(t->trainer.model, options->min_area);
  unet_model_set_tiles(t->trainer.model, options->tile);
  UNET_TRY(store_mask_threshold(t));
  if (!isnan(options->threshold)) unet_model_set_threshold(t->trainer.model, (float)options->threshold);
  return unet_model_set_metadata(t->trainer.model, "split", t->data.split_json);
}

static unet_status start_weights(unet_training *t, const unet_checkpoint *checkpoint) {
  t->progress.checksum = t->data.checksum;
  t->progress.best_loss = INFINITY;
  t->progress.plateau = unet_plateau_start();
  if (!checkpoint->model) return unet_trainer_initialise(&t->trainer, t->options->seed);
  t->progress.epoch = checkpoint->progress.epoch;
  t->progress.steps = checkpoint->progress.steps;
  t->progress.best_epoch = checkpoint->progress.best_epoch;
  t->progress.best_loss = checkpoint->progress.best_loss;
  t->progress.plateau = checkpoint->progress.plateau;
  t->progress.silent_epochs = checkpoint->progress.silent_epochs;
  UNET_TRY(unet_model_set_metadata(t->trainer.model, "options",
                                   unet_model_metadata(checkpoint->model, "options")));
  UNET_TRY(unet_checkpoint_restore(checkpoint, &t->trainer));
  return unet_trainer_send(&t->trainer);
}

static unet_status write_text(const unet_training *t, const char *name, const char *text) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, name));
  unet_status status = unet_write_file(path, text, strlen(text));
  free(path);
  return status;
}

static unet_status write_config(const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "config.json"));
  unet_status status = unet_config_write(path, t->options, &t->data, unet_device_get_info(t->device),
                                         unet_model_parameter_count(t->trainer.model));
  free(path);
  return status;
}

static unet_status start_history(const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "log.csv"));
  unet_status status = unet_history_start(path, t->progress.epoch, t->data.select.count > 0);
  free(path);
  return status;
}

/* A process that was killed between two files may have left a best model that is ahead of the checkpoint;
 * where best is the last epoch it is made from the checkpoint again. */
static unet_status start_files(unet_training *t) {
  if (t->progress.epoch == 0) unet_run_folder_start(&t->folder);
  UNET_TRY(write_config(t));
  UNET_TRY(write_text(t, "split.json", t->data.split_json));
  UNET_TRY(start_history(t));
  if (t->progress.epoch == 0 || t->data.select.count > 0) return UNET_OK;
  return unet_checkpoint_save_best(&t->folder, t->trainer.model, t->progress.epoch);
}

/* A cross-validation holds many trained models, which a run must not replace, whatever the mode. */
static unet_status claim_folder(unet_training *t) {
  const unet_train_options *options = t->options;
  const unet_run_mode mode = options->resume      ? UNET_RUN_RESUME
                             : options->overwrite ? UNET_RUN_OVERWRITE
                                                  : UNET_RUN_NEW;
  char *name = NULL;
  UNET_TRY(unet_run_folder_name(&name, options->folder, mode));
  unet_status status = unet_run_folder_is_crossval(name)
                           ? unet_fail(UNET_USAGE,
                                       "%s: the folder holds a cross-validation; go on with it by unetcl "
                                       "crossval --resume, or choose another folder with --out",
                                       name)
                           : unet_run_folder_claim(&t->folder, options->folder, mode);
  free(name);
  return status;
}

static unet_status set_up(unet_training *t) {
  unet_checkpoint checkpoint = {0};
  const unet_train_options *options = t->options;
  unet_status status = UNET_OK;
  UNET_TRY(unet_train_check(options));
  UNET_TRY(unet_config_options(&t->stored_options, options));
  UNET_TRY(unet_train_data_open(&t->data, options, t->callbacks));
  UNET_TRY(claim_folder(t));
  UNET_TRY_GOTO(done, find_checkpoint(t, &checkpoint));
  UNET_TRY_GOTO(done, load_data(t, &checkpoint));
  UNET_TRY_GOTO(done, make_batches(t));
  if (options->tune) UNET_TRY_GOTO(done, tune(t));
  UNET_TRY_GOTO(done, open_trainer(t, &checkpoint));
  UNET_TRY_GOTO(done, start_weights(t, &checkpoint));
  UNET_TRY_GOTO(done, start_files(t));
done:
  unet_checkpoint_free(&checkpoint);
  return status;
}

/* --- epochs ------------------------------------------------------------------------------------------- */

static bool is_best(const unet_training *t, const unet_train_epoch *row) {
  return t->data.select.count == 0 || row->select_loss < t->progress.best_loss;
}

static unet_status save_best(unet_training *t, const unet_train_epoch *row) {
  if (!is_best(t, row)) return UNET_OK;
  t->progress.best_epoch = row->epoch;
  if (t->data.select.count > 0) t->progress.best_loss = row->select_loss;
  return unet_checkpoint_save_best(&t->folder, t->trainer.model, row->epoch);
}

static void follow_plateau(unet_training *t, double loss) {
  if (t->options->recipe.schedule != UNET_SCHEDULE_PLATEAU) return;
  unet_plateau_add(&t->progress.plateau, loss);
  t->trainer.plateau = t->progress.plateau.share;
}

/* The checkpoint comes last: what was written before it is made again, the same, if the process dies here. */
static unet_status finish_epoch(unet_training *t, const unet_train_epoch *row) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "log.csv"));
  unet_status status = unet_history_add(path, row, t->data.select.count > 0);
  free(path);
  UNET_TRY(status);
  UNET_TRY(unet_config_describe(t->trainer.model, t->options));
  UNET_TRY(save_best(t, row));
  follow_plateau(t, t->data.select.count > 0 ? row->select_loss : row->loss);
  unet_progress next = t->progress;
  next.epoch = row->epoch;
  next.steps = t->trainer.steps;
  next.silent_epochs = unet_loss_is_silent(&t->shown) ? next.silent_epochs + 1 : 0;
  UNET_TRY(unet_checkpoint_save_last(&t->folder, &t->trainer, &next, t->stored_options));
  t->progress = next;
  return UNET_OK;
}

static bool has_lost_patience(const unet_training *t) {
  const size_t patience = t->options->recipe.patience;
  return patience > 0 && t->data.select.count > 0 && t->progress.epoch >= t->progress.best_epoch + patience;
}

static bool has_held_out_defect(const unet_training *t) {
  for (size_t i = 0; i < t->data.split.n_val; i++) {
    if (t->data.val_defects[i] > 0) return true;
  }
  return false;
}

static unet_status train_epochs(unet_training *t, unet_train_epoch *row) {
  const unet_split *split = &t->data.split;
  unet_training_note(t, "%zu images to train on, %zu held out, %zu to choose on; the run is in %s",
                     split->n_train, split->n_val, split->n_select, t->folder.path);
  if (split->n_val > 0 && !has_held_out_defect(t))
    unet_training_note(
        t, "none of the %zu held-out images has a defect: they tell nothing of how well defects are found",
        split->n_val);
  if (t->progress.epoch == t->options->epochs)
    unet_training_note(t, "the run has all of its %zu epochs; give more with --epochs to go on",
                       t->progress.epoch);
  else if (t->progress.epoch > 0)
    unet_training_note(t, "going on after epoch %zu of %zu", t->progress.epoch, t->options->epochs);
  while (t->progress.epoch < t->options->epochs && !has_lost_patience(t)) {
    UNET_TRY(unet_epoch_run(t, t->progress.epoch + 1, row));
    UNET_TRY(finish_epoch(t, row));
    if (t->callbacks->on_epoch) t->callbacks->on_epoch(t->callbacks->user, row);
    unet_silence_warn(t);
  }
  if (t->progress.epoch < t->options->epochs)
    unet_training_note(t, "stopped after epoch %zu: none of the last %zu was better than epoch %zu",
                       t->progress.epoch, t->options->recipe.patience, t->progress.best_epoch);
  return UNET_OK;
}

/* --- the call ----------------------------------------------------------------------------------------- */

static void tear_down(unet_training *t) {
  unet_trainer_close(&t->trainer);
  unet_batches_free(&t->train);
  unet_batches_free(&t->val);
  unet_batches_free(&t->select);
  unet_train_data_free(&t->data);
  unet_progress_free(&t->progress);
  unet_run_folder_release(&t->folder);
  unet_evaluation_free(&t->held_out);
  json_decref(t->stored_options);
}

static unet_status publish(unet_train_result *result, unet_training *t, const unet_train_epoch *row) {
  char *folder = NULL;
  UNET_TRY(unet_copy_text(&folder, t->folder.path));
  *result = (unet_train_result){.folder = folder,
                                .n_train = t->data.split.n_train,
                                .n_val = t->data.split.n_val,
                                .n_select = t->data.split.n_select,
                                .last = *row,
                                .best_epoch = t->progress.best_epoch,
                                .threshold = t->threshold,
                                .reached = t->reached,
                                .held_out = t->held_out};
  t->held_out = (unet_evaluation){0};
  return UNET_OK;
}

unet_status unet_train(unet_device *device, const unet_train_options *options,
                       const unet_train_callbacks *callbacks, unet_train_result *result) {
  static const unet_train_callbacks none = {0};
  unet_training training = {.device = device, .options = options, .callbacks = callbacks ? callbacks : &none};
  unet_train_epoch row = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, set_up(&training));
  UNET_TRY_GOTO(done, train_epochs(&training, &row));
  unet_trainer_close(&training.trainer); /* what follows has networks of its own */
  UNET_TRY_GOTO(done, unet_threshold_choose(&training));
  UNET_TRY_GOTO(done, unet_train_report(&training));
  unet_silence_judge(&training);
  UNET_TRY_GOTO(done, publish(result, &training, &row));
done:
  tear_down(&training);
  return status;
}

void unet_train_result_free(unet_train_result *result) {
  free(result->folder);
  unet_evaluation_free(&result->held_out);
  *result = (unet_train_result){0};
}
