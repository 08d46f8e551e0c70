#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "data/image.h"
#include "data/mask.h"
#include "device_fixture.h"
#include "metrics/threshold.h"
#include "train/crossval.h"
#include "train_case.h"
#include "unetcl/crossval.h"

enum { EPOCHS = 2, FOLDS = 2 };

static unet_crossval_options options_of(const char *name) {
  unet_crossval_options options = {.train = train_case_options(name), .folds = FOLDS};
  options.train.epochs = EPOCHS;
  return options;
}

static void run(const unet_crossval_options *options, unet_crossval_result *result) {
  ck_unet_ok(unet_crossval(test_device, options, NULL, result));
}

static void run_quietly(const unet_crossval_options *options) {
  unet_crossval_result result = {0};
  run(options, &result);
  unet_crossval_result_free(&result);
}

static bool is_there(const char *path) { return unet_path_exists(path); }

START_TEST(every_image_is_scored_once) {
  const unet_crossval_options options = options_of("cv");
  unet_crossval_result result = {0};
  run(&options, &result);
  ck_assert_str_eq(result.folder, options.train.folder);
  ck_assert_uint_eq(result.n_folds, FOLDS);
  ck_assert_uint_eq(result.all.n_images, TRAIN_CASE_IMAGES);
  ck_assert_uint_eq(result.folds[0].n_images + result.folds[1].n_images, TRAIN_CASE_IMAGES);
  for (size_t i = 0; i < TRAIN_CASE_IMAGES; i++) {
    size_t times = 0;
    char name[24];
    (void)snprintf(name, sizeof name, "%zu.png", i);
    for (size_t k = 0; k < TRAIN_CASE_IMAGES; k++) times += strcmp(result.all.images[k].name, name) == 0;
    ck_assert_msg(times == 1, "image %zu is scored %zu times", i, times);
    ck_assert(is_there(train_case_path("cv/maps/%zu.png_prob.png", i)));
  }
  ck_assert(is_there(train_case_path("cv/fold-2/best.safetensors")));
  ck_assert_uint_eq(train_case_lines(train_case_path("cv/out_of_fold.csv")), TRAIN_CASE_IMAGES + 1);
  unet_crossval_result_free(&result);
}
END_TEST

static void wants(double value, double wanted, const char *what) {
  ck_assert_msg(fabs(value - wanted) < 1e-8, "%s is %.12g, not %.12g", what, value, wanted);
}

static double number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  ck_assert_msg(json_is_number(value), "\"%s\" is no number", key);
  return json_number_value(value);
}

START_TEST(json_holds_all_and_the_folds) {
  const unet_crossval_options options = options_of("cv");
  unet_crossval_result result = {0};
  run(&options, &result);
  json_t *json = json_load_file(train_case_path("cv/crossval.json"), 0, NULL);
  ck_assert_ptr_nonnull(json);
  json_t *mean = json_object_get(json, "mean"), *deviation = json_object_get(json, "deviation");
  const double a = result.folds[0].all.dice, b = result.folds[1].all.dice;
  wants(number(json, "dice"), result.all.all.dice, "dice of all");
  wants(number(json, "images"), TRAIN_CASE_IMAGES, "images");
  wants(number(mean, "dice"), (a + b) / 2.0, "mean dice of the folds");
  wants(number(deviation, "dice"), fabs(a - b) / sqrt(2.0), "deviation of the dice");
  ck_assert_ptr_null(json_object_get(mean, "images"));
  /* Every image has a defect, so that there is no AUROC of images. */
  ck_assert(json_is_null(json_object_get(mean, "image_auroc")));
  ck_assert_uint_eq(json_array_size(json_object_get(json, "folds")), FOLDS);
  const json_t *fold = json_array_get(json_object_get(json, "folds"), 1);
  wants(number(fold, "fold"), 2, "number of the second fold");
  wants(number(fold, "dice"), b, "dice of the second fold");
  const json_t *last = json_array_get(json_object_get(json, "per_image"), TRAIN_CASE_IMAGES - 1);
  wants(number(last, "fold"), 2, "fold of the last image");
  json_decref(json);
  unet_crossval_result_free(&result);
}
END_TEST

