/* In last.safetensors, Adam's moments are the tensors adam.m.NAME and adam.v.NAME; where the model is not
 * simply the trained weights, these are adam.weights.NAME, their average adam.average.NAME, the running
 * statistics of normalisations adam.running.NAME. The metadata's "training" is an object of JSON with the
 * progress and the options. */
#include "train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/model_file.h"

static const char training_key[] = "training", best_name[] = "best.safetensors",
                  last_name[] = "last.safetensors";
enum { NAME_BYTES = 96 };

void unet_progress_free(unet_progress *progress) {
  free(progress->algorithms);
  free(progress->device);
  *progress = (unet_progress){0};
}

/* --- writing ------------------------------------------------------------------------------------------ */

static unet_status set_epoch(unet_model *model, size_t epoch) {
  char text[32];
  (void)snprintf(text, sizeof text, "%zu", epoch);
  return unet_model_set_metadata(model, "epoch", text);
}

unet_status unet_checkpoint_save_best(const unet_run_folder *folder, unet_model *model, size_t epoch) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, folder, best_name));
  unet_status status = unet_model_set_metadata(model, training_key, NULL);
  if (status == UNET_OK) status = set_epoch(model, epoch);
  if (status == UNET_OK) status = unet_model_save(model, path);
  free(path);
  return status;
}

static json_t *format_plateau(const unet_plateau *plateau) {
  return json_pack("{s:f, s:I, s:f}", "best", plateau->best, "since", (json_int_t)plateau->since, "share",
                   plateau->share);
}

static unet_plateau read_plateau(const json_t *object) {
  if (!object) return unet_plateau_start();
  return (unet_plateau){.best = json_number_value(json_object_get(object, "best")),
                        .since = (size_t)json_integer_value(json_object_get(object, "since")),
                        .share = json_number_value(json_object_get(object, "share"))};
}

/* *text = the progress and the options. A best loss that is not there yet is left out: JSON has no infinity.
 */
static unet_status format_training(char **text, const unet_progress *progress, const json_t *options) {
  json_t *root =
      json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:O}", "epoch", (json_int_t)progress->epoch, "steps",
                (json_int_t)progress->steps, "best_epoch", (json_int_t)progress->best_epoch, "silent_epochs",
                (json_int_t)progress->silent_epochs, "samples", (json_int_t)progress->checksum, "algorithms",
                progress->algorithms, "device", progress->device, "options", options);
  int failed = !root;
  if (!failed && isfinite(progress->best_loss))
    failed = json_object_set_new(root, "best_loss", json_real(progress->best_loss));
  if (!failed && isfinite(progress->plateau.best))
    failed = json_object_set_new(root, "plateau", format_plateau(&progress->plateau));
  *text = failed ? NULL : json_dumps(root, JSON_COMPACT);
  json_decref(root);
  if (*text) return UNET_OK;
  return unet_fail(UNET_NO_RESOURCE, "out of memory: a checkpoint could not be made");
}

/* What lies beside the model, under its names in the file. */
typedef struct further {
  const char *name;
  float *values; /* NULL: not kept */
  bool norms;    /* of the normalisations only */
} further;

enum { FURTHER = 5 };

/* The model is the weights, unless it is made of their average or has normalisations folded in. */
static void list_further(further out[FURTHER], const unet_train_state *state) {
  out[0] = (further){"m", state->first, false};
  out[1] = (further){"v", state->second, false};
  out[2] = (further){"average", state->average, false};
  out[3] = (further){"weights", state->average || state->running ? state->weights : NULL, false};
  out[4] = (further){"running", state->running, true};
}

static bool is_kept(const further *list, const unet_parameter *tensor) {
  return list->values && (!list->norms || unet_is_norm(tensor));
}

static void further_name(char name[NAME_BYTES], const further *list, const unet_parameter *tensor) {
  snprintf(name, NAME_BYTES, UNET_FURTHER_PREFIX "%s.%s", list->name, tensor->name);
}

static unet_status save_with_further(const unet_trainer *trainer, const char *path) {
  const unet_train_state *state = &trainer->state;
  size_t n = 0;
  unet_stored_tensor *tensors = NULL;
  char(*names)[NAME_BYTES] = NULL;
  further lists[FURTHER];
  list_further(lists, state);
  unet_status status = unet_alloc_array((void *)&tensors, FURTHER * state->n_tensors, sizeof *tensors);
  if (status == UNET_OK) status = unet_alloc_array((void *)&names, FURTHER * state->n_tensors, sizeof *names);
  for (size_t k = 0; k < FURTHER && status == UNET_OK; k++) {
    size_t offset = 0;
    for (size_t i = 0; i < state->n_tensors; offset += state->tensors[i++].count) {
      const unet_parameter *tensor = &state->tensors[i];
      if (!is_kept(&lists[k], tensor)) continue;
      further_name(names[n], &lists[k], tensor);
      tensors[n] = unet_model_stored(tensor);
      tensors[n].name = names[n];
      tensors[n++].values = lists[k].values + offset;
    }
  }
  if (status == UNET_OK) status = unet_model_save_with(trainer->model, path, tensors, n);
  free(tensors);
  free(names);
  return status;
}

