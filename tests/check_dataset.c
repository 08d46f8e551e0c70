#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "check_main.h"
#include "data/samples.h"
#include "data_files.h"

static char folder[256];
static problem_list problems;

static void start(void) {
  unet_make_test_folder(folder);
  problems.count = 0;
}
static void stop(void) { unet_remove_folder(folder); }

static char *place(const char *name) {
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, name));
  return path;
}

static void put_in(const char *subfolder, const char *name) {
  char *path = place(subfolder);
  put_picture(path, name, 8, 6, 255, 0);
  free(path);
}

static void remove_file(const char *name) {
  char *path = place(name);
  ck_assert_int_eq(remove(path), 0);
  free(path);
}

static unet_status open_at(unet_dataset **dataset, const char *data, const char *category,
                           const char *defects) {
  unet_dataset_options options = {
      .data = data, .category = category, .defects = defects, .mask_threshold = -1};
  return unet_dataset_open(dataset, &options, problem_list_add, &problems);
}

static unet_status open_category(unet_dataset **dataset, const char *category, const char *defects) {
  return open_at(dataset, folder, category, defects);
}

static unet_status open_pairs(unet_dataset **dataset, const char *images, const char *masks, int threshold) {
  char *images_path = place(images), *masks_path = place(masks);
  unet_dataset_options options = {.images = images_path, .masks = masks_path, .mask_threshold = threshold};
  unet_status status = unet_dataset_open(dataset, &options, problem_list_add, &problems);
  free(images_path);
  free(masks_path);
  return status;
}

static void check_names(const unet_dataset *dataset, const char *const *names, size_t count) {
  ck_assert_uint_eq(unet_dataset_count(dataset), count);
  for (size_t i = 0; i < count; i++) ck_assert_str_eq(unet_dataset_item(dataset, i)->name, names[i]);
}

START_TEST(a_category_is_listed_in_order) {
  static const char *const names[] = {"test/bent/000.png",    "test/bent/001.png",    "test/bent/002.png",
                                      "test/bent/003.png",    "test/bent/004.png",    "test/scratch/000.png",
                                      "test/scratch/001.png", "test/scratch/002.png", "train/good/000.png",
                                      "train/good/001.png",   "train/good/002.png",   "train/good/003.png",
                                      "test/good/000.png",    "test/good/001.png"};
  unet_dataset *dataset = NULL;
  put_category(folder);
  put_file(folder, "test/bent/notes.txt", "x", 1);
  ck_unet_ok(open_category(&dataset, NULL, NULL));
  check_names(dataset, names, 14);
  ck_assert_str_eq(unet_dataset_folder(dataset), folder);
  const unet_item *item = unet_dataset_item(dataset, 6);
  ck_assert_str_eq(item->type, "scratch");
  ck_assert_int_eq(item->role, UNET_ITEM_LABELLED);
  ck_assert(strstr(item->mask, "/ground_truth/scratch/001_mask.png") != NULL);
  ck_assert_int_eq(unet_dataset_item(dataset, 8)->role, UNET_ITEM_GOOD_TRAIN);
  ck_assert_int_eq(unet_dataset_item(dataset, 13)->role, UNET_ITEM_GOOD_TEST);
  ck_assert_ptr_null(unet_dataset_item(dataset, 13)->mask);
  size_t covered[14];
  ck_unet_ok(unet_dataset_check(dataset, covered, problem_list_add, &problems));
  for (size_t i = 0; i < 14; i++) ck_assert_uint_eq(covered[i], i < 8);
  ck_assert_uint_eq(problems.count, 0);
  unet_dataset_close(dataset);
}
END_TEST

