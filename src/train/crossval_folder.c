/* The folder of a cross-validation: config.json and the folds' splits tell what it was started with. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "train/config.h"
#include "train/crossval.h"

static const char default_folder[] = "runs/crossval", fold_prefix[] = "fold-", map_ending[] = "_prob.png";

/* --- paths -------------------------------------------------------------------------------------------- */

unet_status unet_crossval_run_path(char **path, const unet_crossval_work *work, size_t fold) {
  return unet_format_text(path, "%s/%s%zu", work->folder.path, fold_prefix, fold + 1);
}

unet_status unet_crossval_split_path(char **path, const unet_crossval_work *work, size_t fold) {
  return unet_format_text(path, "%s/%s%zu.json", work->folder.path, fold_prefix, fold + 1);
}

unet_status unet_crossval_map_path(char **path, const unet_crossval_work *work, size_t item) {
  return unet_format_text(path, "%s/maps/%s%s", work->folder.path,
                          unet_dataset_item(work->dataset, item)->name, map_ending);
}

static bool has(const char *folder, const char *name) {
  char *path = NULL;
  bool exists = unet_path_join(&path, folder, name) == UNET_OK && unet_path_exists(path);
  free(path);
  return exists;
}

bool unet_crossval_run_has(const unet_crossval_work *work, size_t fold, const char *name) {
  char *path = NULL;
  bool exists = unet_crossval_run_path(&path, work, fold) == UNET_OK && has(path, name);
  free(path);
  return exists;
}

/* --- emptying ----------------------------------------------------------------------------------------- */

static void remove_in(const char *folder, const char *name) {
  char *path = NULL;
  if (unet_path_join(&path, folder, name) != UNET_OK) return;
  (void)remove(path); /* a folder only when it is empty */
  free(path);
}

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), wanted = strlen(ending);
  return length > wanted && strcmp(text + length - wanted, ending) == 0;
}

static unet_status remove_maps(const char *folder) {
  unet_names files = {0}, folders = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_list_folder(&files, folder, UNET_ENTRY_FILE));
  UNET_TRY_GOTO(done, unet_list_folder(&folders, folder, UNET_ENTRY_FOLDER));
  for (size_t i = 0; i < files.count; i++) {
    if (ends_with(files.items[i], map_ending)) remove_in(folder, files.items[i]);
  }
  for (size_t i = 0; i < folders.count && status == UNET_OK; i++) {
    char *inner = NULL;
    UNET_TRY_GOTO(done, unet_path_join(&inner, folder, folders.items[i]));
    status = remove_maps(inner);
    free(inner);
  }
  (void)remove(folder);
done:
  unet_names_free(&files);
  unet_names_free(&folders);
  return status;
}

/* Refused while another process trains into it. */
static unet_status remove_run(const char *folder, const char *name) {
  unet_run_folder run = {0};
  char *path = NULL;
  UNET_TRY(unet_path_join(&path, folder, name));
  unet_status status = unet_run_folder_claim(&run, path, UNET_RUN_OVERWRITE);
  if (status == UNET_OK) {
    unet_run_folder_start(&run);
    unet_run_folder_release(&run);
    (void)remove(path);
  }
  free(path);
  return status;
}

static unet_status remove_folds(const char *folder, unet_entry_kind kind) {
  unet_names names = {0};
  UNET_TRY(unet_list_folder(&names, folder, kind));
  unet_status status = UNET_OK;
  for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
    if (strncmp(names.items[i], fold_prefix, strlen(fold_prefix)) != 0) continue;
    if (kind == UNET_ENTRY_FOLDER) status = remove_run(folder, names.items[i]);
    if (kind == UNET_ENTRY_FILE && ends_with(names.items[i], ".json")) remove_in(folder, names.items[i]);
  }
  unet_names_free(&names);
  return status;
}

/* config.json goes first: without it nothing else counts. */
static unet_status empty_folder(const char *folder) {
  char *maps = NULL;
  remove_in(folder, "config.json");
  remove_in(folder, "crossval.json");
  remove_in(folder, "out_of_fold.csv");
  remove_in(folder, "report.html");
  UNET_TRY(remove_folds(folder, UNET_ENTRY_FOLDER));
  UNET_TRY(remove_folds(folder, UNET_ENTRY_FILE));
  UNET_TRY(unet_path_join(&maps, folder, "maps"));
  unet_status status = unet_path_is_folder(maps) ? remove_maps(maps) : UNET_OK;
  free(maps);
  return status;
}

/* --- config.json -------------------------------------------------------------------------------------- */

/* What decides the result, to be compared: train's own options and those of the cross-validation. */
static unet_status deciding_options(json_t **out, const unet_crossval_options *options) {
  json_t *object = NULL;
  UNET_TRY(unet_config_options(&object, &options->train));
  if (json_object_set_new(object, "epochs", json_integer((json_int_t)options->train.epochs)) != 0 ||
      json_object_set_new(object, "folds", json_integer((json_int_t)options->folds)) != 0 ||
      json_object_set_new(object, "tta", json_boolean(options->tta)) != 0) {
    json_decref(object);
    return unet_fail(UNET_NO_RESOURCE, "out of memory: options");
  }
  *out = object;
  return UNET_OK;
}

static unet_status write_config(const unet_crossval_work *work) {
  const unet_dataset_options *data = &work->options->train.data;
  json_t *options = NULL;
  char *path = NULL;
  UNET_TRY(deciding_options(&options, work->options));
  json_t *root =
      json_pack("{s:s, s:s, s:I, s:I, s:o, s:{s:s?, s:s?, s:s?, s:s?}}", "version", unet_version(), "device",
                unet_device_get_info(work->device)->name, "epochs", (json_int_t)work->options->train.epochs,
                "folds", (json_int_t)work->options->folds, "options", options, "images", "data", data->data,
                "category", data->category, "images", data->images, "masks", data->masks);
  char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
  json_decref(root);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory: options");
  unet_status status = unet_run_folder_file(&path, &work->folder, "config.json");
  if (status == UNET_OK) status = unet_write_file(path, text, strlen(text));
  free(path);
  free(text);
  return status;
}

