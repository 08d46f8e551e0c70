/* The golden files can be read, and the C side of their formula makes what the Python side made. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "golden_case.h"

static const char *const paths[] = {GOLDEN_ARTICLE, GOLDEN_SMALL};
enum { CASES = sizeof paths / sizeof paths[0] };

static golden_case *golden;
static float *values;

/* Opens case k; `values` is large enough for its images and for each of its tensors. */
static void open_case(int k) {
  char why[256] = "";
  ck_assert_msg(golden_case_load(&golden, paths[k], why, sizeof why), "%s", why);
  size_t most = golden_image_size(golden);
  for (size_t t = 0; t < golden->tensor_count; t++)
    if (golden->tensors[t].count > most) most = golden->tensors[t].count;
  values = calloc(most, sizeof *values);
  ck_assert_ptr_nonnull(values);
}

static void close_case(void) {
  free(values);
  golden_case_free(golden);
}

START_TEST(hashes_agree) {
  open_case(_i);
  for (size_t k = 0; k < sizeof golden->hashes / sizeof golden->hashes[0]; k++) {
    const uint32_t *row = golden->hashes[k];
    ck_assert_uint_eq(golden_hash(row[0], row[1]), row[2]);
  }
  close_case();
}
END_TEST

START_TEST(parameters_agree) {
  open_case(_i);
  size_t total = 0;
  for (size_t t = 0; t < golden->tensor_count; t++) {
    const golden_tensor *tensor = &golden->tensors[t];
    golden_fill_parameter(golden, t, values);
    double last = (double)values[tensor->count - 1];
    ck_assert_msg(last == golden->last_parameters[t], "%s: last element %.9g, golden %.9g", tensor->name,
                  last, golden->last_parameters[t]);
    total += tensor->count;
  }
  if (_i == 0) ck_assert_uint_eq(total, 600729);
  close_case();
}
END_TEST

START_TEST(images_agree) {
  open_case(_i);
  golden_fill_images(golden, values);
  double sum = 0.0, projection = 0.0;
  for (size_t i = 0; i < golden_image_size(golden); i++) {
    sum += (double)values[i] * 65536.0;
    projection += (double)values[i] * golden_uniform(0x3000, (uint32_t)i);
  }
  ck_assert_msg(sum == golden->image_sum, "sum %.17g, golden %.17g", sum, golden->image_sum);
  double off = fabs(projection - golden->image_projection);
  ck_assert_msg(off < 1e-9, "projection %.17g, golden %.17g", projection, golden->image_projection);
  close_case();
}
END_TEST

START_TEST(masks_agree) {
  open_case(_i);
  golden_fill_masks(golden, values);
  size_t pixels = golden->height * golden->width;
  for (size_t n = 0; n < golden->batch; n++) {
    size_t set = 0;
    for (size_t i = 0; i < pixels; i++) set += values[n * pixels + i] > 0.5f;
    ck_assert_uint_eq(set, golden->mask_pixels[n]);
  }
  close_case();
}
END_TEST

/* After five steps at 1e-3 no weight is far from its start, and weights = start + change where sampled. */
START_TEST(records_fit_together) {
  open_case(_i);
  for (size_t t = 0; t < golden->tensor_count; t++) {
    const golden_tensor *tensor = &golden->tensors[t];
    golden_fill_parameter(golden, t, values);
    for (size_t k = 0; k < tensor->weights.sample_count; k++) {
      size_t at = golden_sample_index(tensor->count, k);
      double expected = (double)values[at] + tensor->change.samples[k];
      ck_assert_msg(fabs(expected - tensor->weights.samples[k]) < 1e-9, "%s[%zu]: %.12g, golden %.12g",
                    tensor->name, at, expected, tensor->weights.samples[k]);
    }
    golden_error error = golden_compare(&tensor->weights, values);
    ck_assert_msg(error.worst > 1e-4 && error.worst < 0.2, "%s: %s", tensor->name, error.where);
  }
  double losses = golden->bce + 1.0 - golden->dice;
  ck_assert_msg(fabs(losses - golden->loss) < 1e-12, "loss %.17g, of its parts %.17g", golden->loss, losses);
  ck_assert(golden->step_losses[0] == golden->loss);
  close_case();
}
END_TEST

/* The comparison itself: exact values pass, one wrong sample and a NaN are seen. */
START_TEST(comparison_sees_errors) {
  golden_record record = {.count = 3, .norm = 3.0, .sample_count = 3, .samples = {1.0, -2.0, 2.0}};
  float array[3] = {1.0f, -2.0f, 2.0f};
  for (size_t k = 0; k < GOLDEN_PROJECTIONS; k++)
    for (size_t i = 0; i < 3; i++)
      record.projections[k] += (double)array[i] * golden_uniform((uint32_t)(0x3000 + k), (uint32_t)i);
  ck_assert(golden_compare(&record, array).worst < 1e-15);
  array[2] = 2.5f;
  golden_error error = golden_compare(&record, array);
  ck_assert(fabs(error.sample - 0.5 / sqrt(3.0)) < 1e-12);
  ck_assert_msg(strstr(error.where, "[2]: 2.5, golden 2") != NULL, "%s", error.where);
  array[1] = NAN;
  error = golden_compare(&record, array);
  ck_assert_msg(isinf(error.worst) && strstr(error.where, "[1]: nan") != NULL, "%s", error.where);
}
END_TEST

START_TEST(map_comparison_sees_errors) {
  open_case(1);
  for (size_t i = 0; i < golden_map_size(golden); i++) values[i] = (float)golden->probability[i];
  size_t where = 0;
  ck_assert(golden_compare_map(golden, values, &where) < 1e-7);
  values[77] += 0.25f;
  ck_assert(fabs(golden_compare_map(golden, values, &where) - 0.25) < 1e-6);
  ck_assert_uint_eq(where, 77);
  values[78] = NAN;
  ck_assert(isinf(golden_compare_map(golden, values, &where)));
  ck_assert_uint_eq(where, 78);
  close_case();
}
END_TEST

START_TEST(missing_file_is_told) {
  char why[256] = "";
  golden_case *none = NULL;
  ck_assert(!golden_case_load(&none, "/nonexistent/golden.json", why, sizeof why));
  ck_assert_ptr_null(none);
  ck_assert_msg(strstr(why, "/nonexistent/golden.json") != NULL, "%s", why);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("golden_case");
  TCase *formula = unet_test_case(suite, "formula", 20);
  tcase_add_loop_test(formula, hashes_agree, 0, CASES);
  tcase_add_loop_test(formula, parameters_agree, 0, CASES);
  tcase_add_loop_test(formula, images_agree, 0, CASES);
  tcase_add_loop_test(formula, masks_agree, 0, CASES);
  tcase_add_loop_test(formula, records_fit_together, 0, CASES);
  TCase *comparison = unet_test_case(suite, "comparison", 20);
  tcase_add_test(comparison, comparison_sees_errors);
  tcase_add_test(comparison, map_comparison_sees_errors);
  tcase_add_test(comparison, missing_file_is_told);
  return suite;
}