START_TEST(defect_types_are_chosen) {
  unet_dataset *dataset = NULL;
  put_category(folder);
  ck_unet_ok(open_category(&dataset, NULL, " scratch , "));
  ck_assert_uint_eq(unet_dataset_count(dataset), 3 + 4 + 2);
  unet_dataset_close(dataset);
  put_in("test/bent,scratch", "000.png");
  put_in("ground_truth/bent,scratch", "000_mask.png");
  ck_unet_ok(open_category(&dataset, NULL, "bent,scratch"));
  ck_assert_uint_eq(unet_dataset_count(dataset), 1 + 4 + 2);
  unet_dataset_close(dataset);
  ck_unet_fails(open_category(&dataset, NULL, "scratch,colour,flap"), UNET_BAD_INPUT, "2 problems");
  ck_assert_ptr_null(dataset);
  check_problem(&problems, "\"colour\"", "bent, bent,scratch, scratch");
  check_problem(&problems, "\"flap\"", "there are");
}
END_TEST

START_TEST(a_category_is_found_in_its_parent) {
  unet_dataset *dataset = NULL;
  char *nut = place("nut");
  put_category(nut);
  put_in("bolt", "test/bent/000.png");
  ck_unet_ok(open_category(&dataset, "nut", NULL));
  ck_assert_str_eq(unet_dataset_folder(dataset), nut);
  ck_assert_str_eq(unet_dataset_item(dataset, 0)->name, "test/bent/000.png");
  unet_dataset_close(dataset);
  ck_unet_fails(open_category(&dataset, NULL, NULL), UNET_BAD_INPUT, "--category: bolt, nut");
  ck_unet_fails(open_category(&dataset, "screw", NULL), UNET_BAD_INPUT, "bolt, nut");
  ck_unet_fails(open_at(&dataset, nut, "nut", NULL), UNET_BAD_INPUT, "leave --category out");
  free(nut);
}
END_TEST

START_TEST(wrong_folders_say_what_is_expected) {
  unet_dataset *dataset = NULL;
  ck_unet_fails(open_category(&dataset, NULL, NULL), UNET_BAD_INPUT, "ground_truth/TYPE/NAME_mask.png");
  char *absent = place("absent");
  ck_unet_fails(open_at(&dataset, absent, NULL, NULL), UNET_BAD_INPUT, "cannot be read");
  free(absent);
  put_file(folder, "test/readme.txt", "x", 1);
  ck_unet_fails(open_category(&dataset, NULL, NULL), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, folder, "no pictures");
  unet_dataset_options both = {.data = folder, .images = folder, .masks = folder, .mask_threshold = -1};
  ck_unet_fails(unet_dataset_open(&dataset, &both, NULL, NULL), UNET_USAGE, "exclude");
  unet_dataset_options half = {.images = folder, .mask_threshold = -1};
  ck_unet_fails(unet_dataset_open(&dataset, &half, NULL, NULL), UNET_USAGE, "--masks");
}
END_TEST

START_TEST(problems_of_the_layout_come_all_at_once) {
  unet_dataset *dataset = NULL;
  put_category(folder);
  remove_file("ground_truth/bent/001_mask.png");
  put_picture(folder, "ground_truth/bent/002_mask.bmp", 8, 6, 255, 0);
  put_picture(folder, "test/bent/003.JPG", 8, 6, 255, 0);
  put_file(folder, "test/scratch/pictures.png/x", "x", 1);
  put_file(folder, "test/scratch/005.tif", "x", 1);
  put_picture(folder, "test/dent/000.png", 8, 6, 255, 0);
  put_file(folder, "test/worn/readme.txt", "x", 1);
  put_file(folder, "ground_truth/worn/readme.txt", "x", 1);
  ck_unet_fails(open_category(&dataset, NULL, NULL), UNET_BAD_INPUT,
                "7 problems in the data set, listed above");
  ck_assert_uint_eq(problems.count, 7);
  check_problem(&problems, "test/bent/001.png", "no mask");
  check_problem(&problems, "test/bent/002.png", "two masks");
  check_problem(&problems, "test/bent/003.png", "003.JPG");
  check_problem(&problems, "test/scratch/pictures.png", "a folder");
  check_problem(&problems, "test/scratch/005.tif", "convert");
  check_problem(&problems, "ground_truth/dent", "no such folder");
  check_problem(&problems, "test/worn", "no pictures");
  ck_unet_fails(open_category(&dataset, NULL, "bent,worn"), UNET_BAD_INPUT, "4 problems");
}
END_TEST