/* The second of three folds has no defect: what is 1 there by definition tells nothing. */
START_TEST(folds_without_a_defect_are_left_out_of_the_mean) {
  unet_evaluation folds[3] = {0};
  unet_crossval_result result = {.folds = folds, .n_folds = 3};
  const double dice[] = {0.5, 1.0, 0.7};
  for (size_t k = 0; k < 3; k++) {
    folds[k].all = (unet_scores){.dice = dice[k],
                                 .dice_mean = dice[k],
                                 .iou = dice[k],
                                 .precision = dice[k],
                                 .recall = dice[k],
                                 .calibration_error = dice[k],
                                 .defect_images = k != 1};
  }
  ck_unet_ok(unet_crossval_sum_up(&result));
  const double means[] = {result.mean.dice, result.mean.dice_mean, result.mean.iou, result.mean.precision,
                          result.mean.recall};
  for (size_t i = 0; i < sizeof means / sizeof *means; i++) wants(means[i], 0.6, "mean of two folds");
  wants(result.deviation.dice, 0.2 / sqrt(2.0), "deviation of two folds");
  wants(result.mean.calibration_error, 2.2 / 3.0, "mean of three folds");
  free(result.json);
  result.json = NULL;
  for (size_t k = 0; k < 3; k++) folds[k].all.defect_images = 0;
  ck_unet_ok(unet_crossval_sum_up(&result));
  json_t *json = json_loads(result.json, 0, NULL);
  ck_assert(json_is_null(json_object_get(json_object_get(json, "mean"), "dice")));
  json_decref(json);
  free(result.json);
}
END_TEST

/* A threshold made again from the maps of the images scored there. */
static float threshold_on(const unet_evaluation *other, const unet_threshold_wish *wish) {
  unet_histogram *histogram = NULL;
  ck_unet_ok(unet_histogram_make(&histogram));
  for (size_t i = 0; i < other->n_images; i++) {
    unet_image map = {0};
    unet_mask mask = {0};
    ck_unet_ok(unet_image_read(&map, train_case_path("cv/maps/%s_prob.png", other->images[i].name)));
    ck_unet_ok(unet_mask_read(&mask, train_case_path("masks/%s", other->images[i].name), -1));
    ck_assert_uint_eq(map.depth, 16);
    ck_unet_ok(unet_histogram_add(histogram, map.samples, mask.values, map.height, map.width));
    unet_image_free(&map);
    unet_mask_free(&mask);
  }
  float threshold = unet_threshold_from(histogram, wish);
  free(histogram);
  return threshold;
}

static void wants_model_threshold(size_t fold, float threshold) {
  unet_model *model = NULL;
  ck_unet_ok(unet_model_load(&model, train_case_path("cv/fold-%zu/best.safetensors", fold + 1)));
  wants((double)unet_model_threshold(model), (double)threshold, "threshold of the model");
  unet_model_destroy(model);
}

static void check_thresholds(unet_crossval_options *options, const unet_threshold_wish *wish) {
  unet_crossval_result result = {0};
  options->train.folder = train_case_path("cv"); /* paths that were asked for long ago do not stay */
  run(options, &result);
  for (size_t k = 0; k < FOLDS; k++)
    wants((double)result.folds[k].threshold, (double)threshold_on(&result.folds[1 - k], wish), "threshold");
  for (size_t k = 0; k < FOLDS; k++) wants_model_threshold(k, result.folds[k].threshold);
  wants((double)result.final_threshold, (double)threshold_on(&result.all, wish), "threshold over all maps");
  unet_crossval_result_free(&result);
}

START_TEST(thresholds_come_from_the_other_folds) {
  const unet_threshold_wish best = {0}, recall = {.recall = 0.5}, false_alarms = {.false_alarms = 0.01};
  unet_crossval_options options = options_of("cv");
  check_thresholds(&options, &best);
  options.train.overwrite = true;
  options.train.target_recall = recall.recall;
  check_thresholds(&options, &recall);
  options.train.target_recall = 0.0;
  options.train.target_false_alarms = false_alarms.false_alarms;
  check_thresholds(&options, &false_alarms);
}
END_TEST

START_TEST(thresholds_come_from_the_models_where_they_were_selected) {
  unet_crossval_options options = options_of("cv");
  unet_crossval_result result = {0};
  options.train.select = 0.3;
  run(&options, &result);
  for (size_t k = 0; k < FOLDS; k++) wants_model_threshold(k, result.folds[k].threshold);
  unet_crossval_result_free(&result);
}
END_TEST

START_TEST(a_threshold_that_is_given_is_that_of_all) {
  unet_crossval_options options = options_of("cv");
  unet_crossval_result result = {0};
  options.train.epochs = 1;
  options.train.threshold = 0.25;
  run(&options, &result);
  for (size_t k = 0; k < FOLDS; k++) {
    wants((double)result.folds[k].threshold, 0.25, "threshold");
    wants_model_threshold(k, 0.25f);
  }
  wants((double)result.final_threshold, 0.25, "threshold over all maps");
  unet_crossval_result_free(&result);
}
END_TEST

