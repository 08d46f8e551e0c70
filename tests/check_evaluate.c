/* Evaluating a model whose answer is known on pictures that are known. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "bright_model.h"
#include "data_files.h"
#include "device_fixture.h"
#include "unetcl/evaluate.h"

static char folder[256];
static unet_model *model;
static unet_evaluate_options options;
static problem_list problems;

/* A picture of 16x16 unless said otherwise: its first pixel and the others, and the same of its mask. */
static void put_item(const char *type, unsigned number, size_t width, size_t height, unsigned first,
                     unsigned others, unsigned mask_first, unsigned mask_others) {
  char name[128];
  (void)snprintf(name, sizeof name, "test/%s/%03u.png", type, number);
  put_picture(folder, name, width, height, first, others);
  (void)snprintf(name, sizeof name, "ground_truth/%s/%03u_mask.png", type, number);
  put_picture(folder, name, width, height, mask_first, mask_others);
}

static void set_up(void) {
  unet_make_test_folder(folder);
  put_item("bent", 0, 16, 16, 255, 0, 255, 0);           /* tp 1 */
  put_item("bent", 1, 16, 16, 255, 0, 0, 0);             /* fp 1 */
  put_item("scratch", 0, 16, 16, 0, 255, 255, 255);      /* tp 255, fn 1 */
  put_item("scratch", 1, 48, 20, 255, 255, 0, 255);      /* tp 959, fp 1: counted at its own size */
  put_picture(folder, "test/good/000.png", 31, 9, 0, 0); /* all right */
  model = make_bright_model(1);
  problems.count = 0;
  options = (unet_evaluate_options){.data = {.data = folder, .mask_threshold = -1},
                                    .split = UNET_EVALUATE_ALL,
                                    .on_problem = problem_list_add,
                                    .user = &problems};
}

static void tear_down(void) {
  unet_model_destroy(model);
  unet_remove_folder(folder);
}

static void wants(double value, double wanted, const char *what) {
  ck_assert_msg(fabs(value - wanted) < 1e-9, "%s: %.12g, not %.12g", what, value, wanted);
}

static void wants_scores(const unet_scores *s, size_t images, double tp, double fp, double fn, double mean) {
  ck_assert_uint_eq(s->images, images);
  wants(s->dice, 2.0 * tp / (2.0 * tp + fp + fn), "dice");
  wants(s->iou, tp / (tp + fp + fn), "iou");
  wants(s->precision, tp / (tp + fp), "precision");
  wants(s->recall, tp / (tp + fn), "recall");
  wants(s->dice_mean, mean, "mean dice");
}

static const unet_scores *find_type(const unet_evaluation *e, const char *type) {
  for (size_t i = 0; i < e->n_types; i++) {
    if (strcmp(e->types[i].type, type) == 0) return &e->types[i].scores;
  }
  ck_abort_msg("no scores of type %s", type);
}

static const double scratch_0 = 510.0 / 511.0, scratch_1 = 1918.0 / 1919.0;

START_TEST(scores_are_what_they_must_be) {
  unet_evaluation e = {0};
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants_scores(&e.all, 5, 1215, 2, 1, (1.0 + scratch_0 + scratch_1) / 3.0);
  ck_assert_uint_eq(e.n_types, 3);
  wants_scores(find_type(&e, "bent"), 2, 1, 1, 0, 1.0);
  wants_scores(find_type(&e, "scratch"), 2, 1214, 1, 1, (scratch_0 + scratch_1) / 2.0);
  const unet_scores *good = find_type(&e, "good");
  ck_assert_uint_eq(good->images, 1);
  wants(good->dice + good->dice_mean + good->iou + good->precision + good->recall, 5.0, "good images");
  wants((double)e.threshold, 0.5, "threshold");
  unet_evaluation_free(&e);
}
END_TEST