START_TEST(without_a_listener_the_first_problem_is_told) {
  unet_dataset *dataset = NULL;
  put_category(folder);
  remove_file("ground_truth/bent/001_mask.png");
  unet_dataset_options options = {.data = folder, .mask_threshold = -1};
  ck_unet_fails(unet_dataset_open(&dataset, &options, NULL, NULL), UNET_BAD_INPUT, "bent/001.png: no mask");
}
END_TEST

START_TEST(names_must_be_text) {
  unet_dataset *dataset = NULL;
  put_category(folder);
  put_picture(folder, "test/good/a\xFF.png", 8, 6, 1, 1);
  put_picture(folder, "test/good/two\nlines\xFF.png", 8, 6, 1, 1);
  ck_unet_fails(open_category(&dataset, NULL, NULL), UNET_BAD_INPUT, "2 problems");
  check_problem(&problems, "two lines", "UTF-8");
}
END_TEST

START_TEST(problems_of_the_files_come_all_at_once) {
  unet_dataset *dataset = NULL;
  put_category(folder);
  put_file(folder, "test/bent/000.png", "", 0);
  put_file(folder, "test/bent/001.png", "no picture at all", 17);
  put_picture(folder, "ground_truth/bent/002_mask.png", 6, 8, 255, 0);
  put_picture(folder, "ground_truth/scratch/000_mask.png", 8, 6, 77, 0);
  put_file(folder, "train/good/003.png", "\x89PNG\r\n\x1a\n", 8);
  ck_unet_ok(open_category(&dataset, NULL, NULL));
  ck_unet_fails(unet_dataset_check(dataset, NULL, problem_list_add, &problems), UNET_BAD_INPUT, "5 problems");
  static const char *const wanted[5][2] = {{"bent/000.png", "empty"},
                                           {"bent/001.png", "not a PNG"},
                                           {"bent/002.png", "the image is 8 x 6"},
                                           {"scratch/000_mask.png", "0, 77"},
                                           {"train/good/003.png", "too early"}};
  ck_assert_uint_eq(problems.count, 5);
  for (size_t i = 0; i < 5; i++) {
    ck_assert_msg(strstr(problems.lines[i], wanted[i][0]) && strstr(problems.lines[i], wanted[i][1]),
                  "line %zu: %s", i, problems.lines[i]);
  }
  unet_samples samples = {0};
  problems.count = 0;
  ck_unet_fails(
      unet_samples_load(&samples, dataset, (size_t[]){1, 3}, 2, 3, 4, 4, problem_list_add, &problems),
      UNET_BAD_INPUT, "1 problem ");
  ck_assert_ptr_null(samples.images);
  unet_dataset_close(dataset);
}
END_TEST

START_TEST(samples_have_the_size_asked_for) {
  unet_dataset *dataset = NULL;
  unet_samples samples = {0};
  put_category(folder);
  ck_unet_ok(open_category(&dataset, NULL, NULL));
  size_t indices[] = {13, 1, 0};
  ck_unet_ok(unet_samples_load(&samples, dataset, indices, 3, 3, 6, 8, problem_list_add, &problems));
  enum { PIXELS = 48 };
  for (size_t c = 0; c < 3; c++) {
    const uint16_t *first = samples.images + (3 + c) * PIXELS, *second = first + (size_t)3 * PIXELS;
    ck_assert_uint_eq(first[0] / 257, 10);
    ck_assert_uint_eq(first[5] / 257, 70);
    ck_assert_uint_eq(second[47] / 257, 50);
  }
  for (size_t i = 0; i < (size_t)3 * PIXELS; i++) ck_assert_int_eq(samples.masks[i], i == 48 || i == 96);
  unet_samples_free(&samples);
  ck_unet_ok(unet_samples_load(&samples, dataset, indices, 3, 1, 2, 2, problem_list_add, &problems));
  for (size_t i = 0; i < 12; i++) ck_assert_int_eq(samples.masks[i], i == 4 || i == 8);
  unet_samples_free(&samples);
  unet_dataset_close(dataset);
}
END_TEST