/* All images, the options of the folds, and the threshold over all maps instead of what chose it. */
START_TEST(it_names_the_command_that_makes_the_model) {
  unet_crossval_options options = options_of("cv");
  unet_crossval_result result = {0};
  char threshold[64];
  options.train.epochs = 1;
  options.train.target_recall = 0.5;
  run(&options, &result);
  (void)snprintf(threshold, sizeof threshold, " --threshold %.9g", (double)result.final_threshold);
  ck_assert_ptr_nonnull(strstr(result.command, threshold));
  ck_assert_ptr_nonnull(strstr(result.command, " --val 0 "));
  ck_assert_ptr_nonnull(strstr(result.command, " --filters 4,8 "));
  ck_assert_ptr_null(strstr(result.command, "target"));
  unet_crossval_result_free(&result);
}
END_TEST

/* Stopped again and again, in training and in predicting, wherever five steps or images end. */
START_TEST(a_stopped_one_ends_as_if_it_never_was) {
  const unet_crossval_options whole = options_of("whole");
  run_quietly(&whole);
  unet_crossval_options parts = options_of("parts");
  size_t calls = 0;
  unet_status status = UNET_INTERRUPTED;
  while (status == UNET_INTERRUPTED && calls++ < 20) {
    const unet_train_callbacks callbacks = train_case_stop_after(5);
    unet_crossval_result result = {0};
    status = unet_crossval(test_device, &parts, &callbacks, &result);
    unet_crossval_result_free(&result);
    parts.train.resume = true;
  }
  ck_unet_ok(status);
  ck_assert_uint_gt(calls, 3);
  train_case_same(train_case_path("whole/crossval.json"), train_case_path("parts/crossval.json"));
  train_case_same(train_case_path("whole/out_of_fold.csv"), train_case_path("parts/out_of_fold.csv"));
  train_case_same(train_case_path("whole/maps/3.png_prob.png"), train_case_path("parts/maps/3.png_prob.png"));
}
END_TEST

START_TEST(a_finished_fold_is_not_trained_again) {
  unet_crossval_options options = options_of("cv");
  run_quietly(&options);
  ck_assert_int_eq(unlink(train_case_path("cv/maps/0.png_prob.png")), 0);
  const unet_train_callbacks no_step =
      train_case_stop_after(1); /* one image to predict, no step of training */
  unet_crossval_result result = {0};
  options.train.resume = true;
  ck_unet_ok(unet_crossval(test_device, &options, &no_step, &result));
  unet_crossval_result_free(&result);
  ck_assert(is_there(train_case_path("cv/maps/0.png_prob.png")));
}
END_TEST

START_TEST(nothing_stays_of_one_that_was_stopped_at_once) {
  const unet_crossval_options options = options_of("new/cv");
  const unet_train_callbacks at_once = train_case_stop_after(0);
  unet_crossval_result result = {0};
  ck_unet_fails(unet_crossval(test_device, &options, &at_once, &result), UNET_INTERRUPTED, "interrupted");
  ck_assert(!is_there(train_case_path("new")));
}
END_TEST

static void refused(const unet_crossval_options *options, unet_status status, const char *part) {
  unet_crossval_result result = {0};
  ck_unet_fails(unet_crossval(test_device, options, NULL, &result), status, part);
}

START_TEST(options_that_cannot_be_are_refused) {
  unet_crossval_options options = options_of("new");
  options.folds = 1;
  refused(&options, UNET_USAGE, "--folds 1");
  options.folds = TRAIN_CASE_IMAGES + 1;
  refused(&options, UNET_USAGE, "--folds 11");
  options = options_of("new");
  options.train.split_file = "split.json";
  refused(&options, UNET_USAGE, "--split-file");
  options = options_of("new");
  options.train.recipe.patience = 3;
  refused(&options, UNET_USAGE, "--select");
  options = options_of("new");
  options.train.target_recall = options.train.target_false_alarms = 0.5;
  refused(&options, UNET_USAGE, "exclude each other");
  ck_assert(!is_there(train_case_path("new")));
}
END_TEST

START_TEST(a_folder_in_use_is_refused) {
  unet_crossval_options options = options_of("cv");
  run_quietly(&options);
  refused(&options, UNET_USAGE, "--resume");
  unet_train_options train = train_case_options("run");
  train.epochs = 1;
  train_case_train(test_device, &train);
  options = options_of("run");
  options.train.overwrite = true;
  refused(&options, UNET_USAGE, "a run of train");
  ck_assert(is_there(train_case_path("run/best.safetensors")));
}
END_TEST

