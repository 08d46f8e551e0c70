/* The metadata of a model file:
 *   format         "unetcl"
 *   version        of the program that wrote it
 *   architecture   {"type": "unet", "channels": 3, "filters": [8, 16, ...]}
 *   input_size     "HEIGHTxWIDTH"
 *   preprocessing  what happens to a picture before the network
 *   threshold      probability above which a pixel is defect
 *   min_area       pixels that a region of them has at least; files of earlier versions lack it: 0
 *   tile           "1" where it works on windows of input_size, else "0"; earlier files lack it: 0
 *   and what unet_model_set_metadata added: split; of a trained model, options (an object of JSON: the
 * options of train by their names, epochs, recipe) and epoch (at which it was trained so far) */
#include "model/model_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/model.h"

#define VALUES "[0,1] (value / 255 or / 65535), no mean, no deviation; "
static const char stretched[] = VALUES
    "stretched to input_size: triangle filter, antialiased when shrinking, bilinear with half-pixel centres "
    "when enlarging";
static const char in_windows[] = VALUES "in windows of input_size at its own scale, mirrored at its borders";

static const char *const own_keys[] = {"format",    "version",  "architecture", "input_size", "preprocessing",
                                       "threshold", "min_area", "tile",         "checksum"};

bool unet_model_file_owns(const char *key) {
  for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++) {
    if (strcmp(key, own_keys[i]) == 0) return true;
  }
  return false;
}

/* --- writing ------------------------------------------------------------------------------------------ */

static json_t *architecture_text(const unet_architecture *architecture) {
  json_t *filters = json_array();
  for (size_t i = 0; i < architecture->n_levels; i++)
    (void)json_array_append_new(filters, json_integer((json_int_t)architecture->filters[i]));
  json_t *object = json_pack("{s:s, s:I, s:o}", "type", "unet", "channels",
                             (json_int_t)architecture->channels, "filters", filters);
  char *text = object ? json_dumps(object, 0) : NULL;
  json_decref(object);
  json_t *value = text ? json_string(text) : NULL;
  free(text);
  return value;
}

/* *out = the metadata object of the file. */
static unet_status make_metadata(json_t **out, const unet_model *model) {
  const unet_architecture *a = &model->architecture;
  json_t *metadata = json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:s}", "format", "unetcl", "version",
                               unet_version(), "architecture", architecture_text(a), "input_size",
                               json_sprintf("%zux%zu", a->height, a->width), "preprocessing",
                               model->tiles ? in_windows : stretched, "threshold",
                               json_sprintf("%.9g", (double)model->threshold), "min_area",
                               json_sprintf("%zu", model->min_area), "tile", model->tiles ? "1" : "0");
  if (!metadata || json_object_update(metadata, model->metadata) != 0) {
    json_decref(metadata);
    return unet_fail(UNET_NO_RESOURCE, "out of memory: a model file could not be made");
  }
  *out = metadata;
  return UNET_OK;
}

unet_stored_tensor unet_model_stored(const unet_parameter *tensor) {
  unet_stored_tensor out = {.name = tensor->name, .count = tensor->count, .values = tensor->values};
  const size_t *shape = tensor->shape;
  if (shape[0] == 1 && shape[2] == 1 && shape[3] == 1 && strstr(tensor->name, ".bias")) {
    out.rank = 1;
    out.shape[0] = shape[1];
  } else {
    out.rank = 4;
    memcpy(out.shape, shape, sizeof tensor->shape);
  }
  return out;
}

unet_status unet_model_save_with(const unet_model *model, const char *path, const unet_stored_tensor *further,
                                 size_t count) {
  unet_stored_tensor *tensors = NULL;
  json_t *metadata = NULL;
  UNET_TRY(unet_alloc_array((void *)&tensors, model->count + count, sizeof *tensors));
  for (size_t i = 0; i < model->count; i++) tensors[i] = unet_model_stored(&model->tensors[i]);
  if (count) memcpy(tensors + model->count, further, count * sizeof *tensors);
  unet_status status = make_metadata(&metadata, model);
  if (status == UNET_OK) status = unet_safetensors_write(path, metadata, tensors, model->count + count);
  json_decref(metadata);
  free(tensors);
  return status;
}

unet_status unet_model_save(const unet_model *model, const char *path) {
  return unet_model_save_with(model, path, NULL, 0);
}

/* --- reading ------------------------------------------------------------------------------------------ */

static unet_status bad_entry(const char *path, const char *key) {
  return unet_fail(UNET_BAD_INPUT,
                   "%s: not a model of unetcl (its metadata has no usable '%s'); use best.safetensors or "
                   "last.safetensors of a run",
                   path, key);
}

static bool read_filters(unet_architecture *architecture, const json_t *filters) {
  architecture->n_levels = json_array_size(filters);
  if (architecture->n_levels < 1 || architecture->n_levels > UNET_MAX_LEVELS) return false;
  for (size_t i = 0; i < architecture->n_levels; i++) {
    json_int_t value = json_integer_value(json_array_get(filters, i));
    if (value < 1) return false;
    architecture->filters[i] = (size_t)value;
  }
  return true;
}

static bool read_size(unet_architecture *architecture, const char *text) {
  char *end = NULL;
  if (!text || *text < '0' || *text > '9') return false;
  architecture->height = strtoul(text, &end, 10);
  if (*end != 'x' || end[1] < '0' || end[1] > '9') return false;
  architecture->width = strtoul(end + 1, &end, 10);
  return *end == '\0';
}

