/* What check tells of a data set: every problem at once, and what would train badly. */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "check_main.h"
#include "data/image.h"
#include "data_files.h"
#include "picture_bytes.h"

static char folder[256], images[300], masks[300];
static problem_list problems, warnings, facts;
static unet_check_options options;
static unet_check_result result;

static void add_problem(void *user, const char *line) {
  (void)user;
  problem_list_add(&problems, line);
}
static void add_warning(void *user, const char *line) {
  (void)user;
  problem_list_add(&warnings, line);
}
static void add_fact(void *user, const char *line) {
  (void)user;
  problem_list_add(&facts, line);
}

static void start(void) {
  unet_make_test_folder(folder);
  (void)snprintf(images, sizeof images, "%s/images", folder);
  (void)snprintf(masks, sizeof masks, "%s/masks", folder);
  options = (unet_check_options){.data = {.images = images, .masks = masks, .mask_threshold = -1},
                                 .height = 8,
                                 .width = 8,
                                 .val = 0.2,
                                 .on_problem = add_problem,
                                 .on_warning = add_warning,
                                 .on_fact = add_fact};
}
static void stop(void) {
  unet_check_result_free(&result);
  unet_remove_folder(folder);
}

static void as_category(void) {
  options.data.data = folder;
  options.data.images = options.data.masks = NULL;
}

static unet_status check(void) {
  unet_check_result_free(&result);
  problems.count = warnings.count = facts.count = 0;
  return unet_check(&result, &options);
}

/* A picture with one value in columns [0, columns) and 0 in the others. */
static void put_stripe(const char *name, size_t width, size_t height, size_t columns, unsigned depth,
                       uint16_t value) {
  char *path = NULL;
  unet_image image = {0};
  ck_unet_ok(unet_path_join(&path, folder, name));
  ck_unet_ok(unet_image_make(&image, width, height, 1, depth));
  for (size_t i = 0; i < width * height; i++) image.samples[i] = i % width < columns ? value : 0;
  ck_unet_ok(unet_image_write_png(&image, path));
  unet_image_free(&image);
  free(path);
}

/* Four pictures, the first `defects` of whose masks have a stripe so wide. */
static void put_striped_pairs(size_t width, size_t height, size_t defects, size_t columns) {
  char name[64];
  ck_unet_ok(unet_make_folders(images));
  ck_unet_ok(unet_make_folders(masks));
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(name, sizeof name, "images/%zu.png", i);
    put_stripe(name, width, height, width, 8, 32768);
    (void)snprintf(name, sizeof name, "masks/%zu_mask.png", i);
    put_stripe(name, width, height, i < defects ? columns : 0, 8, 65535);
  }
}

START_TEST(what_is_right_has_no_warning) {
  put_striped_pairs(8, 8, 2, 3);
  put_stripe("masks/of_nothing.png", 8, 8, 0, 8, 0);
  ck_unet_ok(check());
  ck_assert_uint_eq(result.n_types, 1);
  ck_assert_str_eq(result.types[0].type, "defect");
  ck_assert_uint_eq(result.types[0].images, 4);
  ck_assert_uint_eq(result.types[0].with_defect, 2);
  ck_assert_uint_eq(warnings.count, 0);
  check_problem(&facts, "pictures of 8 x 8", "pixels");
  check_problem(&facts, "1 mask belongs to no picture", "not used");
}
END_TEST

START_TEST(problems_of_layout_and_files_come_together) {
  put_category(folder);
  as_category();
  put_picture(folder, "test/dent/000.png", 8, 6, 255, 0);
  put_file(folder, "test/bent/001.png", "", 0);
  put_file(folder, "test/scratch/x.tif", "x", 1);
  put_picture(folder, "ground_truth/scratch/000_mask.png", 6, 8, 255, 0);
  put_picture(folder, "test/Good/000.png", 8, 6, 255, 0);
  ck_unet_fails(check(), UNET_BAD_INPUT, "5 problems");
  check_problem(&problems, "ground_truth/dent", "no such folder");
  check_problem(&problems, "bent/001.png", "empty");
  check_problem(&problems, "x.tif", "convert");
  check_problem(&problems, "scratch/000.png", "6 x 8");
  check_problem(&problems, "test/Good", "pictures without defects go in test/good");
}
END_TEST

START_TEST(what_training_refuses_is_a_problem) {
  put_picture(folder, "train/good/000.png", 8, 6, 1, 1);
  put_picture(folder, "test/good/000.png", 8, 6, 1, 1);
  as_category();
  ck_unet_fails(check(), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, "no image with a defect under test/", "ground_truth/TYPE");
  put_picture(folder, "test/bent/000.png", 8, 6, 1, 1);
  put_picture(folder, "ground_truth/bent/000_mask.png", 8, 6, 255, 0);
  ck_unet_fails(check(), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, "no image is left to train on", "--val");
}
END_TEST

START_TEST(masks_without_any_defect_are_a_problem) {
  put_striped_pairs(8, 8, 0, 0);
  ck_unet_fails(check(), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, "no image has a defect", "all 4 masks are 0");
  put_stripe("masks/0_mask.png", 8, 8, 3, 8, 100 * 257);
  options.data.mask_threshold = 200;
  ck_unet_fails(check(), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, "largest value of the masks is 100", "--mask-threshold 200; lower it");
}
END_TEST