/* Also one that was stopped, which has no crossval.json yet. */
START_TEST(train_leaves_its_folder_alone) {
  unet_crossval_options options = options_of("cv");
  run_quietly(&options);
  unet_train_options train = train_case_options("cv");
  for (int stopped = 0; stopped < 2; stopped++) {
    for (int mode = 0; mode < 3; mode++) {
      unet_train_result result = {0};
      train.resume = mode == 1;
      train.overwrite = mode == 2;
      ck_unet_fails(unet_train(test_device, &train, NULL, &result), UNET_USAGE, "crossval --resume");
    }
    ck_assert_int_eq(unlink(train_case_path("cv/crossval.json")), stopped ? -1 : 0);
  }
  ck_assert(is_there(train_case_path("cv/config.json")));
  ck_assert(is_there(train_case_path("cv/report.html")));
  options.train.resume = true;
  run_quietly(&options);
}
END_TEST

START_TEST(what_it_was_started_with_must_stay) {
  unet_crossval_options options = options_of("cv");
  run_quietly(&options);
  options.train.resume = true;
  run_quietly(&options);
  options.folds = 3;
  refused(&options, UNET_USAGE, "--folds is 3");
  options = options_of("cv");
  options.train.resume = true;
  options.train.epochs = 3;
  refused(&options, UNET_USAGE, "--epochs is 3");
  options.train.epochs = EPOCHS;
  options.tta = true;
  refused(&options, UNET_USAGE, "--tta is true");
  options.tta = false;
  ck_assert_int_eq(unlink(train_case_path("images/4.png")), 0);
  ck_assert_int_eq(unlink(train_case_path("masks/4.png")), 0);
  refused(&options, UNET_USAGE, "the images are not those");
}
END_TEST

START_TEST(options_come_back_from_the_folder) {
  unet_crossval_options options = options_of("cv"), back = {0};
  unet_run_options *run_options = NULL;
  ck_unet_ok(unet_crossval_options_load(&back, &run_options, train_case_path("nothing")));
  ck_assert_ptr_null(run_options);
  options.train.min_area = 7;
  run_quietly(&options);
  ck_unet_ok(unet_crossval_options_load(&back, &run_options, options.train.folder));
  ck_assert_uint_eq(back.folds, FOLDS);
  ck_assert_uint_eq(back.train.epochs, EPOCHS);
  ck_assert_uint_eq(back.train.min_area, 7);
  ck_assert_str_eq(back.train.data.images, options.train.data.images);
  unet_run_options_free(run_options);
  ck_unet_fails(unet_crossval_options_load(&back, &run_options, train_case_path("cv/fold-1")), UNET_BAD_INPUT,
                "not the config.json of a cross-validation");
}
END_TEST

START_TEST(overwriting_leaves_nothing_of_the_old_one) {
  unet_crossval_options options = options_of("cv");
  options.folds = 3;
  run_quietly(&options);
  options.folds = 2;
  options.train.overwrite = true;
  run_quietly(&options);
  ck_assert(!is_there(train_case_path("cv/fold-3")));
  ck_assert(!is_there(train_case_path("cv/fold-3.json")));
  const unet_crossval_options fresh = options_of("fresh");
  run_quietly(&fresh);
  train_case_same(train_case_path("cv/crossval.json"), train_case_path("fresh/crossval.json"));
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("crossval");
  TCase *all = unet_device_test_case(suite, "crossval", 300);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, every_image_is_scored_once);
  tcase_add_test(all, json_holds_all_and_the_folds);
  tcase_add_test(all, folds_without_a_defect_are_left_out_of_the_mean);
  tcase_add_test(all, thresholds_come_from_the_other_folds);
  tcase_add_test(all, thresholds_come_from_the_models_where_they_were_selected);
  tcase_add_test(all, a_threshold_that_is_given_is_that_of_all);
  tcase_add_test(all, it_names_the_command_that_makes_the_model);
  tcase_add_test(all, a_stopped_one_ends_as_if_it_never_was);
  tcase_add_test(all, a_finished_fold_is_not_trained_again);
  tcase_add_test(all, nothing_stays_of_one_that_was_stopped_at_once);
  tcase_add_test(all, options_that_cannot_be_are_refused);
  tcase_add_test(all, a_folder_in_use_is_refused);
  tcase_add_test(all, train_leaves_its_folder_alone);
  tcase_add_test(all, what_it_was_started_with_must_stay);
  tcase_add_test(all, options_come_back_from_the_folder);
  tcase_add_test(all, overwriting_leaves_nothing_of_the_old_one);
  return suite;
}
