/* Windows over pictures of any size, what they are cut from, and the symmetries. */
#include <stdlib.h>

#include "check_main.h"
#include "data/pictures.h"
#include "data/windows.h"
#include "run/symmetries.h"

static void check_axis(size_t length, size_t side, size_t overlap) {
  const unet_window_axis axis = unet_window_axis_make(length, side, overlap);
  ptrdiff_t end = 0;
  for (size_t i = 0; i < axis.count; i++) {
    const ptrdiff_t start = unet_window_start(&axis, i);
    if (i > 0)
      ck_assert_msg(start + (ptrdiff_t)overlap <= end,
                    "%zu in %zu: window %zu starts at %td, %td ends before", side, length, i, start, end);
    if (length >= side)
      ck_assert_msg(start >= 0 && start + (ptrdiff_t)side <= (ptrdiff_t)length,
                    "%zu in %zu: window %zu leaves the picture", side, length, i);
    end = start + (ptrdiff_t)side;
  }
  ck_assert_msg(unet_window_start(&axis, 0) <= 0 && end >= (ptrdiff_t)length, "%zu in %zu: not covered", side,
                length);
}

START_TEST(windows_cover_every_length_and_overlap) {
  for (size_t length = 1; length < 200; length++) {
    for (size_t overlap = 0; overlap < 16; overlap += 5) check_axis(length, 16, overlap);
  }
  ck_assert_uint_eq(unet_window_axis_make(16, 16, 4).count, 1);
  ck_assert_uint_eq(unet_window_axis_make(17, 16, 4).count, 2);
  ck_assert_uint_eq(unet_window_axis_make(700, 256, 64).count, 4);
}
END_TEST

START_TEST(weights_rise_from_the_border) {
  const unet_window_axis axis = unet_window_axis_make(100, 16, 4);
  for (size_t i = 0; i < 16; i++) {
    const float weight = unet_window_weight(&axis, i);
    ck_assert_float_gt(weight, 0.0f);
    ck_assert_float_eq(weight, unet_window_weight(&axis, 15 - i));
    ck_assert_float_eq(weight, i < 4 ? (float)(i + 1) / 5.0f : i < 12 ? 1.0f : (float)(16 - i) / 5.0f);
  }
}
END_TEST

START_TEST(mirrored_beyond_the_borders) {
  static const size_t wanted[] = {1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1};
  for (int i = 0; i < 13; i++) ck_assert_uint_eq(unet_reflect(i - 5, 4), wanted[i]);
  ck_assert_uint_eq(unet_reflect(-3, 1), 0);
  ck_assert_uint_eq(unet_reflect(7, 1), 0);
}
END_TEST

START_TEST(a_window_holds_the_pixels_of_its_place) {
  enum { H = 5, W = 7, SIDE = 6, AREA = SIDE * SIDE };
  unet_image image = {0};
  uint16_t planes[3 * AREA];
  ck_unet_ok(unet_image_make(&image, W, H, 3, 8));
  for (size_t i = 0; i < (size_t)H * W * 3; i++) image.samples[i] = (uint16_t)i;
  unet_image_window(planes, 3, SIDE, SIDE, &image, -2, 3);
  for (size_t i = 0; i < (size_t)3 * AREA; i++) {
    const size_t y = unet_reflect((ptrdiff_t)(i / SIDE % SIDE) - 2, H);
    const size_t x = unet_reflect((ptrdiff_t)(i % SIDE) + 3, W);
    ck_assert_uint_eq(planes[i], (y * W + x) * 3 + i / AREA);
  }
  unet_image_free(&image);
}
END_TEST

START_TEST(pictures_are_cut_without_gaps) {
  enum { H = 20, W = 33, SIDE = 16, PIXELS = H * W, AREA = SIDE * SIDE };
  static uint16_t values[PIXELS];
  static uint8_t mask[PIXELS];
  unet_picture picture = {.height = H, .width = W, .image = values, .mask = mask};
  const unet_pictures pictures = {.count = 1, .channels = 1, .items = &picture};
  unet_samples cut = {0};
  bool seen[PIXELS] = {false};
  for (size_t i = 0; i < PIXELS; i++) {
    values[i] = (uint16_t)i;
    mask[i] = i % 3 == 0;
  }
  ck_unet_ok(unet_pictures_cut(&cut, &pictures, 0, 1, SIDE, SIDE));
  ck_assert_uint_eq(cut.count, 6); /* two rows of three */
  for (size_t i = 0; i < cut.count * AREA; i++) {
    seen[cut.images[i]] = true;
    ck_assert_uint_eq(cut.masks[i], cut.images[i] % 3 == 0);
  }
  for (size_t i = 0; i < PIXELS; i++) ck_assert_msg(seen[i], "pixel %zu is in no window", i);
  ck_assert_uint_eq(unet_picture_defect(&picture, 0), 0);
  ck_assert_uint_eq(unet_picture_defect(&picture, 7), 21);
  unet_samples_free(&cut);
}
END_TEST

/* Each is one-to-one, and no two are the same. */
START_TEST(symmetries_are_distinct_permutations) {
  static const size_t sizes[][2] = {{4, 4}, {3, 5}};
  for (size_t s = 0; s < 2; s++) {
    const size_t h = sizes[s][0], w = sizes[s][1], count = unet_symmetry_count(h, w);
    ck_assert_uint_eq(count, h == w ? 8 : 4);
    for (size_t k = 0; k < count; k++) {
      bool seen[16] = {false};
      for (size_t i = 0; i < h * w; i++) seen[unet_symmetry_source(k, i, h, w)] = true;
      for (size_t i = 0; i < h * w; i++) ck_assert_msg(seen[i], "symmetry %zu leaves out pixel %zu", k, i);
      for (size_t other = 0; other < k; other++) {
        size_t same = 0;
        for (size_t i = 0; i < h * w; i++)
          same += unet_symmetry_source(k, i, h, w) == unet_symmetry_source(other, i, h, w);
        ck_assert_msg(same < h * w, "symmetries %zu and %zu are the same", k, other);
      }
    }
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("windows");
  TCase *all = unet_test_case(suite, "windows", 30);
  tcase_add_test(all, windows_cover_every_length_and_overlap);
  tcase_add_test(all, weights_rise_from_the_border);
  tcase_add_test(all, mirrored_beyond_the_borders);
  tcase_add_test(all, a_window_holds_the_pixels_of_its_place);
  tcase_add_test(all, pictures_are_cut_without_gaps);
  tcase_add_test(all, symmetries_are_distinct_permutations);
  return suite;
}