unet_status unet_checkpoint_save_last(const unet_run_folder *folder, const unet_trainer *trainer,
                                      const unet_progress *progress, const json_t *options) {
  char *path = NULL, *training = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_run_folder_file(&path, folder, last_name));
  UNET_TRY_GOTO(done, format_training(&training, progress, options));
  UNET_TRY_GOTO(done, unet_model_set_metadata(trainer->model, training_key, training));
  UNET_TRY_GOTO(done, set_epoch(trainer->model, progress->epoch));
  UNET_TRY_GOTO(done, save_with_further(trainer, path));
done:
  free(path);
  free(training);
  return status;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static unet_status bad(const unet_run_folder *folder, const char *what) {
  return unet_fail(UNET_BAD_INPUT, "%s/%s: no checkpoint to go on from (%s); train afresh with --overwrite",
                   folder->path, last_name, what);
}

static unet_status read_progress(unet_checkpoint *checkpoint, const unet_run_folder *folder) {
  const char *text = unet_model_metadata(checkpoint->model, training_key);
  json_t *root = text ? json_loads(text, 0, NULL) : NULL;
  const char *algorithms = json_string_value(json_object_get(root, "algorithms"));
  const char *device = json_string_value(json_object_get(root, "device"));
  const json_t *best_loss = json_object_get(root, "best_loss");
  json_int_t epoch = json_integer_value(json_object_get(root, "epoch"));
  json_int_t steps = json_integer_value(json_object_get(root, "steps"));
  unet_status status = UNET_OK;
  if (epoch < 1 || steps < 1 || !algorithms || !device) {
    status = bad(folder, "its \"training\" entry is missing or damaged");
  } else {
    checkpoint->progress =
        (unet_progress){.epoch = (size_t)epoch,
                        .steps = (uint64_t)steps,
                        .best_epoch = (size_t)json_integer_value(json_object_get(root, "best_epoch")),
                        .best_loss = best_loss ? json_number_value(best_loss) : INFINITY,
                        .silent_epochs = (size_t)json_integer_value(json_object_get(root, "silent_epochs")),
                        .plateau = read_plateau(json_object_get(root, "plateau")),
                        .checksum = (uint32_t)json_integer_value(json_object_get(root, "samples"))};
    checkpoint->options = json_incref(json_object_get(root, "options"));
    status = unet_copy_text(&checkpoint->progress.algorithms, algorithms);
    if (status == UNET_OK) status = unet_copy_text(&checkpoint->progress.device, device);
  }
  json_decref(root);
  return status;
}

unet_status unet_checkpoint_load(unet_checkpoint *out, const unet_run_folder *folder) {
  char *path = NULL;
  unet_checkpoint checkpoint = {0};
  UNET_TRY(unet_run_folder_file(&path, folder, last_name));
  unet_status status = unet_model_load_with(&checkpoint.model, &checkpoint.file, path);
  free(path);
  if (status == UNET_OK) status = read_progress(&checkpoint, folder);
  if (status != UNET_OK) {
    unet_checkpoint_free(&checkpoint);
    return status;
  }
  *out = checkpoint;
  return UNET_OK;
}

void unet_checkpoint_free(unet_checkpoint *checkpoint) {
  unet_model_destroy(checkpoint->model);
  unet_safetensors_free(&checkpoint->file);
  unet_progress_free(&checkpoint->progress);
  json_decref(checkpoint->options);
  *checkpoint = (unet_checkpoint){0};
}

/* Copies one list. */
static unet_status restore_further(const unet_checkpoint *checkpoint, const unet_train_state *state,
                                   const further *list) {
  size_t offset = 0;
  for (size_t i = 0; i < state->n_tensors; offset += state->tensors[i++].count) {
    const unet_parameter *tensor = &state->tensors[i];
    char name[NAME_BYTES];
    if (!is_kept(list, tensor)) continue;
    further_name(name, list, tensor);
    const unet_stored_tensor *found = unet_safetensors_find(&checkpoint->file, name);
    if (!found || found->count != tensor->count)
      return unet_fail(UNET_BAD_INPUT, "the checkpoint lacks %s; train afresh with --overwrite", name);
    memcpy(list->values + offset, found->values, tensor->count * sizeof(float));
  }
  return UNET_OK;
}

unet_status unet_checkpoint_restore(const unet_checkpoint *checkpoint, unet_trainer *trainer) {
  const unet_train_state *state = &trainer->state;
  further lists[FURTHER];
  list_further(lists, state);
  for (size_t k = 0; k < FURTHER; k++) UNET_TRY(restore_further(checkpoint, state, &lists[k]));
  for (size_t i = 0; i < state->n_tensors && !state->average && !state->running; i++) {
    const unet_parameter *tensor = &state->tensors[i];
    memcpy(tensor->values, unet_model_tensor(checkpoint->model, i)->values, tensor->count * sizeof(float));
  }
  trainer->steps = checkpoint->progress.steps;
  trainer->plateau = checkpoint->progress.plateau.share;
  return UNET_OK;
}
