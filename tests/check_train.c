/* Training: it learns, and what a run leaves on disk keeps its promises. */
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
#include "run/predictor.h"
#include "train/config.h"
#include "train_case.h"

typedef struct record {
  size_t epochs, steps, notes;
  unet_train_epoch first, last;
  unet_train_step last_step;
} record;

static void on_epoch(void *user, const unet_train_epoch *epoch) {
  record *r = user;
  if (r->epochs++ == 0) r->first = *epoch;
  r->last = *epoch;
}

static void on_step(void *user, const unet_train_step *step) {
  record *r = user;
  r->steps++;
  r->last_step = *step;
}

static void on_note(void *user, const char *line) {
  record *r = user;
  r->notes++;
  ck_assert_ptr_null(strchr(line, '\n'));
}

START_TEST(it_learns_and_leaves_a_whole_run) {
  record r = {0};
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {
      .user = &r, .on_epoch = on_epoch, .on_step = on_step, .on_note = on_note};
  unet_train_options options = train_case_options("run");
  options.epochs = 40;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_eq(r.epochs, 40);
  ck_assert_uint_eq(r.steps, 120); /* 8 images in batches of 3, 3 and 2 */
  ck_assert_uint_eq(r.last_step.steps, 3);
  ck_assert_double_lt(fabs(r.last_step.seconds_left), 1e-9);
  ck_assert_msg(r.last.loss < 0.5 * r.first.loss, "loss %g, then %g", r.first.loss, r.last.loss);
  ck_assert_msg(r.last.val_dice > 0.8, "held-out dice %g", r.last.val_dice);
  ck_assert_uint_eq(result.n_train, 8);
  ck_assert_uint_eq(result.n_val, 2);
  ck_assert_uint_eq(result.best_epoch, 40);
  ck_assert_float_eq(result.threshold, 0.5f);
  ck_assert_double_eq(result.last.val_dice, r.last.val_dice);
  unet_train_result_free(&result);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 41);
  static const char *const files[] = {"best.safetensors", "last.safetensors",       "config.json",
                                      "split.json",       "figures/comparison.png", "figures/overlay.png"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    ck_assert_msg(unet_path_exists(train_case_path("run/%s", files[i])), "%s is missing", files[i]);
  ck_assert(!unet_path_exists(train_case_path("run/.lock")));
  unet_model *best = NULL;
  ck_unet_ok(unet_model_load(&best, train_case_path("run/best.safetensors")));
  ck_assert_ptr_nonnull(unet_model_split(best));
  ck_assert_ptr_null(unet_model_metadata(best, "training"));
  ck_assert_str_eq(unet_model_metadata(best, "epoch"), "40");
  ck_assert_ptr_nonnull(strstr(unet_model_metadata(best, "options"), "\"recipe\":null"));
  ck_assert_ptr_nonnull(strstr(unet_model_metadata(best, "options"), "\"batch\":"));
  unet_model_destroy(best);
}
END_TEST

static void wants_recipe(const unet_train_options *options, const char *recipe) {
  json_t *summary = NULL;
  ck_unet_ok(unet_config_summary(&summary, options));
  ck_assert_pstr_eq(json_string_value(json_object_get(summary, "recipe")), recipe);
  ck_assert_uint_eq((size_t)json_integer_value(json_object_get(summary, "epochs")), options->epochs);
  ck_assert((json_object_get(summary, "val") == NULL) == (options->split_file != NULL));
  json_decref(summary);
}

/* A recipe is named as long as nothing of it is changed; where a file splits the pictures, no shares do. */
START_TEST(a_model_tells_how_it_was_trained) {
  unet_train_options options = unet_train_options_default();
  options.seed = 7;
  wants_recipe(&options, "default");
  options.augment.blur = 1.0;
  wants_recipe(&options, NULL);
  options = unet_train_options_article();
  options.epochs = 3;
  options.split_file = "split.json";
  wants_recipe(&options, "article");
  options.learning_rate = 0.1;
  wants_recipe(&options, NULL);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_bits) {
  unet_train_options options = train_case_options("a");
  train_case_train(test_device, &options);
  options.folder = train_case_path("b");
  train_case_train(test_device, &options);
  train_case_same(train_case_path("a/best.safetensors"), train_case_path("b/best.safetensors"));
  train_case_same(train_case_path("a/last.safetensors"), train_case_path("b/last.safetensors"));
  options.folder = train_case_path("c");
  options.seed = 6;
  train_case_train(test_device, &options);
  unet_model *a = NULL, *c = NULL;
  ck_unet_ok(unet_model_load(&a, train_case_path("a/best.safetensors")));
  ck_unet_ok(unet_model_load(&c, train_case_path("c/best.safetensors")));
  const unet_parameter *first = unet_model_tensor(a, 0), *other = unet_model_tensor(c, 0);
  ck_assert_mem_ne(first->values, other->values, first->count * sizeof(float));
  unet_model_destroy(a);
  unet_model_destroy(c);
}
END_TEST

