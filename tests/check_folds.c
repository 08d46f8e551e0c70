#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "data/folds.h"
#include "data_files.h"

/* Items of put_category: 0..4 bent, 5..7 scratch, 8..11 train/good, 12..13 test/good. */
enum { ITEMS = 14, BENT = 0, SCRATCH = 5, GOOD_TRAIN = 8, GOOD_TEST = 12 };

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

static bool holds(const size_t *list, size_t count, size_t item) {
  for (size_t i = 0; i < count; i++) {
    if (list[i] == item) return true;
  }
  return false;
}

static size_t count_between(const size_t *list, size_t count, size_t first, size_t end) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) found += list[i] >= first && list[i] < end;
  return found;
}

/* The number of the one fold that holds the item out. */
static size_t fold_of(const unet_split *folds, size_t count, size_t item) {
  size_t found = count, times = 0;
  for (size_t k = 0; k < count; k++) {
    if (!holds(folds[k].val, folds[k].n_val, item)) continue;
    found = k;
    times++;
  }
  ck_assert_msg(times == 1, "item %zu is held out %zu times, not once", item, times);
  return found;
}

START_TEST(each_image_is_held_out_once_and_trains_in_the_others) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    for (size_t count = 2; count <= 3; count++) {
      const unet_fold_options options = {.folds = count, .good = 3, .seed = seed};
      unet_split *folds = NULL;
      ck_unet_ok(unet_folds_make(&folds, dataset, &options));
      for (size_t item = 0; item < ITEMS; item++) {
        const bool good_train = item >= GOOD_TRAIN && item < GOOD_TEST;
        const size_t own = good_train ? count : fold_of(folds, count, item);
        for (size_t k = 0; k < count; k++) {
          const bool trains = holds(folds[k].train, folds[k].n_train, item);
          const bool wanted = item < GOOD_TRAIN ? k != own : item < GOOD_TRAIN + 3;
          ck_assert_msg(trains == wanted, "seed %d, fold %zu of %zu: item %zu %s", (int)seed, k, count, item,
                        trains ? "trains" : "does not train");
          ck_assert(!good_train || !holds(folds[k].val, folds[k].n_val, item));
        }
      }
      unet_folds_free(folds, count);
    }
  }
}
END_TEST

START_TEST(every_fold_gets_its_share_of_each_type) {
  static const size_t types[][2] = {{BENT, SCRATCH}, {SCRATCH, GOOD_TRAIN}, {GOOD_TEST, ITEMS}};
  for (uint64_t seed = 0; seed < 20; seed++) {
    const unet_fold_options options = {.folds = 3, .seed = seed};
    unet_split *folds = NULL;
    ck_unet_ok(unet_folds_make(&folds, dataset, &options));
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
      const size_t share = (types[t][1] - types[t][0]) / 3;
      for (size_t k = 0; k < 3; k++) {
        size_t held = count_between(folds[k].val, folds[k].n_val, types[t][0], types[t][1]);
        ck_assert_msg(held == share || held == share + 1, "seed %d, fold %zu: %zu of type %zu, not about %zu",
                      (int)seed, k, held, t, share);
      }
    }
    unet_folds_free(folds, 3);
  }
}
END_TEST

/* Over the seeds each fold is now and then the one that gets more. */
START_TEST(what_is_left_over_goes_to_any_fold) {
  size_t more[3] = {0};
  for (uint64_t seed = 0; seed < 30; seed++) {
    const unet_fold_options options = {.folds = 3, .seed = seed};
    unet_split *folds = NULL;
    ck_unet_ok(unet_folds_make(&folds, dataset, &options));
    for (size_t k = 0; k < 3; k++) more[k] += count_between(folds[k].val, folds[k].n_val, BENT, SCRATCH) == 2;
    unet_folds_free(folds, 3);
  }
  for (size_t k = 0; k < 3; k++) ck_assert_msg(more[k] >= 10, "fold %zu: %zu of 30", k, more[k]);
}
END_TEST

START_TEST(the_seed_decides) {
  unet_fold_options options = {.folds = 2, .seed = 5};
  unet_split *first = NULL, *second = NULL;
  size_t others = 0;
  ck_unet_ok(unet_folds_make(&first, dataset, &options));
  for (options.seed = 5; options.seed < 25; options.seed++) {
    ck_unet_ok(unet_folds_make(&second, dataset, &options));
    const bool same = first[0].n_val == second[0].n_val &&
                      memcmp(first[0].val, second[0].val, first[0].n_val * sizeof *first[0].val) == 0;
    ck_assert(same || options.seed > 5);
    others += !same;
    unet_folds_free(second, 2);
  }
  ck_assert_uint_gt(others, 10);
  unet_folds_free(first, 2);
}
END_TEST

START_TEST(a_type_is_dealt_out_the_same_without_the_others) {
  unet_dataset *scratches = NULL;
  const unet_dataset_options only = {.data = folder, .defects = "scratch", .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&scratches, &only, NULL, NULL));
  for (uint64_t seed = 0; seed < 10; seed++) {
    const unet_fold_options options = {.folds = 3, .seed = seed};
    unet_split *all = NULL, *some = NULL;
    ck_unet_ok(unet_folds_make(&all, dataset, &options));
    ck_unet_ok(unet_folds_make(&some, scratches, &options));
    for (size_t i = 0; i < 3; i++) {
      ck_assert_str_eq(unet_dataset_item(dataset, SCRATCH + i)->name, unet_dataset_item(scratches, i)->name);
      ck_assert_uint_eq(fold_of(all, 3, SCRATCH + i), fold_of(some, 3, i));
    }
    unet_folds_free(all, 3);
    unet_folds_free(some, 3);
  }
  unet_dataset_close(scratches);
}
END_TEST