START_TEST(pairs_understand_mask_endings) {
  static const char *const names[] = {"a.png", "b.PNG", "c.x.bmp", "d.png", "d1.png"};
  unet_dataset *dataset = NULL;
  for (size_t i = 0; i < 5; i++) put_in("images", names[i]);
  put_in("masks", "a.png");
  put_in("masks", "b_mask.PNG");
  put_in("masks", "c.x_label.png");
  put_in("masks", "d_gt.png");
  put_in("masks", "d1.bmp");
  put_in("masks", "e_of_no_image.png");
  ck_unet_ok(open_pairs(&dataset, "images", "masks/", -1));
  check_names(dataset, names, 5);
  for (size_t i = 0; i < 5; i++) ck_assert_str_eq(unet_dataset_item(dataset, i)->type, "defect");
  ck_assert(strstr(unet_dataset_item(dataset, 3)->mask, "masks/d_gt.png") != NULL);
  ck_unet_ok(unet_dataset_check(dataset, NULL, problem_list_add, &problems));
  unet_dataset_close(dataset);
  put_in("masks", "d_label.png");
  remove_file("masks/a.png");
  ck_unet_fails(open_pairs(&dataset, "images", "masks", -1), UNET_BAD_INPUT, "2 problems");
  check_problem(&problems, "images/a.png", "no mask");
  check_problem(&problems, "images/d.png", "two masks");
  ck_unet_fails(open_pairs(&dataset, "images", "absent", -1), UNET_BAD_INPUT,
                "absent: the folder cannot be read");
  put_file(folder, "empty/x.txt", "x", 1);
  ck_unet_fails(open_pairs(&dataset, "empty", "masks", -1), UNET_BAD_INPUT, "1 problem ");
}
END_TEST

START_TEST(pairs_may_share_a_folder) {
  unet_dataset *dataset = NULL;
  put_in("both", "a.png");
  put_in("both", "a_mask.png");
  put_in("both", "b.png");
  put_in("both", "b_mask.png");
  ck_unet_ok(open_pairs(&dataset, "both", "both/", -1));
  check_names(dataset, (const char *const[]){"a.png", "b.png"}, 2);
  unet_dataset_close(dataset);
}
END_TEST

START_TEST(the_mask_threshold_reaches_the_masks) {
  unet_dataset *dataset = NULL;
  size_t covered = 0;
  put_in("images", "a.png");
  put_picture(folder, "masks/a.png", 8, 6, 100, 30);
  ck_unet_ok(open_pairs(&dataset, "images", "masks", 30));
  ck_unet_ok(unet_dataset_check(dataset, &covered, problem_list_add, &problems));
  ck_assert_uint_eq(covered, 1);
  unet_dataset_close(dataset);
  ck_unet_fails(open_pairs(&dataset, "images", "masks", 70000), UNET_USAGE, "--mask-threshold");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("dataset");
  TCase *dataset = unet_test_case(suite, "dataset", 60);
  tcase_add_checked_fixture(dataset, start, stop);
  tcase_add_test(dataset, a_category_is_listed_in_order);
  tcase_add_test(dataset, defect_types_are_chosen);
  tcase_add_test(dataset, a_category_is_found_in_its_parent);
  tcase_add_test(dataset, wrong_folders_say_what_is_expected);
  tcase_add_test(dataset, problems_of_the_layout_come_all_at_once);
  tcase_add_test(dataset, without_a_listener_the_first_problem_is_told);
  tcase_add_test(dataset, names_must_be_text);
  tcase_add_test(dataset, problems_of_the_files_come_all_at_once);
  tcase_add_test(dataset, samples_have_the_size_asked_for);
  tcase_add_test(dataset, pairs_understand_mask_endings);
  tcase_add_test(dataset, pairs_may_share_a_folder);
  tcase_add_test(dataset, the_mask_threshold_reaches_the_masks);
  return suite;
}
