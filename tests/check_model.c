/* Models: the list of tensors, saving, loading, and files that are refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "check_main.h"
#include "model/model.h"
#include "model/model_file.h"
#include "unetcl/model.h"

static char folder[256], path[300];

static void make_folder(void) {
  unet_make_test_folder(folder);
  snprintf(path, sizeof path, "%s/model.safetensors", folder);
}

static void remove_folder(void) { unet_remove_folder(folder); }

static unet_model *make_small(void) {
  const unet_architecture small = {
      .channels = 1, .height = 16, .width = 24, .n_levels = 3, .filters = {2, 4, 4}};
  unet_model *model = NULL;
  ck_unet_ok(unet_model_create(&model, &small));
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    const unet_parameter *tensor = unet_model_tensor(model, i);
    for (size_t k = 0; k < tensor->count; k++) tensor->values[k] = (float)(i + 1) + (float)k / 1024.0f;
  }
  return model;
}

START_TEST(the_article_has_its_parameters) {
  const unet_architecture article = unet_architecture_default();
  unet_model *model = NULL;
  ck_unet_ok(unet_model_create(&model, &article));
  ck_assert_uint_eq(unet_model_parameter_count(model), 600729);
  ck_assert_uint_eq(unet_model_tensor_count(model), 56);
  const unet_parameter *first = unet_model_tensor(model, 0), *last = unet_model_tensor(model, 55);
  ck_assert_str_eq(first->name, "enc1.conv1.weight");
  ck_assert_uint_eq(first->count, 216);
  ck_assert_str_eq(last->name, "head.bias");
  ck_assert_float_eq(unet_model_threshold(model), 0.5f);
  ck_assert_uint_eq(unet_model_min_area(model), 0);
  ck_assert_ptr_null(unet_model_split(model));
  unet_model_destroy(model);
}
END_TEST

START_TEST(saved_and_loaded_it_is_the_same) {
  unet_model *model = make_small(), *loaded = NULL;
  unet_model_set_threshold(model, 0.3125f);
  unet_model_set_min_area(model, 1234567);
  ck_unet_ok(unet_model_set_metadata(model, "split", "{\"train\": []}"));
  ck_unet_ok(unet_model_set_metadata(model, "note", "gone"));
  ck_unet_ok(unet_model_set_metadata(model, "note", NULL));
  ck_unet_ok(unet_model_save(model, path));
  ck_unet_ok(unet_model_load(&loaded, path));
  ck_assert_mem_eq(unet_model_architecture(loaded), unet_model_architecture(model),
                   sizeof(unet_architecture));
  ck_assert_float_eq(unet_model_threshold(loaded), 0.3125f);
  ck_assert_uint_eq(unet_model_min_area(loaded), 1234567);
  ck_assert_str_eq(unet_model_split(loaded), "{\"train\": []}");
  ck_assert_ptr_null(unet_model_metadata(loaded, "note"));
  ck_assert_uint_eq(unet_model_tensor_count(loaded), unet_model_tensor_count(model));
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    const unet_parameter *a = unet_model_tensor(model, i), *b = unet_model_tensor(loaded, i);
    ck_assert_str_eq(a->name, b->name);
    ck_assert_mem_eq(a->shape, b->shape, sizeof a->shape);
    ck_assert_mem_eq(a->values, b->values, a->count * sizeof(float));
  }
  unet_model_destroy(model);
  unet_model_destroy(loaded);
}
END_TEST

/* What describes a model outlives it, and names the file that it came from. */
START_TEST(a_description_says_the_same) {
  unet_model *model = make_small(), *loaded = NULL, *described = NULL;
  unet_model_set_threshold(model, 0.3125f);
  unet_model_set_tiles(model, true);
  ck_assert_ptr_null(unet_model_path(model));
  ck_unet_ok(unet_model_set_metadata(model, "options", "{}"));
  ck_unet_ok(unet_model_save(model, path));
  ck_unet_ok(unet_model_load(&loaded, path));
  ck_unet_ok(unet_model_describe(&described, loaded));
  unet_model_destroy(loaded);
  ck_assert_str_eq(unet_model_path(described), path);
  ck_assert_float_eq(unet_model_threshold(described), 0.3125f);
  ck_assert(unet_model_tiles(described));
  ck_assert_str_eq(unet_model_metadata(described, "options"), "{}");
  ck_assert_uint_eq(unet_model_parameter_count(described), unet_model_parameter_count(model));
  unet_model_destroy(described);
  unet_model_destroy(model);
}
END_TEST

START_TEST(shapes_in_the_file_are_those_of_pytorch) {
  unet_model *model = make_small();
  unet_safetensors file = {0};
  ck_unet_ok(unet_model_save(model, path));
  unet_model_destroy(model);
  ck_unet_ok(unet_safetensors_read(&file, path));
  const unet_stored_tensor *bias = unet_safetensors_find(&file, "enc2.conv1.bias");
  const unet_stored_tensor *up = unet_safetensors_find(&file, "dec2.up.weight");
  const unet_stored_tensor *head = unet_safetensors_find(&file, "head.bias");
  ck_assert(bias && bias->rank == 1 && bias->shape[0] == 4);
  ck_assert(head && head->rank == 1 && head->shape[0] == 1);
  ck_assert(up && up->rank == 4 && up->shape[0] == 4 && up->shape[1] == 2 && up->shape[2] == 2);
  unet_safetensors_free(&file);
}
END_TEST