START_TEST(the_images_to_choose_on_come_from_training) {
  const unet_fold_options options = {.folds = 2, .select = 0.3, .good = 4};
  unet_split *folds = NULL;
  ck_unet_ok(unet_folds_make(&folds, dataset, &options));
  for (size_t k = 0; k < 2; k++) {
    const unet_split *fold = &folds[k];
    const size_t bent = count_between(fold->select, fold->n_select, BENT, SCRATCH);
    ck_assert_uint_eq(bent, 1);
    ck_assert_uint_eq(count_between(fold->select, fold->n_select, GOOD_TRAIN, GOOD_TEST), 1);
    ck_assert_uint_eq(count_between(fold->select, fold->n_select, GOOD_TEST, ITEMS), 0);
    for (size_t i = 0; i < fold->n_select; i++) {
      ck_assert(!holds(fold->train, fold->n_train, fold->select[i]));
      ck_assert(!holds(fold->val, fold->n_val, fold->select[i]));
    }
    ck_assert_uint_gt(count_between(fold->train, fold->n_train, SCRATCH, GOOD_TRAIN), 0);
  }
  unet_folds_free(folds, 2);
}
END_TEST

/* "021...": the fold that holds each item out, '-' for none. */
static void wants_folds(const unet_dataset *of, uint64_t seed, const char *wanted) {
  const unet_fold_options options = {.folds = 3, .seed = seed};
  unet_split *folds = NULL;
  char text[2 * ITEMS + 1] = "";
  ck_unet_ok(unet_folds_make(&folds, of, &options));
  for (size_t item = 0; item < unet_dataset_count(of); item++) {
    const bool none = of == dataset && item >= GOOD_TRAIN && item < GOOD_TEST;
    text[item] = none ? '-' : (char)('0' + fold_of(folds, 3, item));
  }
  ck_assert_str_eq(text, wanted);
  unet_folds_free(folds, 3);
}

START_TEST(the_folds_of_a_seed_stay_for_ever) {
  wants_folds(dataset, 0, "10120102----10");
  wants_folds(dataset, 7, "12201102----02");
  put_pairs(folder, 8, 0);
  unet_dataset *pairs = open_put_pairs(folder);
  wants_folds(pairs, 0, "21220001");
  wants_folds(pairs, 7, "02101122");
  unet_dataset_close(pairs);
}
END_TEST

/* Each fold gets its share of both, and of all. */
START_TEST(empty_masks_are_dealt_out_by_themselves) {
  const size_t defects = 7, good = 4, count = 3;
  put_pairs(folder, defects, good);
  unet_dataset *pairs = open_put_pairs(folder);
  for (uint64_t seed = 0; seed < 30; seed++) {
    const unet_fold_options options = {.folds = count, .select = 0.3, .seed = seed};
    unet_split *folds = NULL;
    ck_unet_ok(unet_folds_make(&folds, pairs, &options));
    for (size_t k = 0; k < count; k++) {
      const size_t with = count_between(folds[k].val, folds[k].n_val, 0, defects), all = folds[k].n_val;
      ck_assert_msg(with == 2 || with == 3, "seed %d, fold %zu: %zu with a defect", (int)seed, k, with);
      ck_assert_msg(all - with == 1 || all - with == 2, "seed %d, fold %zu: %zu good", (int)seed, k,
                    all - with);
      ck_assert_msg(all == 3 || all == 4, "seed %d, fold %zu: %zu in all", (int)seed, k, all);
      ck_assert_uint_ge(count_between(folds[k].select, folds[k].n_select, 0, defects), 1);
      ck_assert_uint_ge(count_between(folds[k].select, folds[k].n_select, defects, defects + good), 1);
    }
    unet_folds_free(folds, count);
  }
  unet_dataset_close(pairs);
}
END_TEST

START_TEST(folds_that_cannot_be_are_refused) {
  unet_split *folds = NULL;
  unet_fold_options options = {.folds = 1};
  ck_unet_fails(unet_folds_make(&folds, dataset, &options), UNET_USAGE, "--folds 1 makes no sense");
  options.folds = 4;
  ck_unet_fails(unet_folds_make(&folds, dataset, &options), UNET_USAGE, "3 images of type \"scratch\"");
  options.folds = 15;
  ck_unet_fails(unet_folds_make(&folds, dataset, &options), UNET_USAGE, "--folds 15");
  options = (unet_fold_options){.folds = 2, .good = 5};
  ck_unet_fails(unet_folds_make(&folds, dataset, &options), UNET_BAD_INPUT, "holds 4 pictures, not 5");
  options = (unet_fold_options){.folds = 2, .select = 0.95};
  ck_unet_fails(unet_folds_make(&folds, dataset, &options), UNET_USAGE, "--select");
  ck_assert_ptr_null(folds);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("folds");
  TCase *folds = unet_test_case(suite, "folds", 60);
  tcase_add_checked_fixture(folds, start, stop);
  tcase_add_test(folds, each_image_is_held_out_once_and_trains_in_the_others);
  tcase_add_test(folds, every_fold_gets_its_share_of_each_type);
  tcase_add_test(folds, what_is_left_over_goes_to_any_fold);
  tcase_add_test(folds, the_seed_decides);
  tcase_add_test(folds, a_type_is_dealt_out_the_same_without_the_others);
  tcase_add_test(folds, the_images_to_choose_on_come_from_training);
  tcase_add_test(folds, the_folds_of_a_seed_stay_for_ever);
  tcase_add_test(folds, empty_masks_are_dealt_out_by_themselves);
  tcase_add_test(folds, folds_that_cannot_be_are_refused);
  return suite;
}