START_TEST(a_share_set_aside_chooses_the_best) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.select = 0.25;
  options.epochs = 8;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  ck_assert_uint_eq(result.n_select, 2);
  ck_assert_uint_eq(result.n_train, 6);
  ck_assert_uint_ge(result.best_epoch, 1);
  ck_assert_uint_le(result.best_epoch, 8);
  ck_assert(result.threshold > 0.0f && result.threshold < 1.0f);
  unet_model *best = NULL;
  ck_unet_ok(unet_model_load(&best, train_case_path("run/best.safetensors")));
  ck_assert_float_eq(unet_model_threshold(best), result.threshold);
  unet_model_destroy(best);
  unet_train_result_free(&result);
}
END_TEST

/* Maps and masks of the images set aside, at their own size. */
typedef struct selected {
  uint16_t map[2][TRAIN_CASE_SIDE * TRAIN_CASE_SIDE];
  unet_mask mask[2];
} selected;

static void predict_selected(selected *s, const char *run) {
  json_t *split = json_load_file(train_case_path("%s/split.json", run), 0, NULL);
  const json_t *names = json_object_get(split, "select");
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  ck_unet_ok(unet_model_load(&model, train_case_path("%s/best.safetensors", run)));
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  ck_assert_uint_eq(json_array_size(names), 2);
  for (size_t i = 0; i < 2; i++) {
    const char *name = json_string_value(json_array_get(names, i));
    unet_image image = {0};
    ck_unet_ok(unet_image_read(&image, train_case_path("images/%s", name)));
    ck_unet_ok(unet_mask_read(&s->mask[i], train_case_path("masks/%s", name), -1));
    ck_assert_uint_eq(image.width, TRAIN_CASE_SIDE);
    ck_unet_ok(unet_predictor_image(predictor, &image, s->map[i]));
    unet_image_free(&image);
  }
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  json_decref(split);
}

static double dice_above(const selected *s, float threshold) {
  size_t hits = 0, marked = 0, defects = 0;
  for (size_t i = 0; i < 2; i++) {
    for (size_t p = 0; p < (size_t)TRAIN_CASE_SIDE * TRAIN_CASE_SIDE; p++) {
      const bool is_marked = (float)s->map[i][p] / 65535.0f > threshold,
                 is_defect = s->mask[i].values[p] != 0;
      hits += is_marked && is_defect;
      marked += is_marked;
      defects += is_defect;
    }
  }
  return 2.0 * (double)hits / (double)(marked + defects);
}

/* Where the network's size is another one, too. */
START_TEST(the_threshold_suits_the_images_own_size) {
  static selected s;
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.architecture.height = options.architecture.width = TRAIN_CASE_SIDE / 2;
  options.select = 0.25;
  options.epochs = 12;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  predict_selected(&s, "run");
  const double chosen = dice_above(&s, result.threshold);
  for (unsigned level = 0; level < 65535; level += 5) {
    const double dice = dice_above(&s, (float)level / 65535.0f);
    ck_assert_msg(chosen > dice - 1e-9, "dice %.6f at the threshold %g, but %.6f at %u / 65535", chosen,
                  (double)result.threshold, dice, level);
  }
  for (size_t i = 0; i < 2; i++) unet_mask_free(&s.mask[i]);
  unet_train_result_free(&result);
}
END_TEST

/* Marking everything is allowed, so the lowest threshold is taken. */
START_TEST(the_threshold_follows_the_target) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  options.target_false_alarms = 1.0;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--select");
  options.select = 0.25;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  ck_assert_float_eq(result.threshold, 0.0f);
  unet_train_result_free(&result);
}
END_TEST

START_TEST(without_held_out_images_their_columns_are_empty) {
  record r = {0};
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &r, .on_epoch = on_epoch};
  unet_train_options options = train_case_options("run");
  options.val = 0.0;
  options.epochs = 1;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_eq(result.n_train, TRAIN_CASE_IMAGES);
  ck_assert(isnan(r.last.val_loss) && isnan(r.last.val_dice));
  ck_assert(!unet_path_exists(train_case_path("run/figures")));
  unet_train_result_free(&result);
}
END_TEST