START_TEST(own_metadata_cannot_be_set) {
  unet_model *model = make_small();
  ck_unet_fails(unet_model_set_metadata(model, "architecture", "x"), UNET_USAGE, "architecture");
  ck_unet_fails(unet_model_set_metadata(model, "name", "\xff"), UNET_USAGE, "UTF-8");
  unet_model_destroy(model);
}
END_TEST

/* Saves the small model, changes the file's header or tensors by `change`, and wants it refused. */
static void wants_refusal(void (*change)(unet_safetensors *file), const char *message) {
  unet_model *model = make_small();
  unet_safetensors file = {0};
  ck_unet_ok(unet_model_save(model, path));
  unet_model_destroy(model);
  ck_unet_ok(unet_safetensors_read(&file, path));
  change(&file);
  ck_unet_ok(
      unet_safetensors_write(path, json_object_get(file.header, "__metadata__"), file.tensors, file.count));
  unet_safetensors_free(&file);
  ck_unet_fails(unet_model_load(&model, path), UNET_BAD_INPUT, message);
  ck_assert_ptr_nonnull(strstr(unet_last_error(), path));
}

static void set_text(const unet_safetensors *file, const char *key, const char *text) {
  ck_assert_int_eq(json_object_set_new(json_object_get(file->header, "__metadata__"), key, json_string(text)),
                   0);
}

static void no_architecture(unet_safetensors *file) {
  ck_assert_int_eq(json_object_del(json_object_get(file->header, "__metadata__"), "architecture"), 0);
}
static void no_metadata(unet_safetensors *file) {
  ck_assert_int_eq(json_object_clear(json_object_get(file->header, "__metadata__")), 0);
}
static void bad_size(unet_safetensors *file) { set_text(file, "input_size", "17x24"); }
static void odd_size(unet_safetensors *file) { set_text(file, "input_size", "16*24"); }
static void other_widths(unet_safetensors *file) {
  set_text(file, "architecture", "{\"type\": \"unet\", \"channels\": 1, \"filters\": [2, 4, 8]}");
}
static void huge_widths(unet_safetensors *file) {
  set_text(file, "architecture", "{\"type\": \"unet\", \"channels\": 1, \"filters\": [8192, 8192, 8192]}");
}
static void no_filters(unet_safetensors *file) {
  set_text(file, "architecture", "{\"type\": \"unet\", \"channels\": 1, \"filters\": []}");
}
static void negative_area(unet_safetensors *file) { set_text(file, "min_area", "-1"); }
static void high_threshold(unet_safetensors *file) { set_text(file, "threshold", "1.5"); }
static void one_less(unet_safetensors *file) { file->count--; }
static void foreign(unet_safetensors *file) { file->tensors[3].name = "resnet"; }
static void not_finite(unet_safetensors *file) { file->data[7] = NAN; }

static const struct refusal {
  void (*change)(unet_safetensors *file);
  const char *message;
} refusals[] = {{no_architecture, "'architecture'"},
                {no_metadata, "not a model of unetcl"},
                {bad_size, "cannot be built"},
                {odd_size, "'input_size'"},
                {other_widths, "another shape"},
                {huge_widths, "another shape"},
                {no_filters, "'architecture'"},
                {high_threshold, "'threshold'"},
                {negative_area, "'min_area'"},
                {one_less, "missing"},
                {foreign, "missing"},
                {not_finite, "not finite"}};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

START_TEST(changed_files_are_refused) { wants_refusal(refusals[_i].change, refusals[_i].message); }
END_TEST

START_TEST(further_tensors_are_for_checkpoints_alone) {
  static const float value = 3.0f;
  unet_model *model = make_small(), *loaded = NULL;
  unet_safetensors file = {0};
  unet_stored_tensor further = {.name = "adam.m.head.bias", .rank = 1, .shape = {1}, .count = 1};
  further.values = &value;
  ck_unet_ok(unet_model_save_with(model, path, &further, 1));
  ck_unet_ok(unet_model_load_with(&loaded, &file, path));
  ck_assert_float_eq(unet_safetensors_find(&file, "adam.m.head.bias")->values[0], value);
  unet_safetensors_free(&file);
  unet_model_destroy(loaded);
  further.name = "other";
  ck_unet_ok(unet_model_save_with(model, path, &further, 1));
  ck_unet_fails(unet_model_load(&loaded, path), UNET_BAD_INPUT, "does not have");
  unet_model_destroy(model);
}
END_TEST

START_TEST(foreign_files_are_refused) {
  unet_model *model = NULL;
  ck_unet_fails(unet_model_load(&model, "/nowhere.safetensors"), UNET_BAD_INPUT, "/nowhere.safetensors");
  ck_unet_fails(unet_model_load(&model, folder), UNET_BAD_INPUT, folder);
  ck_unet_ok(unet_write_file(path, "not a model at all", 18));
  ck_unet_fails(unet_model_load(&model, path), UNET_BAD_INPUT, path);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("model");
  TCase *all = unet_test_case(suite, "model", 30);
  tcase_add_checked_fixture(all, make_folder, remove_folder);
  tcase_add_test(all, the_article_has_its_parameters);
  tcase_add_test(all, saved_and_loaded_it_is_the_same);
  tcase_add_test(all, a_description_says_the_same);
  tcase_add_test(all, shapes_in_the_file_are_those_of_pytorch);
  tcase_add_test(all, own_metadata_cannot_be_set);
  tcase_add_loop_test(all, changed_files_are_refused, 0, REFUSALS);
  tcase_add_test(all, further_tensors_are_for_checkpoints_alone);
  tcase_add_test(all, foreign_files_are_refused);
  return suite;
}
