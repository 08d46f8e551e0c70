/* The regions of a mask: boxes, areas, scores, centres, order, and what is too small. Needs no device. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "data/regions.h"

enum { PIXELS = 4096 };

static uint8_t defect[PIXELS];
static uint16_t map[PIXELS];
static unet_regions regions;

static void tear_down(void) { unet_regions_free(&regions); }

/* '.' is good, a digit d is defect with probability d / 10 (in 16 bit). */
static void find(const char *picture, size_t height, size_t width, size_t min_area) {
  ck_assert_uint_eq(strlen(picture), height * width);
  for (size_t i = 0; i < height * width; i++) {
    defect[i] = picture[i] != '.';
    map[i] = defect[i] ? (uint16_t)((picture[i] - '0') * 6553) : 100;
  }
  ck_unet_ok(unet_regions_find(&regions, defect, map, height, width, min_area));
}

static void wants_near(double value, double wanted, const char *what, size_t i) {
  ck_assert_msg(fabs(value - wanted) <= 1e-12, "region %zu: %s is %.17g, not %.17g", i, what, value, wanted);
}

/* score and mean in tenths, as the digits of the picture. */
static void wants_region(size_t i, const unet_region *w) {
  ck_assert_uint_lt(i, regions.count);
  const unet_region *r = &regions.items[i];
  ck_assert_msg(
      r->x == w->x && r->y == w->y && r->width == w->width && r->height == w->height && r->area == w->area,
      "region %zu: %zux%zu at %zu,%zu with %zu pixels, not %zux%zu at %zu,%zu with %zu", i, r->width,
      r->height, r->x, r->y, r->area, w->width, w->height, w->x, w->y, w->area);
  wants_near(r->score, w->score * 6553 / 65535, "score", i);
  wants_near(r->mean, w->mean * 6553 / 65535, "mean", i);
  wants_near(r->centre_x, w->centre_x, "centre_x", i);
  wants_near(r->centre_y, w->centre_y, "centre_y", i);
}

START_TEST(no_region_in_an_empty_mask) {
  find("......", 2, 3, 0);
  ck_assert_uint_eq(regions.count, 0);
  find(".", 1, 1, 5);
  ck_assert_uint_eq(regions.count, 0);
}
END_TEST

START_TEST(one_pixel_and_all_pixels) {
  find("......7.", 2, 4, 1);
  ck_assert_uint_eq(regions.count, 1);
  wants_region(0, &(unet_region){2, 1, 1, 1, 1, 7, 7, 2, 1});
  find("5", 1, 1, 0);
  wants_region(0, &(unet_region){0, 0, 1, 1, 1, 5, 5, 0, 0});
  find("123456", 2, 3, 6);
  ck_assert_uint_eq(regions.count, 1);
  wants_region(0, &(unet_region){0, 0, 3, 2, 6, 6, 3.5, 1, 0.5});
}
END_TEST

START_TEST(corners_touch_and_borders_do_not_wrap) {
  find(
      "9...5"
      ".1.5."
      "..2.."
      ".....",
      4, 5, 0);
  ck_assert_uint_eq(regions.count, 1);
  wants_region(0, &(unet_region){0, 0, 5, 3, 5, 9, 4.4, 2, 0.8});
  find(
      "...66"
      "66...",
      2, 5, 0);
  ck_assert_uint_eq(regions.count, 2);
  wants_region(0, &(unet_region){3, 0, 2, 1, 2, 6, 6, 3.5, 0});
  wants_region(1, &(unet_region){0, 1, 2, 1, 2, 6, 6, 0.5, 1});
}
END_TEST

/* A region that winds around another: its box holds the other's, its first pixel is not its leftmost. */
START_TEST(a_snake_around_a_dot) {
  find(
      "..5555"
      "..5..."
      "5.5.8."
      "5.5..."
      "5555..",
      5, 6, 0);
  ck_assert_uint_eq(regions.count, 2);
  wants_region(0, &(unet_region){0, 0, 6, 5, 13, 5, 5, 2, 27.0 / 13});
  wants_region(1, &(unet_region){4, 2, 1, 1, 1, 8, 8, 4, 2});
}
END_TEST

START_TEST(largest_first_then_from_the_top_left) {
  find(
      "1..2.3"
      "......"
      "4..556",
      3, 6, 0);
  ck_assert_uint_eq(regions.count, 5);
  ck_assert_uint_eq(regions.items[0].area, 3);
  for (size_t i = 1; i < 5; i++) wants_near(regions.items[i].score, (double)i * 6553 / 65535, "score", i);
}
END_TEST