/* *options = the object of that name in FOLDER/config.json. */
static unet_status read_options(json_t **options, const char *folder) {
  char *path = NULL, *text = NULL;
  size_t size = 0;
  json_t *root = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_path_join(&path, folder, "config.json"));
  UNET_TRY_GOTO(done, unet_read_file(&text, &size, path));
  root = json_loadb(text, size, 0, NULL);
  json_t *found = json_object_get(root, "options");
  if (!json_is_integer(json_object_get(found, "folds"))) {
    status =
        unet_fail(UNET_BAD_INPUT,
                  "%s: not the config.json of a cross-validation; choose another folder with --out", path);
    goto done;
  }
  *options = json_incref(found);
done:
  json_decref(root);
  free(text);
  free(path);
  return status;
}

unet_status unet_crossval_options_load(unet_crossval_options *out, unet_run_options **run,
                                       const char *folder) {
  unet_run_options *loaded = NULL;
  json_t *options = NULL;
  if (!folder) folder = default_folder;
  UNET_TRY(unet_run_options_load(&loaded, folder));
  if (loaded) {
    unet_status status = read_options(&options, folder);
    if (status != UNET_OK) {
      unet_run_options_free(loaded);
      return status;
    }
    *out = (unet_crossval_options){.train = unet_run_options_get(loaded),
                                   .folds = (size_t)json_integer_value(json_object_get(options, "folds")),
                                   .tta = json_is_true(json_object_get(options, "tta"))};
    json_decref(options);
  }
  *run = loaded;
  return UNET_OK;
}

/* --- splits ------------------------------------------------------------------------------------------- */

static unet_status write_split(const unet_crossval_work *work, const char *path, const char *text) {
  (void)work;
  return unet_write_file(path, text, strlen(text));
}

static unet_status compare_split(const unet_crossval_work *work, const char *path, const char *text) {
  char *then = NULL;
  size_t size = 0;
  UNET_TRY(unet_read_file(&then, &size, path));
  const bool same = strcmp(then, text) == 0;
  free(then);
  if (same) return UNET_OK;
  return unet_fail(UNET_USAGE,
                   "the images are not those that the cross-validation in %s was started with; give the same "
                   "data set, or start afresh with --overwrite",
                   work->folder.path);
}

static unet_status for_splits(const unet_crossval_work *work,
                              unet_status (*act)(const unet_crossval_work *, const char *, const char *)) {
  for (size_t k = 0; k < work->options->folds; k++) {
    char *path = NULL, *text = NULL;
    unet_status status = unet_split_format(&text, &work->folds[k], work->dataset);
    if (status == UNET_OK) status = unet_crossval_split_path(&path, work, k);
    if (status == UNET_OK) status = act(work, path, text);
    free(path);
    free(text);
    UNET_TRY(status);
  }
  return UNET_OK;
}

/* --- opening and closing ------------------------------------------------------------------------------ */

static unet_status go_on(const unet_crossval_work *work) {
  json_t *now = NULL, *then = NULL;
  UNET_TRY(read_options(&then, work->folder.path));
  unet_status status = deciding_options(&now, work->options);
  if (status == UNET_OK) status = unet_config_compare(now, then, work->folder.path);
  json_decref(now);
  json_decref(then);
  UNET_TRY(status);
  return for_splits(work, compare_split);
}

/* The splits come before config.json, with which there is something to go on from. */
static unet_status start_afresh(unet_crossval_work *work, unet_run_mode mode) {
  const char *folder = work->folder.path;
  if (mode == UNET_RUN_RESUME && work->callbacks->on_note)
    work->callbacks->on_note(work->callbacks->user,
                             "there is no cross-validation to go on from; it starts afresh");
  if (mode != UNET_RUN_NEW) UNET_TRY(empty_folder(folder));
  work->fresh = true;
  UNET_TRY(for_splits(work, write_split));
  return write_config(work);
}

unet_status unet_crossval_open_folder(unet_crossval_work *work) {
  const unet_train_options *options = &work->options->train;
  const char *path = options->folder ? options->folder : default_folder;
  unet_run_mode mode = options->resume      ? UNET_RUN_RESUME
                       : options->overwrite ? UNET_RUN_OVERWRITE
                                            : UNET_RUN_NEW;
  UNET_TRY(unet_run_folder_claim(&work->folder, path, mode));
  if (unet_run_folder_has_checkpoint(&work->folder))
    return unet_fail(UNET_USAGE, "%s: the folder holds a run of train; choose another with --out", path);
  if (mode == UNET_RUN_NEW && unet_run_folder_is_crossval(path))
    return unet_fail(
        UNET_USAGE,
        "%s: the folder holds a cross-validation; replace it with --overwrite, or choose another "
        "with --out",
        path);
  return mode == UNET_RUN_RESUME && has(path, "config.json") ? go_on(work) : start_afresh(work, mode);
}

bool unet_crossval_is_worth(const unet_crossval_work *work) {
  bool worth = !work->fresh;
  for (size_t k = 0; k < work->options->folds && !worth; k++)
    worth = unet_crossval_run_has(work, k, "last.safetensors");
  return worth;
}

void unet_crossval_close_folder(unet_crossval_work *work, bool failed) {
  if (failed && !unet_crossval_is_worth(work)) (void)empty_folder(work->folder.path);
  unet_run_folder_release(&work->folder);
}
