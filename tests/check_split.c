#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "check_main.h"
#include "data/split_file.h"
#include "data_files.h"

/* Items of put_category: 0..4 bent, 5..7 scratch, 8..11 train/good, 12..13 test/good. */
enum { ITEMS = 14 };

static char folder[256];
static unet_dataset *dataset;

static void start(void) {
  unet_make_test_folder(folder);
  put_category(folder);
  unet_dataset_options options = {.data = folder, .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&dataset, &options, NULL, NULL));
}

static void stop(void) {
  unet_dataset_close(dataset);
  unet_remove_folder(folder);
}

static size_t count_between(const size_t *list, size_t count, size_t first, size_t end) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) found += list[i] >= first && list[i] < end;
  return found;
}

/* Lists ascend and share no item. */
static void check_sound(const unet_split *split) {
  const size_t *lists[] = {split->train, split->val, split->select};
  size_t counts[] = {split->n_train, split->n_val, split->n_select};
  int seen[ITEMS] = {0};
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < counts[k]; i++) {
      ck_assert_uint_lt(lists[k][i], ITEMS);
      ck_assert_int_eq(seen[lists[k][i]]++, 0);
      if (i > 0) ck_assert_uint_lt(lists[k][i - 1], lists[k][i]);
    }
  }
}

START_TEST(a_share_of_each_type_is_held_out) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    unet_split split = {0};
    unet_split_options options = {.val = 0.4, .good = 3, .seed = seed};
    ck_unet_ok(unet_split_make(&split, dataset, &options));
    check_sound(&split);
    ck_assert_uint_eq(count_between(split.val, split.n_val, 0, 5), 2);
    ck_assert_uint_eq(count_between(split.val, split.n_val, 5, 8), 1);
    ck_assert_uint_eq(count_between(split.val, split.n_val, 8, 12), 0);
    ck_assert_uint_eq(count_between(split.val, split.n_val, 12, 14), 2);
    ck_assert_uint_eq(count_between(split.train, split.n_train, 0, 8), 5);
    ck_assert_uint_eq(count_between(split.train, split.n_train, 8, 11), 3);
    ck_assert_uint_eq(split.n_train, 8);
    ck_assert_uint_eq(split.n_select, 0);
    unet_split_free(&split);
  }
}
END_TEST

START_TEST(the_seed_decides) {
  unet_split first = {0}, second = {0};
  unet_split_options options = {.val = 0.4, .seed = 5};
  ck_unet_ok(unet_split_make(&first, dataset, &options));
  ck_unet_ok(unet_split_make(&second, dataset, &options));
  ck_assert_mem_eq(first.val, second.val, first.n_val * sizeof *first.val);
  unet_split_free(&second);
  size_t others = 0;
  for (options.seed = 6; options.seed < 26; options.seed++) {
    ck_unet_ok(unet_split_make(&second, dataset, &options));
    others += memcmp(first.val, second.val, first.n_val * sizeof *first.val) != 0;
    unet_split_free(&second);
  }
  ck_assert_uint_gt(others, 10);
  unet_split_free(&first);
}
END_TEST

START_TEST(a_type_is_split_the_same_without_the_others) {
  unet_dataset *scratches = NULL;
  unet_dataset_options only = {.data = folder, .defects = "scratch", .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&scratches, &only, NULL, NULL));
  for (uint64_t seed = 0; seed < 10; seed++) {
    unet_split all = {0}, some = {0};
    unet_split_options options = {.val = 0.2, .seed = seed};
    ck_unet_ok(unet_split_make(&all, dataset, &options));
    ck_unet_ok(unet_split_make(&some, scratches, &options));
    const char *first = unet_dataset_item(dataset, all.val[1])->name;
    ck_assert_str_eq(unet_dataset_item(scratches, some.val[0])->name, first);
    unet_split_free(&all);
    unet_split_free(&some);
  }
  unet_dataset_close(scratches);
}
END_TEST