/* --- folders ------------------------------------------------------------------------------------------ */

START_TEST(a_run_is_not_written_over_unasked) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  train_case_train(test_device, &options);
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--overwrite");
  ck_assert(unet_path_exists(train_case_path("run/last.safetensors")));
  options.overwrite = true;
  options.epochs = 2;
  train_case_train(test_device, &options);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
  options.resume = true;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "exclude");
}
END_TEST

START_TEST(what_was_made_for_nothing_is_removed) {
  unet_train_options options = train_case_options("deep/er/run");
  unet_train_result result = {0};
  unet_train_callbacks stop = train_case_stop_after(1);
  ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "nothing is kept");
  ck_assert(!unet_path_exists(train_case_path("deep")));
  options.learning_rate = 1e30;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "lower --lr");
  ck_assert(!unet_path_exists(train_case_path("deep")));
  options = train_case_options("images/run");
  options.good = 5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_BAD_INPUT, "--good");
  ck_assert(!unet_path_exists(train_case_path("images/run")));
  options = train_case_options("images/0.png/run");
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_NO_RESOURCE, "images/0.png");
  ck_assert(unet_path_exists(train_case_path("images/0.png")));
}
END_TEST

static void on_epoch_train_again(void *user, const unet_train_epoch *epoch) {
  unet_train_options options = *(unet_train_options *)user;
  unet_device *device = NULL;
  unet_train_result result = {0};
  options.resume = epoch->epoch == 1;
  options.overwrite = epoch->epoch > 1;
  ck_unet_ok(unet_device_open(&device, NULL, NULL));
  ck_unet_fails(unet_train(device, &options, NULL, &result), UNET_NO_RESOURCE, "another process");
  unet_device_close(device);
}

START_TEST(two_do_not_write_one_folder) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &options, .on_epoch = on_epoch_train_again};
  options.epochs = 2;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  unet_train_result_free(&result);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
}
END_TEST

START_TEST(unnamed_runs_are_numbered) {
  unet_train_options options = train_case_options("run");
  ck_assert_int_eq(chdir(train_case_path(".")), 0);
  static const char *const names[] = {"runs/train", "runs/train-2", "runs/train-3"};
  options.folder = NULL;
  options.epochs = 1;
  for (size_t i = 0; i < 3; i++) {
    unet_train_result result = {0};
    ck_unet_ok(unet_train(test_device, &options, NULL, &result));
    ck_assert_str_eq(result.folder, names[i]);
    unet_train_result_free(&result);
  }
  unet_train_result result = {0};
  options.resume = true;
  options.epochs = 2;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  ck_assert_str_eq(result.folder, names[2]);
  ck_assert_uint_eq(result.last.epoch, 2);
  unet_train_result_free(&result);
}
END_TEST

/* --- options ------------------------------------------------------------------------------------------ */

START_TEST(absurd_options_are_refused) {
  unet_train_result result = {0};
  unet_train_options options = train_case_options("run");
  options.epochs = 0;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--epochs");
  options = train_case_options("run");
  options.batch = 0;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--batch");
  static const double rates[] = {0.0, -1.0, NAN, INFINITY, 1e300};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    options = train_case_options("run");
    options.learning_rate = rates[i];
    ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--lr");
  }
  options = train_case_options("run");
  options.architecture.width = 33;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "32 and 34");
  options = train_case_options("run");
  options.val = 1.5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--val");
  options = train_case_options("");
  options.folder = "";
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--out");
  ck_assert(!unet_path_exists(train_case_path("run")));
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("train");
  TCase *all = unet_device_test_case(suite, "train", 180);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, it_learns_and_leaves_a_whole_run);
  tcase_add_test(all, a_model_tells_how_it_was_trained);
  tcase_add_test(all, the_same_seed_gives_the_same_bits);
  tcase_add_test(all, a_share_set_aside_chooses_the_best);
  tcase_add_test(all, the_threshold_suits_the_images_own_size);
  tcase_add_test(all, the_threshold_follows_the_target);
  tcase_add_test(all, without_held_out_images_their_columns_are_empty);
  tcase_add_test(all, a_run_is_not_written_over_unasked);
  tcase_add_test(all, what_was_made_for_nothing_is_removed);
  tcase_add_test(all, two_do_not_write_one_folder);
  tcase_add_test(all, unnamed_runs_are_numbered);
  tcase_add_test(all, absurd_options_are_refused);
  return suite;
}