START_TEST(inverted_masks_are_suspected) {
  put_striped_pairs(8, 8, 4, 5);
  ck_unet_ok(check());
  ck_assert_uint_eq(result.warnings, 1);
  check_problem(&warnings, "62 % of all pixels", "inverted");
}
END_TEST

START_TEST(twelve_bits_in_sixteen_are_told) {
  put_striped_pairs(8, 8, 2, 3);
  put_stripe("images/0.png", 8, 8, 8, 16, 4000);
  put_stripe("images/1.png", 8, 8, 8, 16, 3000);
  ck_unet_ok(check());
  check_problem(&warnings, "largest value of all 16-bit pictures is 4000 of 65535", "by 16,");
  put_stripe("images/1.png", 8, 8, 8, 16, 8192);
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 0);
}
END_TEST

START_TEST(masks_drawn_in_alpha_are_told) {
  static const uint8_t pixels[] = {0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255};
  png_image mask = {.version = PNG_IMAGE_VERSION, .width = 2, .height = 2, .format = PNG_FORMAT_RGBA};
  char path[400];
  put_striped_pairs(2, 2, 2, 1);
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 0);
  (void)snprintf(path, sizeof path, "%s/3_mask.png", masks);
  ck_assert(png_image_write_to_file(&mask, path, 0, pixels, 0, NULL));
  ck_unet_ok(check());
  check_problem(&warnings, "3_mask.png", "alpha channel");
}
END_TEST

START_TEST(thin_defects_and_long_pictures_are_told) {
  put_striped_pairs(64, 64, 4, 8); /* 8 pixels, of which one is left */
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 1);
  check_problem(&warnings, "narrower than 1.0 pixels, 8.0 in the pictures themselves", "--tile");
  options.height = options.width = 32;
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 0);
  put_striped_pairs(96, 32, 4, 32);
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 1);
  check_problem(&warnings, "squeezed 3.0 times", "--tile");
  options.tile = true;
  ck_unet_ok(check());
  ck_assert_uint_eq(warnings.count, 0);
}
END_TEST

/* By the names, and where both have the same by what is in them. */
START_TEST(swapped_folders_are_suspected) {
  char name[64];
  put_striped_pairs(8, 8, 4, 3);
  for (size_t i = 4; i < 30; i++) {
    (void)snprintf(name, sizeof name, "images/%zu.png", i);
    put_stripe(name, 8, 8, 8, 8, 32768);
    (void)snprintf(name, sizeof name, "masks/%zu_mask.png", i);
    put_stripe(name, 8, 8, 1, 8, 65535);
  }
  options.data.images = masks;
  options.data.masks = images;
  ck_unet_fails(check(), UNET_BAD_INPUT, "problems");
  check_problem(&problems, "are they swapped?", masks);
  check_problem(&problems, "and 11 more", "");
  ck_assert_uint_eq(problems.count, 21);
  unet_remove_folder(masks);
  unet_remove_folder(images);
  put_striped_pairs(8, 8, 4, 3);
  for (size_t i = 0; i < 4; i++) {
    char from[400], to[400];
    (void)snprintf(from, sizeof from, "%s/%zu_mask.png", masks, i);
    (void)snprintf(to, sizeof to, "%s/%zu.png", masks, i);
    ck_assert_int_eq(rename(from, to), 0);
  }
  ck_unet_fails(check(), UNET_BAD_INPUT, "5 problems");
  ck_assert(strstr(problems.lines[0], "are they swapped?"));
}
END_TEST

START_TEST(a_turned_picture_is_named_so) {
  uint8_t bytes[PICTURE_BYTES];
  const size_t size = make_exif_jpeg(bytes, 6, 0);
  put_striped_pairs(24, 16, 2, 8);
  put_file(folder, "images/0.jpg", bytes, size);
  char path[400];
  (void)snprintf(path, sizeof path, "%s/0.png", images);
  ck_assert_int_eq(remove(path), 0);
  ck_unet_fails(check(), UNET_BAD_INPUT, "1 problem ");
  check_problem(&problems, "the image is 16 x 24, turned upright by its EXIF, but", "24 x 16");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("survey");
  TCase *survey = unet_test_case(suite, "survey", 60);
  tcase_add_checked_fixture(survey, start, stop);
  tcase_add_test(survey, what_is_right_has_no_warning);
  tcase_add_test(survey, problems_of_layout_and_files_come_together);
  tcase_add_test(survey, what_training_refuses_is_a_problem);
  tcase_add_test(survey, masks_without_any_defect_are_a_problem);
  tcase_add_test(survey, inverted_masks_are_suspected);
  tcase_add_test(survey, twelve_bits_in_sixteen_are_told);
  tcase_add_test(survey, masks_drawn_in_alpha_are_told);
  tcase_add_test(survey, thin_defects_and_long_pictures_are_told);
  tcase_add_test(survey, swapped_folders_are_suspected);
  tcase_add_test(survey, a_turned_picture_is_named_so);
  return suite;
}