START_TEST(nothing_is_held_out_at_zero_and_at_least_one_above) {
  unet_split split = {0};
  unet_split_options options = {0};
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  ck_assert_uint_eq(split.n_train, 8);
  ck_assert_uint_eq(split.n_val, 2);
  unet_split_free(&split);
  options.val = 0.01;
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  ck_assert_uint_eq(split.n_val, 2 + 2);
  unet_split_free(&split);
}
END_TEST

START_TEST(selection_leaves_each_type_an_image) {
  unet_split split = {0};
  unet_split_options options = {.val = 0.5, .select = 0.9, .good = 1};
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  check_sound(&split);
  /* bent: 3 held out, 1 of 2 selects; scratch: 2 held out, 1 stays; good: the one stays. */
  ck_assert_uint_eq(split.n_val, 3 + 2 + 2);
  ck_assert_uint_eq(split.n_select, 1);
  ck_assert_uint_eq(split.n_train, 3);
  unet_split_free(&split);
  options = (unet_split_options){.select = 0.01, .good = 4};
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  ck_assert_uint_eq(split.n_select, 3);
  unet_split_free(&split);
}
END_TEST

/* --- folders of images and masks ---------------------------------------------------------------------- */

/* "a0 a2 | a1 | a3": the stems of what trains, is held out and set aside. */
static void describe(char text[256], const unet_split *split, const unet_dataset *of) {
  const size_t *lists[] = {split->train, split->val, split->select};
  const size_t counts[] = {split->n_train, split->n_val, split->n_select};
  size_t length = 0;
  for (size_t k = 0; k < 3; k++) {
    if (k > 0) length += (size_t)snprintf(text + length, 256 - length, " |");
    for (size_t i = 0; i < counts[k]; i++) {
      const char *name = unet_path_name(unet_dataset_item(of, lists[k][i])->name);
      length += (size_t)snprintf(text + length, 256 - length, "%s%.*s", length ? " " : "",
                                 (int)(strlen(name) - strlen(".png")), name);
    }
  }
}

static void wants_split(const unet_dataset *of, uint64_t seed, const char *wanted) {
  unet_split split = {0};
  const unet_split_options options = {.val = 0.3, .select = 0.3, .seed = seed};
  char text[256];
  ck_unet_ok(unet_split_make(&split, of, &options));
  describe(text, &split, of);
  ck_assert_str_eq(text, wanted);
  unet_split_free(&split);
}

/* Runs that are resumed, and figures that are compared, rely on it. */
START_TEST(the_split_of_a_seed_stays_for_ever) {
  wants_split(dataset, 0, "001 002 001 | 000 004 000 000 001 | 003 002");
  wants_split(dataset, 7, "003 004 001 | 001 002 002 000 001 | 000 000");
  put_pairs(folder, 8, 0);
  unet_dataset *pairs = open_put_pairs(folder);
  wants_split(pairs, 0, "a1 a2 a4 a5 | a6 a7 | a0 a3");
  wants_split(pairs, 7, "a1 a4 a6 a7 | a3 a5 | a0 a2");
  unet_dataset_close(pairs);
}
END_TEST

START_TEST(empty_masks_are_split_by_themselves) {
  put_pairs(folder, 6, 4);
  unet_dataset *pairs = open_put_pairs(folder);
  const size_t end = 10, good = 6;
  for (uint64_t seed = 0; seed < 30; seed++) {
    unet_split split = {0};
    const unet_split_options options = {.val = 0.3, .select = 0.3, .seed = seed};
    ck_unet_ok(unet_split_make(&split, pairs, &options));
    ck_assert_uint_eq(count_between(split.val, split.n_val, 0, good), 2);
    ck_assert_uint_eq(count_between(split.val, split.n_val, good, end), 1);
    ck_assert_uint_eq(count_between(split.select, split.n_select, 0, good), 1);
    ck_assert_uint_eq(count_between(split.select, split.n_select, good, end), 1);
    ck_assert_uint_eq(split.n_train, 5);
    unet_split_free(&split);
  }
  unet_dataset_close(pairs);
}
END_TEST

