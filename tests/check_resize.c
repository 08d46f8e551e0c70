#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "check_main.h"
#include "data/mask.h"
#include "data/resize.h"

static double triangle_weight(size_t target, size_t dn, size_t source, size_t sn) {
  double step = (double)sn / (double)dn, reach = step > 1.0 ? step : 1.0;
  double off = fabs((double)source + 0.5 - ((double)target + 0.5) * step) / reach;
  return off < 1.0 ? 1.0 - off : 0.0;
}

/* The definition in two dimensions: every source pixel, weighted and normalised. */
static double resized_pixel(const float *source, size_t sh, size_t sw, size_t y, size_t dh, size_t x,
                            size_t dw) {
  double sum = 0.0, weights = 0.0;
  for (size_t i = 0; i < sh; i++) {
    for (size_t j = 0; j < sw; j++) {
      double weight = triangle_weight(y, dh, i, sh) * triangle_weight(x, dw, j, sw);
      sum += weight * (double)source[i * sw + j];
      weights += weight;
    }
  }
  return sum / weights;
}

static const size_t sizes[][4] = {{1, 1, 1, 1},     {1, 1, 5, 4},     {7, 9, 1, 1},    {3, 5, 7, 11},
                                  {7, 11, 3, 5},    {31, 33, 16, 40}, {16, 16, 16, 8}, {70, 70, 25, 26},
                                  {20, 30, 40, 60}, {33, 17, 32, 16}, {64, 3, 5, 3}};
enum { SIZES = sizeof sizes / sizeof *sizes };

START_TEST(planes_match_the_definition) {
  unet_rng rng;
  unet_rng_start(&rng, 3, UNET_STREAM_SHUFFLE, 0);
  for (size_t k = 0; k < SIZES; k++) {
    size_t sh = sizes[k][0], sw = sizes[k][1], dh = sizes[k][2], dw = sizes[k][3];
    float *source = calloc(2 * sh * sw, sizeof *source), *target = calloc(2 * dh * dw, sizeof *target);
    ck_assert(source && target);
    for (size_t i = 0; i < 2 * sh * sw; i++) source[i] = unet_rng_float(&rng);
    ck_unet_ok(unet_resize_planes(target, dh, dw, source, sh, sw, 2));
    double worst = 0.0;
    size_t where = 0;
    for (size_t i = 0; i < 2 * dh * dw; i++) {
      size_t plane = i / (dh * dw), y = i / dw % dh, x = i % dw;
      double off = fabs((double)target[i] - resized_pixel(source + plane * sh * sw, sh, sw, y, dh, x, dw));
      if (off > worst) {
        worst = off;
        where = i;
      }
    }
    ck_assert_msg(worst < 2e-6, "(%zu,%zu) to (%zu,%zu): off by %g at %zu", sh, sw, dh, dw, worst, where);
    free(source);
    free(target);
  }
}
END_TEST

START_TEST(equal_size_is_a_copy) {
  float source[2 * 3 * 4], target[2 * 3 * 4];
  for (size_t i = 0; i < 24; i++) source[i] = 1.0f / (float)(i + 1);
  ck_unet_ok(unet_resize_planes(target, 3, 4, source, 3, 4, 2));
  ck_assert_mem_eq(target, source, sizeof source);
}
END_TEST

static unet_image make_image(size_t width, size_t height, size_t channels) {
  unet_image image = {0};
  ck_unet_ok(unet_image_make(&image, width, height, channels, 8));
  for (size_t i = 0; i < width * height * channels; i++) image.samples[i] = (uint16_t)(i * 101 % 256 * 257);
  return image;
}

START_TEST(planes_of_an_image) {
  unet_image colour = make_image(6, 5, 3), grey = make_image(6, 5, 1);
  uint16_t planes[3 * 30];
  ck_unet_ok(unet_image_to_planes(planes, 3, 5, 6, &colour));
  for (size_t i = 0; i < 90; i++) ck_assert_uint_eq(planes[i], colour.samples[i % 30 * 3 + i / 30]);
  ck_unet_ok(unet_image_to_planes(planes, 3, 5, 6, &grey));
  for (size_t i = 0; i < 90; i++) ck_assert_uint_eq(planes[i], grey.samples[i % 30]);
  ck_unet_ok(unet_image_to_planes(planes, 1, 5, 6, &colour));
  for (size_t i = 0; i < 30; i++) {
    const uint16_t *rgb = colour.samples + 3 * i;
    double wanted = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    ck_assert_msg(fabs(planes[i] - wanted) <= 0.51, "pixel %zu is %u, not %.2f", i, planes[i], wanted);
  }
  unet_image_free(&colour);
  unet_image_free(&grey);
}
END_TEST

