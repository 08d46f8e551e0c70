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
  return unet_model_set_metadata(t->trainer.model, "split", t->data.split_json);
}

static unet_status start_weights(unet_training *t, const unet_checkpoint *checkpoint) {
  t->progress.checksum = t->data.checksum;
  t->progress.best_loss = INFINITY;
  t->progress.plateau = unet_plateau_start();
  if (!checkpoint->model) return unet_trainer_initialise(&t->trainer, t->device, t->options->seed);
  t->progress.epoch = checkpoint->progress.epoch;
  t->progress.steps = checkpoint->progress.steps;
  t->progress.best_epoch = checkpoint->progress.best_epoch;
  t->progress.best_loss = checkpoint->progress.best_loss;
  t->progress.plateau = checkpoint->progress.plateau;
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
  unet_status status = unet_history_start(path, t->progress.epoch);
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

static unet_status set_up(unet_training *t) {
  unet_checkpoint checkpoint = {0};
  const unet_train_options *options = t->options;
  unet_run_mode mode = options->resume      ? UNET_RUN_RESUME
                       : options->overwrite ? UNET_RUN_OVERWRITE
                                            : UNET_RUN_NEW;
  unet_status status = UNET_OK;
  UNET_TRY(unet_config_check(options));
  UNET_TRY(unet_config_options(&t->stored_options, options));
  UNET_TRY(unet_train_data_open(&t->data, options, t->callbacks));
  UNET_TRY(unet_run_folder_claim(&t->folder, options->folder, mode));
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

static bool is_best(const unet_training *t, double select_loss) {
  return t->data.select.count == 0 || select_loss < t->progress.best_loss;
}

static unet_status save_best(unet_training *t, size_t epoch, double select_loss) {
  if (!is_best(t, select_loss)) return UNET_OK;
  t->progress.best_epoch = epoch;
  if (t->data.select.count > 0) t->progress.best_loss = select_loss;
  return unet_checkpoint_save_best(&t->folder, t->trainer.model, epoch);
}

static void follow_plateau(unet_training *t, double loss) {
  if (t->options->recipe.schedule != UNET_SCHEDULE_PLATEAU) return;
  unet_plateau_add(&t->progress.plateau, loss);
  t->trainer.plateau = t->progress.plateau.share;
}

/* The checkpoint comes last: what was written before it is made again, the same, if the process dies here. */
static unet_status finish_epoch(unet_training *t, const unet_train_epoch *row, double select_loss) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "log.csv"));
  unet_status status = unet_history_add(path, row);
  free(path);
  UNET_TRY(status);
  UNET_TRY(unet_config_describe(t->trainer.model, t->options));
  UNET_TRY(save_best(t, row->epoch, select_loss));
  follow_plateau(t, t->data.select.count > 0 ? select_loss : row->loss);
  unet_progress next = t->progress;
  next.epoch = row->epoch;
  next.steps = t->trainer.steps;
  UNET_TRY(unet_checkpoint_save_last(&t->folder, &t->trainer, &next, t->stored_options));
  t->progress = next;
  return UNET_OK;
}

static bool has_lost_patience(const unet_training *t) {
  const size_t patience = t->options->recipe.patience;
  return patience > 0 && t->data.select.count > 0 && t->progress.epoch >= t->progress.best_epoch + patience;
}

/* A network that learns to mark nothing looks as if it were at work: after some epochs of it, and once only,
 * the user is told what helps. */
static void warn_of_silence(unet_training *t, const unet_train_epoch *row) {
  const double silent_dice = 0.05;
  const size_t many = 15;
  t->silent_epochs = row->dice < silent_dice ? t->silent_epochs + 1 : 0;
  if (t->silent_epochs != many) return;
  unet_training_note(
      t,
      "for %zu epochs the network has marked next to nothing (dice below %g); if that goes on, try "
      "the default recipe, --schedule one_cycle, a lower --lr or another --seed",
      many, silent_dice);
}

static unet_status train_epochs(unet_training *t, unet_train_epoch *row) {
  const unet_split *split = &t->data.split;
  unet_training_note(t, "%zu images to train on, %zu held out, %zu to choose on; the run is in %s",
                     split->n_train, split->n_val, split->n_select, t->folder.path);
  if (t->progress.epoch > 0)
    unet_training_note(t, "going on after epoch %zu of %zu", t->progress.epoch, t->options->epochs);
  while (t->progress.epoch < t->options->epochs && !has_lost_patience(t)) {
    double select_loss = 0.0;
    UNET_TRY(unet_epoch_run(t, t->progress.epoch + 1, row, &select_loss));
    UNET_TRY(finish_epoch(t, row, select_loss));
    if (t->callbacks->on_epoch) t->callbacks->on_epoch(t->callbacks->user, row);
    warn_of_silence(t, row);
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
  json_decref(t->stored_options);
}

static unet_status publish(unet_train_result *result, const unet_training *t, const unet_train_epoch *row) {
  char *folder = NULL;
  UNET_TRY(unet_copy_text(&folder, t->folder.path));
  *result = (unet_train_result){.folder = folder,
                                .n_train = t->data.split.n_train,
                                .n_val = t->data.split.n_val,
                                .n_select = t->data.split.n_select,
                                .last = *row,
                                .best_epoch = t->progress.best_epoch,
                                .threshold = t->threshold};
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
  UNET_TRY_GOTO(done, publish(result, &training, &row));
done:
  tear_down(&training);
  return status;
}

void unet_train_result_free(unet_train_result *result) {
  free(result->folder);
  *result = (unet_train_result){0};
}