/* What cannot be read is told when the pictures are read. */
START_TEST(a_mask_that_cannot_be_read_ends_no_split) {
  put_pairs(folder, 3, 0);
  put_file(folder, "masks/a1.png", "no picture", 10);
  unet_dataset *pairs = open_put_pairs(folder);
  unet_split split = {0};
  const unet_split_options options = {.val = 0.3};
  ck_unet_ok(unet_split_make(&split, pairs, &options));
  ck_assert_uint_eq(split.n_val, 1);
  unet_split_free(&split);
  unet_dataset_close(pairs);
}
END_TEST

START_TEST(options_that_cannot_be_are_refused) {
  unet_split split = {0};
  unet_split_options options = {.good = 5};
  ck_unet_fails(unet_split_make(&split, dataset, &options), UNET_BAD_INPUT, "holds 4 pictures, not 5");
  options = (unet_split_options){.val = 1.0};
  ck_unet_fails(unet_split_make(&split, dataset, &options), UNET_USAGE, "--val 1");
  options = (unet_split_options){.select = -0.1};
  ck_unet_fails(unet_split_make(&split, dataset, &options), UNET_USAGE, "--select");
  ck_assert_ptr_null(split.train);
}
END_TEST

START_TEST(something_must_be_left_to_train_on) {
  unet_dataset *single = NULL;
  unet_split split = {0};
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, "single"));
  put_picture(path, "images/a.png", 4, 4, 1, 2);
  put_picture(path, "masks/a.png", 4, 4, 1, 0);
  char images[300], masks[300];
  (void)snprintf(images, sizeof images, "%s/images", path);
  (void)snprintf(masks, sizeof masks, "%s/masks", path);
  unet_dataset_options pairs = {.images = images, .masks = masks, .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&single, &pairs, NULL, NULL));
  unet_split_options options = {.val = 0.2};
  ck_unet_fails(unet_split_make(&split, single, &options), UNET_BAD_INPUT, "no image is left to train on");
  options = (unet_split_options){.good = 1};
  ck_unet_fails(unet_split_make(&split, single, &options), UNET_BAD_INPUT, "leave --good out");
  options = (unet_split_options){0};
  ck_unet_ok(unet_split_make(&split, single, &options));
  ck_assert_uint_eq(split.n_train, 1);
  ck_assert_uint_eq(split.n_val, 0);
  unet_split_free(&split);
  unet_dataset_close(single);
  free(path);
}
END_TEST

START_TEST(a_split_comes_back_from_its_file) {
  unet_split split = {0}, back = {0};
  unet_split_options options = {.val = 0.4, .select = 0.3, .good = 2, .seed = 3};
  char *json = NULL, *path = NULL;
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  ck_unet_ok(unet_split_format(&json, &split, dataset));
  put_file(folder, "split.json", json, strlen(json));
  ck_unet_ok(unet_path_join(&path, folder, "split.json"));
  ck_unet_ok(unet_split_load(&back, dataset, path));
  ck_assert_uint_eq(back.n_train, split.n_train);
  ck_assert_uint_eq(back.n_val, split.n_val);
  ck_assert_uint_eq(back.n_select, split.n_select);
  ck_assert_mem_eq(back.train, split.train, split.n_train * sizeof *split.train);
  ck_assert_mem_eq(back.val, split.val, split.n_val * sizeof *split.val);
  ck_assert_mem_eq(back.select, split.select, split.n_select * sizeof *split.select);
  unet_split_free(&split);
  unet_split_free(&back);
  free(json);
  free(path);
}
END_TEST