START_TEST(white_stays_white) {
  unet_image image = make_image(37, 23, 3);
  uint16_t planes[3 * 16 * 50];
  memset(image.samples, 0xFF, sizeof *image.samples * 37 * 23 * 3);
  ck_unet_ok(unet_image_to_planes(planes, 3, 16, 50, &image));
  for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) ck_assert_uint_eq(planes[i], 65535);
  unet_image_free(&image);
}
END_TEST

/* Covered parts of a target pixel, counted on a grid so fine that no cell crosses a pixel's edge. */
static size_t covered_cells(const uint8_t *source, size_t sh, size_t sw, size_t y, size_t dh, size_t x,
                            size_t dw) {
  size_t cells = 0;
  for (size_t i = y * sh; i < (y + 1) * sh; i++) {
    for (size_t j = x * sw; j < (x + 1) * sw; j++) cells += source[i / dh * sw + j / dw];
  }
  return cells;
}

/* Large blobs, so that no region is near vanishing and the area rule alone decides. */
START_TEST(mask_follows_the_area) {
  for (size_t k = 0; k < SIZES; k++) {
    size_t sh = sizes[k][0], sw = sizes[k][1], dh = sizes[k][2], dw = sizes[k][3];
    uint8_t *source = calloc(sh * sw, 1), *target = calloc(dh * dw, 1);
    ck_assert(source && target);
    for (size_t i = 0; i < sh * sw; i++) source[i] = 3 * (i / sw) + 2 * (i % sw) < 2 * sh + sw;
    ck_unet_ok(unet_resize_mask(target, dh, dw, source, sh, sw));
    for (size_t i = 0; i < dh * dw; i++) {
      size_t cells = covered_cells(source, sh, sw, i / dw, dh, i % dw, dw);
      ck_assert_msg(target[i] == (2 * cells >= sh * sw), "(%zu,%zu) to (%zu,%zu): pixel %zu: %zu of %zu", sh,
                    sw, dh, dw, i, cells, sh * sw);
    }
    free(source);
    free(target);
  }
}
END_TEST

START_TEST(no_defect_vanishes) {
  uint8_t source[64 * 64] = {0}, target[8 * 8];
  source[195] = 1;                 /* (3,3), in target pixel (0,0) */
  source[2575] = source[2576] = 1; /* (40,15), (40,16): two target pixels, equal: the first, (5,1) */
  for (size_t x = 38; x < 50; x++) source[4032 + x] = 1; /* row 63; most of it in (7,5) */
  ck_unet_ok(unet_resize_mask(target, 8, 8, source, 64, 64));
  for (size_t i = 0; i < 64; i++) {
    size_t y = i / 8, x = i % 8;
    int wanted = (y == 0 && x == 0) || (y == 5 && x == 1) || (y == 7 && x == 5);
    ck_assert_msg(target[i] == wanted, "pixel (%zu,%zu) is %d", y, x, target[i]);
  }
}
END_TEST

/* Two thin strokes that share target pixels: each leaves a mark of its own. */
START_TEST(each_region_leaves_a_mark) {
  uint8_t source[40 * 40] = {0}, target[10 * 10];
  for (size_t i = 0; i < 40; i++) source[160 + i] = source[240 + i] = i < 4 || i >= 20; /* rows 4 and 6 */
  ck_unet_ok(unet_resize_mask(target, 10, 10, source, 40, 40));
  /* The pieces at the left lie in target pixel (1,0), those at the right in (1,5..9): half covered. */
  for (size_t i = 0; i < 100; i++) ck_assert_int_eq(target[i], i / 10 == 1 && (i % 10 == 0 || i % 10 >= 5));
}
END_TEST

START_TEST(good_and_full_masks_stay) {
  uint8_t source[30 * 20], target[64 * 64];
  memset(source, 0, sizeof source);
  ck_unet_ok(unet_resize_mask(target, 64, 64, source, 30, 20));
  for (size_t i = 0; i < sizeof target; i++) ck_assert_int_eq(target[i], 0);
  memset(source, 1, sizeof source);
  ck_unet_ok(unet_resize_mask(target, 7, 9, source, 30, 20));
  for (size_t i = 0; i < 63; i++) ck_assert_int_eq(target[i], 1);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("resize");
  TCase *resize = unet_test_case(suite, "resize", 60);
  tcase_add_test(resize, planes_match_the_definition);
  tcase_add_test(resize, equal_size_is_a_copy);
  tcase_add_test(resize, planes_of_an_image);
  tcase_add_test(resize, white_stays_white);
  tcase_add_test(resize, mask_follows_the_area);
  tcase_add_test(resize, no_defect_vanishes);
  tcase_add_test(resize, each_region_leaves_a_mark);
  tcase_add_test(resize, good_and_full_masks_stay);
  return suite;
}
