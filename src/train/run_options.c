#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "train/option_list.h"
#include "train/run_folder.h"
#include "unetcl/train.h"

struct unet_run_options {
  unet_train_options values;
  json_t *config; /* holds the texts */
};

/* Takes what is there; a value that is missing keeps its default. */
static void take_size(size_t *out, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (json_is_integer(value) && json_integer_value(value) >= 0) *out = (size_t)json_integer_value(value);
}

static const char *text_of(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static void take_architecture(unet_architecture *architecture, const json_t *options) {
  const json_t *filters = json_object_get(options, "filters");
  size_t count = json_array_size(filters);
  take_size(&architecture->channels, options, "channels");
  take_size(&architecture->height, options, "size");
  architecture->width = architecture->height;
  if (count < 1 || count > UNET_MAX_LEVELS) return;
  architecture->n_levels = count;
  for (size_t i = 0; i < count; i++)
    architecture->filters[i] = (size_t)json_integer_value(json_array_get(filters, i));
}

static void take_all(unet_train_options *values, const json_t *config) {
  const json_t *options = json_object_get(config, "options"), *images = json_object_get(config, "images");
  *values = unet_train_options_default();
  values->resume = true;
  take_architecture(&values->architecture, options);
  take_size(&values->epochs, config, "epochs");
  for (const unet_kept_option *kept = unet_kept_options; kept->name; kept++)
    unet_kept_set(kept, values, json_object_get(options, kept->name));
  values->split_file = text_of(images, "split-file");
  values->data.data = text_of(images, "data");
  values->data.category = text_of(images, "category");
  values->data.images = text_of(images, "images");
  values->data.masks = text_of(images, "masks");
}

static unet_status read_config(unet_run_options *options, const char *path) {
  char *text = NULL;
  size_t size = 0;
  UNET_TRY(unet_read_file(&text, &size, path));
  options->config = json_loadb(text, size, 0, NULL);
  free(text);
  if (!json_is_object(json_object_get(options->config, "options")))
    return unet_fail(UNET_BAD_INPUT, "%s: not the config.json of a run; train afresh with --overwrite", path);
  take_all(&options->values, options->config);
  return UNET_OK;
}

unet_status unet_run_options_load(unet_run_options **out, const char *folder) {
  char *name = NULL, *path = NULL;
  unet_run_options *options = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_run_folder_name(&name, folder, UNET_RUN_RESUME));
  UNET_TRY_GOTO(done, unet_path_join(&path, name, "config.json"));
  if (unet_path_exists(path)) {
    UNET_TRY_GOTO(done, unet_alloc_array((void *)&options, 1, sizeof *options));
    UNET_TRY_GOTO(done, read_config(options, path));
  }
done:
  free(name);
  free(path);
  if (status != UNET_OK) {
    unet_run_options_free(options);
    return status;
  }
  *out = options;
  return UNET_OK;
}

unet_train_options unet_run_options_get(const unet_run_options *options) { return options->values; }

void unet_run_options_free(unet_run_options *options) {
  if (!options) return;
  json_decref(options->config);
  free(options);
}
