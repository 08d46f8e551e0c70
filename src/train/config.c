#include "train/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "train/option_list.h"

enum { MAX_BATCH = 4096, MAX_EPOCHS = 1000000 };

static unet_status check_share(const char *name, double value, double below) {
  if (value >= 0.0 && value < below) return UNET_OK;
  return unet_fail(UNET_USAGE, "--%s %g makes no sense; give 0 or more, and less than %g", name, value,
                   below);
}

static unet_status check_recipe(const unet_train_options *options) {
  const unet_recipe *r = &options->recipe;
  UNET_TRY(check_share("warmup", r->warmup, 1.0));
  UNET_TRY(check_share("weight-decay", r->weight_decay, 100.0));
  UNET_TRY(check_share("clip", r->clip, 1e30));
  UNET_TRY(check_share("average", r->average, 1.0));
  if (r->patience > 0 && options->select <= 0.0 && !options->split_file)
    return unet_fail(UNET_USAGE, "--patience %zu needs images to select on; give --select 0.2, too",
                     r->patience);
  return UNET_OK;
}

static unet_status check_target(const unet_train_options *options, const char *name, double value) {
  if (value == 0.0) return UNET_OK;
  if (!(value > 0.0 && value <= 1.0))
    return unet_fail(UNET_USAGE, "--%s %g makes no sense; give a share above 0, 1 at most", name, value);
  if (options->select > 0.0 || options->split_file) return UNET_OK;
  return unet_fail(UNET_USAGE, "--%s %g needs images to choose the threshold on; give --select 0.2, too",
                   name, value);
}

static unet_status check_threshold(const unet_train_options *options) {
  if (isnan(options->threshold)) return UNET_OK;
  if (!(options->threshold >= 0.0 && options->threshold <= 1.0))
    return unet_fail(UNET_USAGE, "--threshold %g makes no sense; give 0 to 1", options->threshold);
  if (options->target_recall > 0.0 || options->target_false_alarms > 0.0)
    return unet_fail(
        UNET_USAGE,
        "--threshold excludes --target-recall and --target-false-alarms, which choose it; leave one out");
  return UNET_OK;
}

static unet_status check_targets(const unet_train_options *options) {
  UNET_TRY(check_target(options, "target-recall", options->target_recall));
  UNET_TRY(check_target(options, "target-false-alarms", options->target_false_alarms));
  if (options->target_recall > 0.0 && options->target_false_alarms > 0.0)
    return unet_fail(UNET_USAGE,
                     "--target-recall and --target-false-alarms exclude each other; give one of them");
  return UNET_OK;
}

unet_status unet_train_check(const unet_train_options *options) {
  UNET_TRY(unet_architecture_check(&options->architecture));
  if (options->epochs < 1 || options->epochs > MAX_EPOCHS)
    return unet_fail(UNET_USAGE, "--epochs %zu makes no sense; give 1 to %d", options->epochs,
                     (int)MAX_EPOCHS);
  if (options->batch < 1 || options->batch > MAX_BATCH)
    return unet_fail(UNET_USAGE, "--batch %zu makes no sense; give 1 to %d", options->batch, (int)MAX_BATCH);
  if (!(options->learning_rate > 0.0) || !isfinite((float)options->learning_rate))
    return unet_fail(UNET_USAGE, "--lr %g makes no sense; give a number above 0, such as 0.001",
                     options->learning_rate);
  UNET_TRY(check_recipe(options));
  UNET_TRY(check_targets(options));
  UNET_TRY(check_threshold(options));
  UNET_TRY(unet_augment_check(&options->augment));
  if (options->resume && options->overwrite)
    return unet_fail(UNET_USAGE, "--resume and --overwrite exclude each other; give one of them");
  if (options->resume && options->tune)
    return unet_fail(UNET_USAGE,
                     "--resume and --tune exclude each other: a resumed run keeps the algorithms of its "
                     "checkpoint; give one of them");
  return UNET_OK;
}

static unet_status no_memory(void) { return unet_fail(UNET_NO_RESOURCE, "out of memory: options"); }

static json_t *filter_list(const unet_architecture *architecture) {
  json_t *filters = json_array();
  for (size_t i = 0; i < architecture->n_levels; i++)
    (void)json_array_append_new(filters, json_integer((json_int_t)architecture->filters[i]));
  return filters;
}

static json_t *network_size(const unet_architecture *a) {
  return a->height == a->width ? json_integer((json_int_t)a->height)
                               : json_sprintf("%zux%zu", a->height, a->width);
}

