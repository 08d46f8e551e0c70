#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "check_main.h"
#include "data/image.h"
#include "data/mask.h"
#include "data_files.h"

static char folder[256];

static void start(void) { unet_make_test_folder(folder); }
static void stop(void) { unet_remove_folder(folder); }

/* Writes a mask file of 4 pixels and reads it. */
static unet_status read_mask(unet_mask *mask, const uint16_t *values, size_t channels, unsigned depth,
                             int threshold) {
  char *path = NULL;
  unet_image image = {0};
  ck_unet_ok(unet_path_join(&path, folder, "m.png"));
  ck_unet_ok(unet_image_make(&image, 2, 2, channels, depth));
  for (size_t i = 0; i < 4 * channels; i++) image.samples[i] = (uint16_t)(values[i] * (depth == 8 ? 257 : 1));
  ck_unet_ok(unet_image_write_png(&image, path));
  unet_image_free(&image);
  unet_status status = unet_mask_read(mask, path, threshold);
  free(path);
  return status;
}

static void check_mask(const uint16_t *values, unsigned depth, int threshold, const uint8_t *wanted) {
  unet_mask mask = {0};
  ck_unet_ok(read_mask(&mask, values, 1, depth, threshold));
  ck_assert_uint_eq(mask.width * mask.height, 4);
  ck_assert_mem_eq(mask.values, wanted, 4);
  unet_mask_free(&mask);
}

START_TEST(understood_values) {
  static const uint8_t wanted[] = {0, 1, 1, 0}, none[] = {0, 0, 0, 0}, full[] = {1, 1, 1, 1};
  check_mask((uint16_t[]){0, 1, 1, 0}, 8, -1, wanted);
  check_mask((uint16_t[]){0, 255, 255, 0}, 8, -1, wanted);
  check_mask((uint16_t[]){0, 65535, 65535, 0}, 16, -1, wanted);
  check_mask((uint16_t[]){0, 1, 1, 0}, 16, -1, wanted);
  check_mask((uint16_t[]){0, 0, 0, 0}, 8, -1, none);
  check_mask((uint16_t[]){255, 255, 255, 255}, 8, -1, full);
}
END_TEST

START_TEST(a_threshold_understands_all_values) {
  check_mask((uint16_t[]){0, 127, 128, 3}, 8, 127, (uint8_t[]){0, 0, 1, 0});
  check_mask((uint16_t[]){0, 127, 128, 3}, 8, 0, (uint8_t[]){0, 1, 1, 1});
  check_mask((uint16_t[]){0, 1000, 1001, 60000}, 16, 1000, (uint8_t[]){0, 0, 1, 1});
}
END_TEST

START_TEST(odd_values_are_named) {
  unet_mask mask = {0};
  ck_unet_fails(read_mask(&mask, (uint16_t[]){0, 7, 255, 0}, 1, 8, -1), UNET_BAD_INPUT, "0, 7, 255");
  ck_unet_fails(read_mask(&mask, (uint16_t[]){0, 128, 0, 0}, 1, 8, -1), UNET_BAD_INPUT, "--mask-threshold");
  ck_unet_fails(read_mask(&mask, (uint16_t[]){0, 1, 255, 0}, 1, 8, -1), UNET_BAD_INPUT, "m.png");
  ck_assert_ptr_null(mask.values);
  static const uint16_t red[] = {0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0};
  static const uint16_t white[] = {0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0};
  ck_unet_fails(read_mask(&mask, red, 3, 8, -1), UNET_BAD_INPUT, "colour");
  ck_unet_ok(read_mask(&mask, white, 3, 8, -1));
  ck_assert_mem_eq(mask.values, "\0\1\0\0", 4);
  unet_mask_free(&mask);
}
END_TEST

START_TEST(many_odd_values_are_counted) {
  char *path = NULL;
  unet_image image = {0};
  unet_mask mask = {0};
  ck_unet_ok(unet_path_join(&path, folder, "m.png"));
  ck_unet_ok(unet_image_make(&image, 256, 1, 1, 8));
  for (size_t i = 0; i < 256; i++) image.samples[i] = (uint16_t)(i * 257);
  ck_unet_ok(unet_image_write_png(&image, path));
  ck_unet_fails(unet_mask_read(&mask, path, -1), UNET_BAD_INPUT, "0, 1, 2, 3, 4, 5 and 250 more");
  unet_image_free(&image);
  free(path);
}
END_TEST

/* The digits say which region a pixel belongs to. */
static void check_regions(const char *picture, size_t height, size_t width, uint32_t wanted) {
  uint8_t values[64];
  uint32_t labels[64], regions = 99;
  for (size_t i = 0; i < height * width; i++) values[i] = picture[i] != '.';
  ck_unet_ok(unet_label_regions(labels, &regions, values, height, width));
  ck_assert_uint_eq(regions, wanted);
  for (size_t i = 0; i < height * width; i++) {
    uint32_t label = picture[i] == '.' ? 0 : (uint32_t)(picture[i] - '0');
    ck_assert_msg(labels[i] == label, "pixel %zu has label %u, not %u", i, labels[i], label);
  }
}

START_TEST(regions_are_labelled) {
  check_regions(".....", 1, 5, 0);
  check_regions("1.2.3", 1, 5, 3);
  check_regions(
      "11..2"
      "1...2"
      "....."
      ".3.4.",
      4, 5, 4);
}
END_TEST

START_TEST(corners_connect) {
  check_regions(
      "1...1"
      ".1.1."
      "..1..",
      3, 5, 1);
}
END_TEST

START_TEST(a_large_region_needs_no_deep_stack) {
  enum { SIDE = 2000 };
  uint8_t *values = malloc((size_t)SIDE * SIDE);
  uint32_t *labels = calloc((size_t)SIDE * SIDE, sizeof *labels), regions = 0;
  ck_assert(values && labels);
  memset(values, 1, (size_t)SIDE * SIDE);
  ck_unet_ok(unet_label_regions(labels, &regions, values, SIDE, SIDE));
  ck_assert_uint_eq(regions, 1);
  ck_assert_uint_eq(labels[(size_t)SIDE * SIDE - 1], 1);
  free(values);
  free(labels);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("mask");
  TCase *mask = unet_test_case(suite, "mask", 60);
  tcase_add_checked_fixture(mask, start, stop);
  tcase_add_test(mask, understood_values);
  tcase_add_test(mask, a_threshold_understands_all_values);
  tcase_add_test(mask, odd_values_are_named);
  tcase_add_test(mask, many_odd_values_are_counted);
  tcase_add_test(mask, regions_are_labelled);
  tcase_add_test(mask, corners_connect);
  tcase_add_test(mask, a_large_region_needs_no_deep_stack);
  return suite;
}
