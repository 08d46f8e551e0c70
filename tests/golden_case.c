/* Reads a golden file into a golden_case. */
#include "golden_case.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True where `list` is an array of exactly `count` numbers; they go to values. */
static bool read_numbers(const json_t *list, double *values, size_t count) {
  if (!json_is_array(list) || json_array_size(list) != count) return false;
  for (size_t i = 0; i < count; i++) {
    const json_t *item = json_array_get(list, i);
    if (!json_is_number(item)) return false;
    values[i] = json_number_value(item);
  }
  return true;
}

/* The same for sizes: whole numbers from 0. */
static bool read_sizes(const json_t *list, size_t *values, size_t count) {
  if (!json_is_array(list) || json_array_size(list) != count) return false;
  for (size_t i = 0; i < count; i++) {
    const json_t *item = json_array_get(list, i);
    if (!json_is_integer(item) || json_integer_value(item) < 0) return false;
    values[i] = (size_t)json_integer_value(item);
  }
  return true;
}

static bool read_number(const json_t *object, const char *key, double *value) {
  const json_t *item = json_object_get(object, key);
  *value = json_number_value(item);
  return json_is_number(item);
}

static bool read_size(const json_t *object, const char *key, size_t *value) {
  double number = 0.0;
  bool good = read_number(object, key, &number) && number >= 1.0 && number <= 1e6;
  *value = good ? (size_t)number : 0;
  return good;
}

static bool read_record(const json_t *object, size_t count, golden_record *record) {
  record->count = count;
  record->sample_count = count < GOLDEN_SAMPLES ? count : GOLDEN_SAMPLES;
  return read_number(object, "norm", &record->norm) && record->norm > 0.0 &&
         read_numbers(json_object_get(object, "projections"), record->projections, GOLDEN_PROJECTIONS) &&
         read_numbers(json_object_get(object, "samples"), record->samples, record->sample_count);
}

static bool read_tensor(const json_t *object, golden_tensor *tensor) {
  const char *name = json_string_value(json_object_get(object, "name"));
  const json_t *shape = json_object_get(object, "shape");
  tensor->rank = json_array_size(shape);
  if (!name || strlen(name) >= sizeof tensor->name || (tensor->rank != 1 && tensor->rank != 4)) return false;
  memcpy(tensor->name, name, strlen(name) + 1);
  if (!read_sizes(shape, tensor->shape, tensor->rank)) return false;
  tensor->count = 1;
  for (size_t k = 0; k < tensor->rank; k++) tensor->count *= tensor->shape[k];
  return tensor->count > 0 &&
         read_record(json_object_get(object, "gradient"), tensor->count, &tensor->gradient) &&
         read_record(json_object_get(object, "weights"), tensor->count, &tensor->weights) &&
         read_record(json_object_get(object, "change"), tensor->count, &tensor->change);
}

static bool read_tensors(const json_t *list, golden_case *golden) {
  golden->tensor_count = json_array_size(list);
  golden->tensors = calloc(golden->tensor_count + 1, sizeof *golden->tensors);
  if (!golden->tensors || golden->tensor_count == 0) return false;
  for (size_t t = 0; t < golden->tensor_count; t++)
    if (!read_tensor(json_array_get(list, t), &golden->tensors[t])) return false;
  return true;
}

static bool read_options(const json_t *options, golden_case *golden) {
  const json_t *filters = json_object_get(options, "filters");
  golden->filter_count = json_array_size(filters);
  return golden->filter_count >= 1 && golden->filter_count <= GOLDEN_MAX_FILTERS &&
         read_sizes(filters, golden->filters, golden->filter_count) &&
         read_size(options, "channels", &golden->channels) && read_size(options, "batch", &golden->batch) &&
         read_size(options, "height", &golden->height) && read_size(options, "width", &golden->width) &&
         read_number(options, "gain", &golden->gain);
}

static bool read_adam(const json_t *adam, golden_case *golden) {
  size_t steps = 0;
  return read_size(adam, "steps", &steps) && steps == GOLDEN_STEPS &&
         read_number(adam, "learning_rate", &golden->learning_rate) &&
         read_number(adam, "epsilon", &golden->epsilon);
}

static bool read_results(const json_t *root, golden_case *golden) {
  size_t pixels = golden_map_size(golden);
  golden->probability = calloc(pixels, sizeof *golden->probability);
  return golden->probability && read_number(root, "loss", &golden->loss) &&
         read_number(root, "bce", &golden->bce) && read_number(root, "dice", &golden->dice) &&
         read_numbers(json_object_get(root, "step_losses"), golden->step_losses, GOLDEN_STEPS + 1) &&
         read_numbers(json_object_get(root, "probability"), golden->probability, pixels);
}

static bool read_hashes(const json_t *list, golden_case *golden) {
  size_t rows = sizeof golden->hashes / sizeof golden->hashes[0];
  if (json_array_size(list) != rows) return false;
  for (size_t k = 0; k < rows; k++) {
    size_t row[3];
    if (!read_sizes(json_array_get(list, k), row, 3)) return false;
    for (size_t i = 0; i < 3; i++) golden->hashes[k][i] = (uint32_t)row[i];
  }
  return true;
}

static bool read_formula(const json_t *formula, golden_case *golden) {
  golden->mask_pixels = calloc(golden->batch, sizeof *golden->mask_pixels);
  golden->last_parameters = calloc(golden->tensor_count, sizeof *golden->last_parameters);
  return golden->mask_pixels && golden->last_parameters &&
         read_hashes(json_object_get(formula, "hashes"), golden) &&
         read_number(formula, "image_sum_x_65536", &golden->image_sum) &&
         read_number(formula, "image_projection", &golden->image_projection) &&
         read_sizes(json_object_get(formula, "mask_pixels"), golden->mask_pixels, golden->batch) &&
         read_numbers(json_object_get(formula, "last_parameters"), golden->last_parameters,
                      golden->tensor_count);
}

/* The part of the file that does not fit, or NULL where all does. */
static const char *read_case(const json_t *root, golden_case *golden) {
  if (!read_options(json_object_get(root, "case"), golden)) return "case";
  if (!read_adam(json_object_get(root, "adam"), golden)) return "adam";
  if (!read_results(root, golden)) return "loss, probability";
  if (!read_tensors(json_object_get(root, "tensors"), golden)) return "tensors";
  if (!read_formula(json_object_get(root, "formula"), golden)) return "formula";
  return NULL;
}

bool golden_case_load(golden_case **out, const char *path, char *why, size_t why_size) {
  json_error_t error;
  *out = NULL;
  json_t *root = json_load_file(path, 0, &error);
  if (!root) {
    (void)snprintf(why, why_size, "%s: line %d: %s", path, error.line, error.text);
    return false;
  }
  golden_case *golden = calloc(1, sizeof *golden);
  const char *bad = golden ? read_case(root, golden) : "memory";
  json_decref(root);
  if (bad) {
    (void)snprintf(why, why_size, "%s: bad part: %s; make it again with tools/make_golden.py", path, bad);
    golden_case_free(golden);
    return false;
  }
  *out = golden;
  return true;
}

void golden_case_free(golden_case *golden) {
  if (!golden) return;
  free(golden->probability);
  free(golden->tensors);
  free(golden->mask_pixels);
  free(golden->last_parameters);
  free(golden);
}