unet_status unet_config_options(json_t **out, const unet_train_options *options) {
  const unet_architecture *a = &options->architecture;
  json_t *object = json_pack("{s:o, s:I, s:o}", "size", network_size(a), "channels", (json_int_t)a->channels,
                             "filters", filter_list(a));
  bool failed = !object;
  for (const unet_kept_option *kept = unet_kept_options; kept->name && !failed; kept++)
    failed = json_object_set_new(object, kept->name, unet_kept_get(kept, options)) != 0;
  if (failed) {
    json_decref(object);
    return no_memory();
  }
  *out = object;
  return UNET_OK;
}

/* Whether an option is among those that a recipe sets. */
static bool is_of_recipe(const unet_kept_option *kept) {
  const size_t recipe = offsetof(unet_train_options, recipe), augment = offsetof(unet_train_options, augment);
  return kept->offset == offsetof(unet_train_options, learning_rate) ||
         (kept->offset >= recipe && kept->offset < recipe + sizeof(unet_recipe)) ||
         (kept->offset >= augment && kept->offset < augment + sizeof(unet_augment_options));
}

static bool follows(const unet_train_options *options, const unet_train_options *recipe) {
  bool same = true;
  for (const unet_kept_option *kept = unet_kept_options; kept->name && same; kept++) {
    if (!is_of_recipe(kept)) continue;
    json_t *ours = unet_kept_get(kept, options), *theirs = unet_kept_get(kept, recipe);
    same = json_equal(ours, theirs);
    json_decref(ours);
    json_decref(theirs);
  }
  return same;
}

static const char *recipe_of(const unet_train_options *options) {
  const unet_train_options standard = unet_train_options_default(), article = unet_train_options_article();
  return follows(options, &standard) ? "default" : follows(options, &article) ? "article" : NULL;
}

unet_status unet_config_summary(json_t **out, const unet_train_options *options) {
  json_t *object = NULL;
  UNET_TRY(unet_config_options(&object, options));
  if (json_object_set_new(object, "epochs", json_integer((json_int_t)options->epochs)) != 0 ||
      json_object_set_new(object, "recipe", json_pack("s?", recipe_of(options))) != 0) {
    json_decref(object);
    return no_memory();
  }
  if (options->split_file) { /* it decides, not the shares */
    (void)json_object_del(object, "val");
    (void)json_object_del(object, "select");
  }
  *out = object;
  return UNET_OK;
}

unet_status unet_config_describe(unet_model *model, const unet_train_options *options) {
  json_t *object = NULL;
  UNET_TRY(unet_config_summary(&object, options));
  char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
  json_decref(object);
  unet_status status = text ? unet_model_set_metadata(model, "options", text) : no_memory();
  free(text);
  return status;
}

/* As on the command line, for a message; the caller frees it. */
static char *show(const json_t *value) {
  return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
}

static unet_status refuse(const char *name, const json_t *value, const json_t *started, const char *folder) {
  char *now = show(value), *then = show(started);
  unet_status status = unet_fail(
      UNET_USAGE,
      "--%s is %s, but the run in %s was started with %s; give that, or train afresh with --overwrite", name,
      now ? now : "?", folder, then ? then : "?");
  free(now);
  free(then);
  return status;
}

unet_status unet_config_compare(json_t *options, const json_t *started, const char *folder) {
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach(options, name, value) {
    const json_t *then = json_object_get(started, name);
    if (!then && json_is_null(value)) continue; /* an option that was not there yet, and is not given */
    if (!json_equal(value, then)) return refuse(name, value, then, folder);
  }
  return UNET_OK;
}

static json_t *data_object(const unet_train_options *options, const unet_train_data *data) {
  const unet_split *split = &data->split;
  return json_pack("{s:s?, s:s?, s:s?, s:s?, s:s?, s:I, s:I, s:I}", "data", options->data.data, "category",
                   options->data.category, "images", options->data.images, "masks", options->data.masks,
                   "split-file", options->split_file, "train", (json_int_t)split->n_train, "val",
                   (json_int_t)split->n_val, "select", (json_int_t)split->n_select);
}

unet_status unet_config_write(const char *path, const unet_train_options *options,
                              const unet_train_data *data, const unet_device_info *device,
                              size_t parameters) {
  json_t *fixed = NULL;
  UNET_TRY(unet_config_options(&fixed, options));
  json_t *root =
      json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "version", unet_version(), "device", device->name,
                "parameters", (json_int_t)parameters, "epochs", (json_int_t)options->epochs, "options", fixed,
                "images", data_object(options, data));
  char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
  json_decref(root);
  if (!text) return no_memory();
  unet_status status = unet_write_file(path, text, strlen(text));
  free(text);
  return status;
}