/* sigmoid(20 (x - 0.5)) of a dark grey is below 0.5 and above 0.01. */
/* The images one by one; what needs no threshold: exact figures are held to a reference in check_scoring. */
START_TEST(images_and_curves_are_scored) {
  unet_evaluation e = {0};
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  ck_assert_uint_eq(e.n_images, 5);
  ck_assert_str_eq(e.images[1].name, "test/bent/001.png");
  ck_assert_str_eq(e.images[1].type, "bent");
  ck_assert(e.images[1].marked && !e.images[1].defect && !e.images[1].known);
  ck_assert_uint_eq(e.images[1].fp, 1);
  ck_assert_uint_eq(e.all.defect_images, 3);
  ck_assert_uint_eq(e.all.missed, 0);
  ck_assert_uint_eq(e.all.false_alarms, 1);
  ck_assert(e.all.pixel_auroc > 0.99 && e.all.average_precision > 0.99 && e.all.aupro > 0.6);
  wants(e.all.image_auroc, 5.5 / 6.0, "image AUROC: of six pairs one is tied");
  wants(find_type(&e, "good")->pixel_auroc, UNET_UNDEFINED, "AUROC of good images");
  unet_evaluation_free(&e);
}
END_TEST

/* As predict leaves small regions out of the mask. */
START_TEST(small_regions_are_left_out) {
  unet_evaluation e = {0};
  unet_model_set_min_area(model, 2);
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants(find_type(&e, "bent")->dice, 0.0, "dice without the only pixel");
  wants(find_type(&e, "bent")->precision, 1.0, "precision of nothing");
  ck_assert_uint_eq(e.all.missed, 1);
  ck_assert_uint_eq(e.all.false_alarms, 0);
  unet_evaluation_free(&e);
}
END_TEST

START_TEST(the_threshold_is_the_model_s) {
  unet_evaluation e = {0};
  put_picture(folder, "test/good/000.png", 16, 16, 96, 96);
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants(find_type(&e, "good")->dice, 1.0, "dice at 0.5");
  unet_evaluation_free(&e);
  unet_model_set_threshold(model, 0.01f);
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants(find_type(&e, "good")->dice, 0.0, "dice at 0.01");
  unet_evaluation_free(&e);
}
END_TEST

START_TEST(the_model_s_split_is_used) {
  unet_evaluation e = {0};
  options.split = UNET_EVALUATE_VAL;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "--split all");
  ck_unet_ok(unet_model_set_metadata(
      model, "split",
      "{\"train\": [\"test/bent/000.png\"], \"val\": [\"test/good/000.png\", \"test/scratch/000.png\"]}"));
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants_scores(&e.all, 2, 255, 0, 1, scratch_0);
  ck_assert(!e.images[0].known && !e.images[1].known);
  unet_evaluation_free(&e);
  options.split = UNET_EVALUATE_TRAIN;
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  wants_scores(&e.all, 1, 1, 0, 0, 1.0);
  ck_assert(e.images[0].known);
  unet_evaluation_free(&e);
  ck_unet_ok(unet_model_set_metadata(model, "split",
                                     "{\"train\": [\"test/bent/000.png\"], \"val\": [\"test/bent/9.png\"]}"));
  options.split = UNET_EVALUATE_VAL;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "--split all");
  ck_unet_ok(unet_model_set_metadata(model, "split", "{\"train\": [\"test/bent/000.png\"], \"val\": []}"));
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "no image");
}
END_TEST

/* For two models side by side: one's split, with what the other was trained on. */
START_TEST(the_split_may_be_another_model_s) {
  unet_evaluation e = {0};
  unet_model *other = make_bright_model(1);
  ck_unet_ok(unet_model_set_metadata(
      model, "split", "{\"train\": [\"test/good/000.png\"], \"val\": [\"test/bent/000.png\"]}"));
  ck_unet_ok(unet_model_set_metadata(
      other, "split", "{\"train\": [\"test/bent/000.png\"], \"val\": [\"test/bent/001.png\"]}"));
  options.split = UNET_EVALUATE_VAL;
  options.split_of = model;
  ck_unet_ok(unet_evaluate(&e, test_device, other, &options));
  ck_assert_uint_eq(e.n_images, 1);
  ck_assert_str_eq(e.images[0].name, "test/bent/000.png");
  ck_assert(e.images[0].known);
  unet_evaluation_free(&e);
  unet_model_destroy(other);
}
END_TEST