START_TEST(bad_split_files_are_refused) {
  static const char *const bad[][2] = {
      {"", "not JSON"},
      {"[]", "not a JSON object"},
      {"{\"train\": [\"test/bent/000.png\"]}", "a list is missing"},
      {"{\"train\": \"test/bent/000.png\", \"val\": []}", "not every entry is a list"},
      {"{\"train\": [3], \"val\": []}", "something else than names"},
      {"{\"train\": [], \"val\": []}", "\"train\" is empty"},
      {"{\"train\": [\"test/bent/000.png\"], \"val\": [], \"test\": []}", "unknown name"},
      {"{\"train\": [\"test/bent/009.png\"], \"val\": []}", "\"test/bent/009.png\" in \"train\""},
      {"{\"train\": [\"test/bent/000.png\", \"test/bent/000.png\"], \"val\": []}", "twice"},
      {"{\"train\": [\"test/bent/000.png\"], \"val\": [\"test/bent/000.png\"]}",
       "both \"train\" and \"val\""}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    unet_split split = {0};
    ck_unet_fails(unet_split_parse(&split, dataset, bad[i][0], "s.json"), UNET_BAD_INPUT, bad[i][1]);
    ck_assert(strncmp(unet_last_error(), "s.json: ", 8) == 0);
    ck_assert_ptr_null(split.train);
  }
  unet_split split = {0};
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, "split.json"));
  ck_unet_fails(unet_split_load(&split, dataset, path), UNET_BAD_INPUT, "cannot be read");
  put_file(folder, "split.json", "{}\0{}", 5);
  ck_unet_fails(unet_split_load(&split, dataset, path), UNET_BAD_INPUT, "zero bytes");
  free(path);
}
END_TEST

START_TEST(what_is_not_needed_may_be_missing) {
  unet_split split = {0};
  size_t missing = 0;
  unet_split_text text = {.json =
                              "{\"train\": [\"test/bent/009.png\", \"test/bent/001.png\"],"
                              " \"val\": [\"test/bent/000.png\"], \"select\": [\"gone.png\"]}",
                          .origin = "the model",
                          .needed = "val",
                          .remedy = "look for it"};
  ck_unet_ok(unet_split_read(&split, &missing, dataset, &text));
  ck_assert_uint_eq(missing, 2);
  ck_assert_uint_eq(split.n_train, 1);
  ck_assert_str_eq(unet_dataset_item(dataset, split.train[0])->name, "test/bent/001.png");
  ck_assert_str_eq(unet_dataset_item(dataset, split.val[0])->name, "test/bent/000.png");
  ck_assert_uint_eq(split.n_select, 0);
  unet_split_free(&split);
  text.needed = "train";
  ck_unet_fails(unet_split_read(&split, &missing, dataset, &text), UNET_BAD_INPUT,
                "the model: \"test/bent/009.png\" in \"train\" is not in the data set");
  ck_assert_ptr_nonnull(strstr(unet_last_error(), "; look for it"));
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("split");
  TCase *split = unet_test_case(suite, "split", 60);
  tcase_add_checked_fixture(split, start, stop);
  tcase_add_test(split, a_share_of_each_type_is_held_out);
  tcase_add_test(split, the_seed_decides);
  tcase_add_test(split, a_type_is_split_the_same_without_the_others);
  tcase_add_test(split, nothing_is_held_out_at_zero_and_at_least_one_above);
  tcase_add_test(split, selection_leaves_each_type_an_image);
  tcase_add_test(split, the_split_of_a_seed_stays_for_ever);
  tcase_add_test(split, empty_masks_are_split_by_themselves);
  tcase_add_test(split, a_mask_that_cannot_be_read_ends_no_split);
  tcase_add_test(split, options_that_cannot_be_are_refused);
  tcase_add_test(split, something_must_be_left_to_train_on);
  tcase_add_test(split, a_split_comes_back_from_its_file);
  tcase_add_test(split, bad_split_files_are_refused);
  tcase_add_test(split, what_is_not_needed_may_be_missing);
  return suite;
}