static unet_status read_architecture(unet_architecture *architecture, const unet_safetensors *file,
                                     const char *path) {
  const char *text = unet_safetensors_text(file, "architecture");
  json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
  const char *type = json_string_value(json_object_get(object, "type"));
  json_int_t channels = json_integer_value(json_object_get(object, "channels"));
  bool right = type && strcmp(type, "unet") == 0 && channels > 0 &&
               read_filters(architecture, json_object_get(object, "filters"));
  architecture->channels = (size_t)channels;
  json_decref(object);
  if (!right) return bad_entry(path, "architecture");
  if (!read_size(architecture, unet_safetensors_text(file, "input_size")))
    return bad_entry(path, "input_size");
  if (unet_architecture_check(architecture) == UNET_OK) return UNET_OK;
  return unet_fail(UNET_BAD_INPUT, "%s: its network cannot be built: %s", path, unet_last_error());
}

static unet_status read_threshold(unet_model *model, const unet_safetensors *file, const char *path) {
  const char *text = unet_safetensors_text(file, "threshold");
  char *end = NULL;
  if (!text || !*text) return bad_entry(path, "threshold");
  model->threshold = strtof(text, &end);
  return *end == '\0' && model->threshold >= 0.0f && model->threshold <= 1.0f ? UNET_OK
                                                                              : bad_entry(path, "threshold");
}

static unet_status read_min_area(unet_model *model, const unet_safetensors *file, const char *path) {
  const char *text = unet_safetensors_text(file, "min_area");
  char *end = NULL;
  if (!text) return UNET_OK;
  if (*text < '0' || *text > '9') return bad_entry(path, "min_area");
  model->min_area = strtoul(text, &end, 10);
  return *end == '\0' ? UNET_OK : bad_entry(path, "min_area");
}

static unet_status read_tile(unet_model *model, const unet_safetensors *file, const char *path) {
  const char *text = unet_safetensors_text(file, "tile");
  model->tiles = text && strcmp(text, "1") == 0;
  return !text || model->tiles || strcmp(text, "0") == 0 ? UNET_OK : bad_entry(path, "tile");
}

static unet_status keep_metadata(unet_model *model, const unet_safetensors *file) {
  const char *key = NULL;
  json_t *value = NULL;
  json_object_foreach(json_object_get(file->header, "__metadata__"), key, value) {
    if (unet_model_file_owns(key)) continue;
    if (json_object_set(model->metadata, key, value) != 0)
      return unet_fail(UNET_NO_RESOURCE, "out of memory: the model's metadata could not be kept");
  }
  return UNET_OK;
}

/* The file holds the model's tensors with their shapes, and none that nobody knows. */
static unet_status check_tensors(const unet_model *model, const unet_safetensors *file, const char *path) {
  size_t known = 0;
  for (size_t i = 0; i < model->count; i++) {
    const unet_stored_tensor wanted = unet_model_stored(&model->tensors[i]);
    const unet_stored_tensor *found = unet_safetensors_find(file, wanted.name);
    if (!found || found->rank != wanted.rank ||
        memcmp(found->shape, wanted.shape, wanted.rank * sizeof *wanted.shape) != 0) {
      return unet_fail(UNET_BAD_INPUT,
                       "%s: the tensor %s is %s; the file does not fit its own architecture, get it anew",
                       path, wanted.name, found ? "of another shape" : "missing");
    }
  }
  for (size_t i = 0; i < file->count; i++)
    known += strncmp(file->tensors[i].name, UNET_FURTHER_PREFIX, strlen(UNET_FURTHER_PREFIX)) == 0;
  if (known + model->count == file->count) return UNET_OK;
  return unet_fail(UNET_BAD_INPUT,
                   "%s: it holds tensors that its architecture does not have; use a model of unetcl", path);
}

static unet_status copy_values(unet_model *model, const unet_safetensors *file, const char *path) {
  UNET_TRY(unet_model_allocate(model));
  for (size_t i = 0; i < model->count; i++) {
    const unet_parameter *tensor = &model->tensors[i];
    memcpy(tensor->values, unet_safetensors_find(file, tensor->name)->values, tensor->count * sizeof(float));
    for (size_t k = 0; k < tensor->count; k++) {
      if (!isfinite(tensor->values[k])) {
        return unet_fail(UNET_BAD_INPUT, "%s: the tensor %s holds numbers that are not finite; get it anew",
                         path, tensor->name);
      }
    }
  }
  return UNET_OK;
}

unet_status unet_model_load_with(unet_model **out, unet_safetensors *file, const char *path) {
  unet_safetensors read = {0};
  unet_model *model = NULL;
  unet_architecture architecture = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_safetensors_read(&read, path));
  UNET_TRY_GOTO(done, read_architecture(&architecture, &read, path));
  UNET_TRY_GOTO(done, unet_model_list(&model, &architecture));
  UNET_TRY_GOTO(done, read_threshold(model, &read, path));
  UNET_TRY_GOTO(done, read_min_area(model, &read, path));
  UNET_TRY_GOTO(done, read_tile(model, &read, path));
  UNET_TRY_GOTO(done, check_tensors(model, &read, path));
  UNET_TRY_GOTO(done, keep_metadata(model, &read));
  UNET_TRY_GOTO(done, copy_values(model, &read, path));
  UNET_TRY_GOTO(done, unet_copy_text(&model->path, path));
done:
  if (status != UNET_OK) {
    unet_model_destroy(model);
    unet_safetensors_free(&read);
    return status;
  }
  *out = model;
  *file = read;
  return UNET_OK;
}

unet_status unet_model_load(unet_model **out, const char *path) {
  unet_safetensors file = {0};
  UNET_TRY(unet_model_load_with(out, &file, path));
  unet_safetensors_free(&file);
  return UNET_OK;
}