/* Masks are read as in training; of the model's split only what is measured must be there. */
START_TEST(the_data_of_the_training_are_taken_as_they_were) {
  unet_evaluation e = {0};
  put_item("bent", 0, 16, 16, 255, 0, 100, 0);
  ck_unet_ok(unet_model_set_metadata(
      model, "split", "{\"train\": [\"test/bent/gone.png\"], \"val\": [\"test/bent/000.png\"]}"));
  options.split = UNET_EVALUATE_VAL;
  options.on_note = problem_list_add;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "has problems");
  ck_unet_ok(unet_model_set_metadata(model, "mask_threshold", "60"));
  problems.count = 0;
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  check_problem(&problems, "1 image of the model's split", "is not there");
  ck_assert_uint_eq(e.n_images, 1);
  ck_assert_uint_eq(e.images[0].tp, 1);
  unet_evaluation_free(&e);
  options.split = UNET_EVALUATE_TRAIN;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "test/bent/gone.png");
  ck_assert_ptr_null(strstr(unet_last_error(), "--defects"));
}
END_TEST

static bool is_there(const char *name) {
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, name));
  bool exists = unet_path_exists(path);
  free(path);
  return exists;
}

START_TEST(figures_are_written) {
  unet_evaluation e = {0};
  char *out = NULL;
  ck_unet_ok(unet_path_join(&out, folder, "a/report"));
  options.out = out;
  ck_unet_ok(unet_evaluate(&e, test_device, model, &options));
  ck_assert(is_there("a/report/comparison.png") && is_there("a/report/overlay.png"));
  unet_evaluation_free(&e);
  free(out);
}
END_TEST

/* More images than are decoded at a time, a bad one at each end. */
START_TEST(all_problems_are_told) {
  unet_evaluation e = {0};
  for (unsigned i = 2; i < 30; i++) put_item("bent", i, 16, 16, 255, 0, 255, 0);
  put_file(folder, "test/bent/000.png", "no picture", 10);
  put_picture(folder, "ground_truth/scratch/001_mask.png", 16, 16, 0, 7);
  options.out = folder;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_USAGE, "already holds something");
  char *out = NULL;
  ck_unet_ok(unet_path_join(&out, folder, "new"));
  options.out = out;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, folder);
  ck_assert_uint_eq(problems.count, 2);
  check_problem(&problems, "bent/000.png", "PNG");
  check_problem(&problems, "001_mask.png", "--mask-threshold");
  ck_assert(!is_there("new"));
  free(out);
  options.out = NULL;
  options.on_problem = NULL;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "bent/000.png");
}
END_TEST

static bool stop_at_once(void *user) {
  (void)user;
  return true;
}

START_TEST(it_can_be_stopped) {
  unet_evaluation e = {0};
  options.stop = stop_at_once;
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_INTERRUPTED, "interrupted");
}
END_TEST

/* Weights that are finite and still give no number. */
START_TEST(a_map_that_is_no_number_is_told) {
  unet_evaluation e = {0};
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    const unet_parameter *tensor = unet_model_tensor(model, i);
    for (size_t k = 0; k < tensor->count; k++) tensor->values[k] = k % 2 ? 3e38f : -3e38f;
  }
  ck_unet_fails(unet_evaluate(&e, test_device, model, &options), UNET_BAD_INPUT, "no probability");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("evaluate");
  TCase *all = unet_device_test_case(suite, "evaluate", 120);
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, scores_are_what_they_must_be);
  tcase_add_test(all, images_and_curves_are_scored);
  tcase_add_test(all, small_regions_are_left_out);
  tcase_add_test(all, the_threshold_is_the_model_s);
  tcase_add_test(all, the_model_s_split_is_used);
  tcase_add_test(all, the_split_may_be_another_model_s);
  tcase_add_test(all, the_data_of_the_training_are_taken_as_they_were);
  tcase_add_test(all, figures_are_written);
  tcase_add_test(all, all_problems_are_told);
  tcase_add_test(all, it_can_be_stopped);
  tcase_add_test(all, a_map_that_is_no_number_is_told);
  return suite;
}
