#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/model_file.h"
#include "model/network.h"

static const float default_threshold = 0.5f;

/* *count = the parameters of the network. */
static size_t count_tensors(const unet_network *network) {
  size_t count = 0;
  for (unet_value v = unet_network_next_parameter(network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(network, v)) {
    count++;
  }
  return count;
}

static unet_status list_tensors(unet_model *model, const unet_network *network) {
  UNET_TRY(unet_alloc_array((void *)&model->tensors, count_tensors(network), sizeof *model->tensors));
  for (unet_value v = unet_network_next_parameter(network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(network, v)) {
    const unet_value_info *info = unet_info(network->graph, v);
    unet_parameter *tensor = &model->tensors[model->count];
    char *name = NULL;
    UNET_TRY(unet_copy_text(&name, info->name));
    *tensor = (unet_parameter){.name = name,
                               .shape = {info->shape.n, info->shape.c, info->shape.h, info->shape.w},
                               .count = unet_elements(info->shape)};
    model->count++;
    UNET_TRY(unet_add_sizes(&model->parameter_count, model->parameter_count, tensor->count));
  }
  return UNET_OK;
}

unet_status unet_model_list(unet_model **out, const unet_architecture *architecture) {
  unet_network network = {0};
  UNET_TRY(unet_network_build(&network, architecture, 1, UNET_NETWORK_INFERENCE));
  unet_model *model = NULL;
  unet_status status = unet_alloc_array((void *)&model, 1, sizeof *model);
  if (status == UNET_OK) {
    model->architecture = *architecture;
    model->threshold = default_threshold;
    model->metadata = json_object();
    status = model->metadata ? list_tensors(model, &network) : unet_fail(UNET_NO_RESOURCE, "out of memory");
  }
  unet_network_destroy(&network);
  if (status != UNET_OK) {
    unet_model_destroy(model);
    return status;
  }
  *out = model;
  return UNET_OK;
}

unet_status unet_model_allocate(unet_model *model) {
  UNET_TRY(unet_alloc_array((void *)&model->values, model->parameter_count, sizeof(float)));
  float *next = model->values;
  for (size_t i = 0; i < model->count; i++) {
    model->tensors[i].values = next;
    next += model->tensors[i].count;
  }
  return UNET_OK;
}

unet_status unet_model_create(unet_model **out, const unet_architecture *architecture) {
  unet_model *model = NULL;
  UNET_TRY(unet_model_list(&model, architecture));
  unet_status status = unet_model_allocate(model);
  if (status != UNET_OK) {
    unet_model_destroy(model);
    return status;
  }
  *out = model;
  return UNET_OK;
}

void unet_model_destroy(unet_model *model) {
  if (!model) return;
  for (size_t i = 0; i < model->count; i++) {
    char *name = NULL; /* owned, though const for its readers */
    memcpy(&name, &model->tensors[i].name, sizeof name);
    free(name);
  }
  free(model->tensors);
  free(model->values);
  free(model->path);
  json_decref(model->metadata);
  free(model);
}

unet_status unet_model_describe(unet_model **out, const unet_model *model) {
  unet_model *copy = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_model_list(&copy, &model->architecture));
  copy->threshold = model->threshold;
  copy->min_area = model->min_area;
  copy->tiles = model->tiles;
  if (model->path) UNET_TRY_GOTO(done, unet_copy_text(&copy->path, model->path));
  if (json_object_update(copy->metadata, model->metadata) != 0)
    status = unet_fail(UNET_NO_RESOURCE, "out of memory: metadata");
done:
  if (status != UNET_OK) {
    unet_model_destroy(copy);
    return status;
  }
  *out = copy;
  return UNET_OK;
}

const char *unet_model_path(const unet_model *model) { return model->path; }

const unet_architecture *unet_model_architecture(const unet_model *model) { return &model->architecture; }

size_t unet_model_tensor_count(const unet_model *model) { return model->count; }

const unet_parameter *unet_model_tensor(const unet_model *model, size_t index) {
  return &model->tensors[index];
}

size_t unet_model_parameter_count(const unet_model *model) { return model->parameter_count; }

float unet_model_threshold(const unet_model *model) { return model->threshold; }

void unet_model_set_threshold(unet_model *model, float threshold) { model->threshold = threshold; }

size_t unet_model_min_area(const unet_model *model) { return model->min_area; }

void unet_model_set_min_area(unet_model *model, size_t pixels) { model->min_area = pixels; }

bool unet_model_tiles(const unet_model *model) { return model->tiles; }

void unet_model_set_tiles(unet_model *model, bool tiles) { model->tiles = tiles; }

const char *unet_model_split(const unet_model *model) { return unet_model_metadata(model, "split"); }

const char *unet_model_metadata(const unet_model *model, const char *key) {
  return json_string_value(json_object_get(model->metadata, key));
}

unet_status unet_model_set_metadata(unet_model *model, const char *key, const char *text) {
  if (unet_model_file_owns(key))
    return unet_fail(UNET_USAGE, "the metadata entry '%s' is the model's own; choose another name", key);
  if (!text) {
    (void)json_object_del(model->metadata, key);
    return UNET_OK;
  }
  json_t *value = json_string(text);
  if (value && json_object_set_new(model->metadata, key, value) == 0) return UNET_OK;
  return unet_fail(UNET_USAGE, "the metadata entry '%.64s' is not valid UTF-8", key);
}