START_TEST(small_regions_do_not_count) {
  static const char picture[] =
      "11.222"
      "......"
      "3.4444";
  static const size_t left[] = {4, 4, 3, 2, 1, 0}, pixels[] = {10, 10, 9, 7, 4, 0};
  for (size_t min_area = 0; min_area <= 5; min_area++) {
    size_t marked = 0;
    find(picture, 3, 6, min_area);
    ck_assert_msg(regions.count == left[min_area], "min_area %zu leaves %zu regions", min_area,
                  regions.count);
    for (size_t i = 0; i < 18; i++) marked += defect[i];
    ck_assert_msg(marked == pixels[min_area], "min_area %zu leaves %zu pixels", min_area, marked);
  }
  find(picture, 3, 6, 3);
  for (size_t i = 0; i < 18; i++) ck_assert_uint_eq(defect[i], picture[i] == '2' || picture[i] == '4');
}
END_TEST

/* --- against the definition ------------------------------------------------------------------------------
 */

/* Each pixel takes the largest number among its neighbours until nothing changes. */
static void label_slowly(size_t *labels, const uint8_t *mask, size_t height, size_t width) {
  for (size_t i = 0; i < height * width; i++) labels[i] = mask[i] ? i + 1 : 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < height * width; i++) {
      for (size_t k = 0; k < height * width && labels[i]; k++) {
        const size_t dx = i % width > k % width ? i % width - k % width : k % width - i % width;
        const size_t dy = i / width > k / width ? i / width - k / width : k / width - i / width;
        if (dx > 1 || dy > 1 || labels[k] <= labels[i]) continue;
        labels[i] = labels[k];
        changed = true;
      }
    }
  }
}

/* The region of this label, pixel by pixel. */
static unet_region describe(const size_t *labels, size_t label, size_t height, size_t width) {
  unet_region r = {.x = width, .y = height};
  size_t right = 0, bottom = 0;
  for (size_t i = 0; i < height * width; i++) {
    const size_t x = i % width, y = i / width;
    if (labels[i] != label) continue;
    if (x < r.x) r.x = x;
    if (y < r.y) r.y = y;
    if (x > right) right = x;
    if (y > bottom) bottom = y;
    r.area++;
    r.score = fmax(r.score, (double)map[i] / 6553);
    r.mean += (double)map[i] / 6553;
    r.centre_x += (double)x;
    r.centre_y += (double)y;
  }
  r.width = right + 1 - r.x;
  r.height = bottom + 1 - r.y;
  r.mean /= (double)r.area;
  r.centre_x /= (double)r.area;
  r.centre_y /= (double)r.area;
  return r;
}

static bool same_place(const unet_region *a, const unet_region *b) {
  return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height && a->area == b->area;
}

START_TEST(random_masks_agree_with_the_definition) {
  static size_t labels[24 * 24];
  unsigned seed = 5;
  for (size_t run = 0; run < 40; run++) {
    const size_t height = 1 + run % 23, width = 24 - run % 19, min_area = run % 4;
    static uint8_t mask[24 * 24];
    for (size_t i = 0; i < height * width; i++) {
      seed = seed * 1664525u + 1013904223u;
      mask[i] = defect[i] = (seed >> 16) % 100 < 20 + run;
      map[i] = (uint16_t)(seed >> 15);
    }
    label_slowly(labels, mask, height, width);
    ck_unet_ok(unet_regions_find(&regions, defect, map, height, width, min_area));
    size_t wanted = 0;
    for (size_t label = 1; label <= height * width; label++) {
      if (labels[label - 1] != label) continue; /* a region's number is that of its last pixel */
      const unet_region region = describe(labels, label, height, width);
      for (size_t i = 0; i < height * width; i++) {
        if (labels[i] == label) ck_assert_uint_eq(defect[i], region.area >= min_area);
      }
      if (region.area < min_area) continue;
      wanted++;
      size_t i = 0;
      while (i < regions.count && !(same_place(&regions.items[i], &region) &&
                                    fabs(regions.items[i].centre_x - region.centre_x) < 1e-12))
        i++;
      wants_region(i, &region);
    }
    ck_assert_uint_eq(regions.count, wanted);
    for (size_t i = 1; i < regions.count; i++)
      ck_assert_uint_ge(regions.items[i - 1].area, regions.items[i].area);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("regions");
  TCase *all = unet_test_case(suite, "regions", 60);
  tcase_add_checked_fixture(all, NULL, tear_down);
  tcase_add_test(all, no_region_in_an_empty_mask);
  tcase_add_test(all, one_pixel_and_all_pixels);
  tcase_add_test(all, corners_touch_and_borders_do_not_wrap);
  tcase_add_test(all, a_snake_around_a_dot);
  tcase_add_test(all, largest_first_then_from_the_top_left);
  tcase_add_test(all, small_regions_do_not_count);
  tcase_add_test(all, random_masks_agree_with_the_definition);
  return suite;
}
