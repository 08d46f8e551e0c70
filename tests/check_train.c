/* Training: it learns, and what a run leaves on disk keeps its promises. Its folder, threshold and notes have
 * tests of their own. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "device_fixture.h"
#include "train/config.h"
#include "train_case.h"

typedef struct record {
  size_t epochs, steps;
  const char *wanted; /* in a note, */
  size_t found;       /* which came so many times */
  unet_train_epoch first, last;
  double best_loss; /* on the images set aside; starts infinite */
  size_t best;      /* its epoch */
  unet_train_step last_step;
} record;

static void on_epoch(void *user, const unet_train_epoch *epoch) {
  record *r = user;
  if (r->epochs++ == 0) r->first = *epoch;
  r->last = *epoch;
  if (epoch->select_loss < r->best_loss) {
    r->best_loss = epoch->select_loss;
    r->best = epoch->epoch;
  }
}

static void on_step(void *user, const unet_train_step *step) {
  record *r = user;
  r->steps++;
  r->last_step = *step;
}

static void on_note(void *user, const char *line) {
  record *r = user;
  r->found += r->wanted && strstr(line, r->wanted);
  ck_assert_ptr_null(strchr(line, '\n'));
}

static void wants_what_evaluate_says(const unet_train_result *result, const unet_train_options *train) {
  unet_evaluation evaluation = {0};
  unet_model *model = NULL;
  const unet_evaluate_options options = {.data = train->data};
  ck_unet_ok(unet_model_load(&model, train_case_path("%s/best.safetensors", unet_path_name(train->folder))));
  ck_unet_ok(unet_evaluate(&evaluation, test_device, model, &options));
  ck_assert_uint_eq(result->held_out.n_images, result->n_val);
  ck_assert_double_eq(result->held_out.all.dice, evaluation.all.dice);
  ck_assert_uint_eq(result->held_out.all.missed, evaluation.all.missed);
  ck_assert_uint_eq(result->held_out.all.false_alarms, evaluation.all.false_alarms);
  ck_assert_float_eq(result->held_out.threshold, result->threshold);
  unet_evaluation_free(&evaluation);
  unet_model_destroy(model);
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
  ck_assert_msg(r.last.val_dice > 0.8, "held-out soft dice %g", r.last.val_dice);
  ck_assert_uint_eq(result.n_train, 8);
  ck_assert_uint_eq(result.n_val, 2);
  ck_assert_uint_eq(result.best_epoch, 40);
  ck_assert_float_eq(result.threshold, 0.5f);
  ck_assert_uint_eq(result.reached.images, 0);
  ck_assert_double_eq(result.last.val_dice, r.last.val_dice);
  wants_what_evaluate_says(&result, &options);
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

/* That of log.csv, by its name and its value in the last row. */
static void wants_last_column(const char *run, const char *name, double value) {
  char *text = NULL;
  size_t size = 0;
  ck_unet_ok(unet_read_file(&text, &size, train_case_path("%s/log.csv", run)));
  char *heading = strtok(text, "\n"), *row = heading, *next = NULL;
  while ((next = strtok(NULL, "\n"))) row = next;
  ck_assert_str_eq(strrchr(heading, ',') + 1, name);
  ck_assert_double_lt(fabs(strtod(strrchr(row, ',') + 1, NULL) - value), 1e-8 * fabs(value));
  free(text);
}

START_TEST(a_share_set_aside_chooses_the_best) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  record r = {.wanted = "chosen on 2 images only", .best_loss = INFINITY};
  const unet_train_callbacks callbacks = {.user = &r, .on_note = on_note, .on_epoch = on_epoch};
  options.select = 0.25;
  options.epochs = 8;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_eq(r.found, 1);
  ck_assert_uint_eq(result.best_epoch, r.best);
  wants_last_column("run", "select_loss", r.last.select_loss);
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

START_TEST(without_held_out_images_their_columns_are_empty) {
  record r = {0};
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &r, .on_epoch = on_epoch};
  unet_train_options options = train_case_options("run");
  options.val = 0.0;
  options.epochs = 1;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_eq(result.n_train, TRAIN_CASE_IMAGES);
  ck_assert(isnan(r.last.val_loss) && isnan(r.last.val_dice) && isnan(r.last.select_loss));
  wants_last_column("run", "images_per_second", round(1000.0 * r.last.images_per_second) / 1000.0);
  ck_assert(!unet_path_exists(train_case_path("run/figures")));
  unet_train_result_free(&result);
}
END_TEST

/* Only what differs from the defaults, as words of a shell. */
START_TEST(options_become_a_command_line) {
  unet_train_options options = unet_train_options_default();
  char *text = NULL;
  options.data.images = "my images";
  options.data.masks = "it's/masks";
  ck_unet_ok(unet_train_command(&text, &options));
  ck_assert_str_eq(text, "unetcl train --images 'my images' --masks 'it'\\''s/masks'");
  free(text);
  options.data = (unet_dataset_options){.data = "nuts", .defects = "bent,color", .mask_threshold = -1};
  options.architecture.n_levels = 2;
  options.epochs = 7;
  options.tile = true;
  options.recipe.loss = UNET_LOSS_DICE;
  options.threshold = 0.25;
  ck_unet_ok(unet_train_command(&text, &options));
  ck_assert_str_eq(text,
                   "unetcl train --data nuts --epochs 7 --filters 8,16 --threshold 0.25 --defects bent,color "
                   "--tile --loss dice");
  free(text);
}
END_TEST

/* The rate is so high that the loss on the images set aside does not fall for long. */
START_TEST(patience_ends_a_run_that_gets_no_better) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  record r = {.wanted = "stopped after epoch"};
  const unet_train_callbacks callbacks = {.user = &r, .on_epoch = on_epoch, .on_note = on_note};
  options.select = 0.25;
  options.epochs = 60;
  options.recipe.patience = 3;
  options.learning_rate = 0.3;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_lt(r.epochs, 60);
  ck_assert_uint_eq(r.epochs, result.best_epoch + 3);
  ck_assert_uint_eq(result.last.epoch, r.epochs);
  ck_assert_uint_eq(r.found, 1);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), r.epochs + 1);
  unet_train_result_free(&result);
  options.resume = true; /* its patience is lost already */
  r.epochs = 0;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  ck_assert_uint_eq(r.epochs, 0);
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
  tcase_add_test(all, options_become_a_command_line);
  tcase_add_test(all, without_held_out_images_their_columns_are_empty);
  tcase_add_test(all, patience_ends_a_run_that_gets_no_better);
  tcase_add_test(all, absurd_options_are_refused);
  return suite;
}
