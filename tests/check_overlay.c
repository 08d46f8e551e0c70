#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "check_main.h"
#include "report/overlay.h"

/* A grey ramp, 16 bit, so that what shows through a tint can be told from the tint. */
static void make_ramp(unet_image *image, size_t size, size_t channels) {
  ck_unet_ok(unet_image_make(image, size, size, channels, 16));
  for (size_t i = 0; i < size * size * channels; i++) {
    image->samples[i] = (uint16_t)((i / channels % size) * 65535 / size);
  }
}

static uint8_t *make_mask(size_t size, size_t left, size_t top, size_t side) {
  uint8_t *mask = NULL;
  ck_unet_ok(unet_alloc_array((void *)&mask, size * size, 1));
  for (size_t y = top; y < top + side; y++) memset(mask + y * size + left, 1, side);
  return mask;
}

static int channel(const unet_image *image, size_t x, size_t y, size_t c) {
  return image->samples[3 * (y * image->width + x) + c] >> 8;
}

static bool is_ink(const unet_image *image, size_t x, size_t y, unet_ink ink) {
  return channel(image, x, y, 0) == ink.r && channel(image, x, y, 1) == ink.g &&
         channel(image, x, y, 2) == ink.b;
}

START_TEST(without_defect_the_image_stays) {
  for (size_t channels = 1; channels <= 3; channels += 2) {
    unet_image image = {0}, drawn = {0};
    make_ramp(&image, 40, channels);
    uint8_t *none = make_mask(40, 0, 0, 0);
    ck_unet_ok(unet_overlay_draw(&drawn, &image, none, NULL));
    ck_assert_uint_eq(drawn.channels, 3);
    ck_assert_uint_eq(drawn.depth, 8);
    for (size_t i = 0; i < (size_t)40 * 40; i++) {
      for (size_t c = 0; c < 3; c++) {
        int wanted = image.samples[i * channels + (channels == 3 ? c : 0)] >> 8;
        int got = drawn.samples[3 * i + c] >> 8;
        ck_assert_msg(abs(got - wanted) <= 1, "pixel %zu: %d, not %d", i, got, wanted);
      }
    }
    free(none);
    unet_image_free(&image);
    unet_image_free(&drawn);
  }
}
END_TEST

START_TEST(the_defect_is_tinted_and_outlined) {
  unet_image image = {0}, drawn = {0};
  make_ramp(&image, 100, 1);
  uint8_t *mask = make_mask(100, 30, 30, 40);
  ck_unet_ok(unet_overlay_draw(&drawn, &image, mask, NULL));
  for (size_t x = 31; x < 69; x++) {
    ck_assert_msg(channel(&drawn, x, 50, 0) > channel(&drawn, x, 50, 1) + 40, "x %zu: not tinted", x);
    ck_assert_msg(channel(&drawn, x, 50, 1) >= channel(&drawn, x - 1, 50, 1), "x %zu: the image is lost", x);
  }
  ck_assert_int_gt(channel(&drawn, 69, 50, 1), channel(&drawn, 30, 50, 1) + 40);
  for (size_t i = 30; i < 70; i++) {
    ck_assert(is_ink(&drawn, i, 29, unet_predicted_ink));
    ck_assert(is_ink(&drawn, i, 70, unet_predicted_ink));
    ck_assert(is_ink(&drawn, 29, i, unet_predicted_ink));
    ck_assert(is_ink(&drawn, 70, i, unet_predicted_ink));
  }
  ck_assert_int_eq(channel(&drawn, 20, 50, 0), channel(&drawn, 20, 50, 1));
  free(mask);
  unet_image_free(&image);
  unet_image_free(&drawn);
}
END_TEST

START_TEST(a_single_pixel_in_a_corner_is_outlined) {
  unet_image image = {0}, drawn = {0};
  make_ramp(&image, 33, 3);
  uint8_t *mask = make_mask(33, 0, 0, 1);
  ck_unet_ok(unet_overlay_draw(&drawn, &image, mask, NULL));
  ck_assert(is_ink(&drawn, 1, 0, unet_predicted_ink));
  ck_assert(is_ink(&drawn, 0, 1, unet_predicted_ink));
  free(mask);
  unet_image_free(&image);
  unet_image_free(&drawn);
}
END_TEST

START_TEST(the_outline_grows_with_the_image) {
  unet_image image = {0}, drawn = {0};
  make_ramp(&image, 1400, 1);
  uint8_t *mask = make_mask(1400, 500, 500, 400);
  ck_unet_ok(unet_overlay_draw(&drawn, &image, mask, NULL));
  for (size_t x = 900; x < 905; x++) ck_assert(is_ink(&drawn, x, 700, unet_predicted_ink));
  ck_assert(!is_ink(&drawn, 907, 700, unet_predicted_ink));
  /* Round at a corner: as far away along the diagonal, not as far along both axes. */
  ck_assert(is_ink(&drawn, 902, 902, unet_predicted_ink));
  ck_assert(!is_ink(&drawn, 904, 904, unet_predicted_ink));
  free(mask);
  unet_image_free(&image);
  unet_image_free(&drawn);
}
END_TEST

START_TEST(missed_defects_show_in_the_colour_of_the_truth) {
  unet_image image = {0}, drawn = {0};
  make_ramp(&image, 100, 1);
  uint8_t *found = make_mask(100, 10, 10, 20), *missed = make_mask(100, 60, 60, 20);
  ck_unet_ok(unet_overlay_draw(&drawn, &image, found, missed));
  ck_assert(is_ink(&drawn, 20, 9, unet_predicted_ink));
  ck_assert(is_ink(&drawn, 70, 59, unet_true_ink));
  ck_assert_int_gt(channel(&drawn, 70, 70, 1), channel(&drawn, 70, 70, 0));
  ck_assert_int_gt(channel(&drawn, 20, 20, 0), channel(&drawn, 20, 20, 1));
  unet_image_free(&drawn);
  ck_unet_ok(unet_overlay_draw(&drawn, &image, NULL, missed));
  ck_assert_int_eq(channel(&drawn, 20, 20, 0), channel(&drawn, 20, 20, 1));
  free(found);
  free(missed);
  unet_image_free(&image);
  unet_image_free(&drawn);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("overlay");
  TCase *overlay = unet_test_case(suite, "overlay", 30);
  tcase_add_test(overlay, without_defect_the_image_stays);
  tcase_add_test(overlay, the_defect_is_tinted_and_outlined);
  tcase_add_test(overlay, a_single_pixel_in_a_corner_is_outlined);
  tcase_add_test(overlay, the_outline_grows_with_the_image);
  tcase_add_test(overlay, missed_defects_show_in_the_colour_of_the_truth);
  return suite;
}
