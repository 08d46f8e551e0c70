/* Training: it learns, and what a run leaves on disk keeps its promises. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "data/image.h"
#include "data/mask.h"
#include "device_fixture.h"
#include "run/predictor.h"
#include "train/config.h"
#include "train_case.h"

typedef struct record {
  size_t epochs, steps, notes;
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
  r->notes++;
  r->found += r->wanted && strstr(line, r->wanted);
  ck_assert_ptr_null(strchr(line, '\n'));
}

static size_t count_notes(const unet_train_options *options, const char *wanted) {
  record r = {.wanted = wanted};
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &r, .on_note = on_note};
  ck_unet_ok(unet_train(test_device, options, &callbacks, &result));
  unet_train_result_free(&result);
  return r.found;
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
  ck_assert_uint_eq(result.reached.images, 2);
  ck_assert_double_lt(fabs(result.reached.dice - chosen), 1e-9);
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
  ck_assert_double_eq(result.reached.recall, 1.0);
  ck_assert_double_eq(result.reached.false_alarms, 1.0);
  unet_train_result_free(&result);
}
END_TEST

START_TEST(held_out_images_without_a_defect_are_told_of) {
  unet_train_options options = train_case_options("run");
  options.epochs = 1;
  options.overwrite = true;
  ck_assert_uint_eq(count_notes(&options, "held-out images has a defect"), 0);
  train_case_good(10, 12);
  static const char names[] =
      "{\"train\": [\"0.png\", \"1.png\", \"2.png\"], \"val\": [\"10.png\", \"11.png\"]}";
  ck_unet_ok(unet_write_file(train_case_path("split.json"), names, strlen(names)));
  options.split_file = train_case_path("split.json");
  ck_assert_uint_eq(count_notes(&options, "none of the 2 held-out images has a defect"), 1);
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

/* Also with images set aside, which then choose the epoch alone. */
START_TEST(a_threshold_that_is_given_stays) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  options.overwrite = true;
  options.threshold = 0.3;
  for (int select = 0; select < 2; select++) {
    options.select = 0.25 * select;
    ck_unet_ok(unet_train(test_device, &options, NULL, &result));
    ck_assert_float_eq(result.threshold, 0.3f);
    ck_assert_float_eq(result.held_out.threshold, 0.3f);
    ck_assert_uint_eq(result.reached.images, 0);
    unet_train_result_free(&result);
  }
  options.target_recall = 0.9;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--threshold excludes");
  options.target_recall = 0.0;
  options.threshold = 1.5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--threshold 1.5");
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

/* --- a run that predicts nothing, one that gets no better ------------------------------------------------
 */

/* He's first weights call one pixel in twenty a defect, and at this rate nothing changes that. */
static unet_train_options silent_options(size_t epochs) {
  unet_train_options options = train_case_options("run");
  options.recipe = unet_train_options_default().recipe;
  options.learning_rate = 1e-9;
  options.epochs = epochs;
  return options;
}

START_TEST(a_run_that_marks_nothing_says_so) {
  unet_train_options options = silent_options(8);
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs"), 0);
  options.resume = true;
  options.epochs = 17; /* the first 8 count, too */
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs the network has marked next to nothing"), 1);
  options.epochs = 32;
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs"), 0);
}
END_TEST

START_TEST(a_short_run_that_marks_nothing_says_so_at_its_end) {
  unet_train_options options = silent_options(2);
  options.overwrite = true;
  ck_assert_uint_eq(count_notes(&options, "the held-out images, 2 of which have one"), 1);
  options.val = 0.0;
  ck_assert_uint_eq(count_notes(&options, "marks next to nothing on the images it was trained on"), 1);
  options = train_case_options("run");
  options.overwrite = true;
  options.epochs = 20;
  ck_assert_uint_eq(count_notes(&options, "next to nothing"), 0);
}
END_TEST

START_TEST(what_is_advised_is_not_done_already) {
  unet_train_options options = silent_options(1);
  options.overwrite = true;
  static const char *const wanted[] = {"a higher --lr", "--loss tversky", "--tile", "more --epochs"};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    ck_assert_uint_eq(count_notes(&options, wanted[i]), 1);
  static const char *const done[] = {"--schedule", "--norm", "--init", "a lower --lr"};
  for (size_t i = 0; i < sizeof done / sizeof *done; i++)
    ck_assert_uint_eq(count_notes(&options, done[i]), 0);
  options.recipe.schedule = UNET_SCHEDULE_CONSTANT;
  options.recipe.loss = UNET_LOSS_DICE;
  options.tile = true;
  ck_assert_uint_eq(count_notes(&options, "--schedule one_cycle, a higher --lr, --loss bce, more --epochs"),
                    1);
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
  tcase_add_test(all, a_threshold_that_is_given_stays);
  tcase_add_test(all, options_become_a_command_line);
  tcase_add_test(all, held_out_images_without_a_defect_are_told_of);
  tcase_add_test(all, without_held_out_images_their_columns_are_empty);
  tcase_add_test(all, a_run_that_marks_nothing_says_so);
  tcase_add_test(all, a_short_run_that_marks_nothing_says_so_at_its_end);
  tcase_add_test(all, what_is_advised_is_not_done_already);
  tcase_add_test(all, patience_ends_a_run_that_gets_no_better);
  tcase_add_test(all, a_run_is_not_written_over_unasked);
  tcase_add_test(all, what_was_made_for_nothing_is_removed);
  tcase_add_test(all, two_do_not_write_one_folder);
  tcase_add_test(all, unnamed_runs_are_numbered);
  tcase_add_test(all, absurd_options_are_refused);
  return suite;
}
