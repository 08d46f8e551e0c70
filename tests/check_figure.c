#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "check_main.h"
#include "data/image.h"
#include "data/synth_render.h"
#include "report/figure.h"

/* A synthetic part with a prediction that is the truth moved by a few pixels and softened. */
typedef struct test_sample {
  uint16_t *planes;
  float *probability;
  uint8_t *truth;
  unet_figure_item item;
} test_sample;

static void make_sample(test_sample *sample, uint32_t index, size_t size, size_t channels) {
  unet_synth_scene scene;
  unet_image image = {0}, mask = {0};
  unet_synth_draw(&scene, size, 11, index, (unet_synth_kind)(index % 4));
  ck_unet_ok(unet_synth_render(&image, &mask, &scene));
  size_t pixels = size * size;
  ck_unet_ok(unet_alloc_array((void *)&sample->planes, channels * pixels, sizeof(uint16_t)));
  ck_unet_ok(unet_alloc_array((void *)&sample->probability, pixels, sizeof(float)));
  ck_unet_ok(unet_alloc_array((void *)&sample->truth, pixels, 1));
  for (size_t i = 0; i < pixels; i++) {
    for (size_t c = 0; c < channels; c++) sample->planes[c * pixels + i] = image.samples[3 * i + c];
    sample->truth[i] = mask.samples[i] != 0;
    sample->probability[i] = mask.samples[i > 3 ? i - 3 : 0] ? 0.9f : 0.05f;
  }
  sample->item = (unet_figure_item){.image = sample->planes,
                                    .channels = channels,
                                    .height = size,
                                    .width = size,
                                    .probability = sample->probability,
                                    .truth = sample->truth,
                                    .name = "test/bent/007.png",
                                    .threshold = 0.5f,
                                    .dice = 0.87};
  unet_image_free(&image);
  unet_image_free(&mask);
}

static void free_sample(test_sample *sample) {
  free(sample->planes);
  free(sample->probability);
  free(sample->truth);
}

/* Whether the picture holds the planes somewhere, row for row, within 1 of 255; tells where. */
static bool holds_planes(const unet_image *page, const unet_figure_item *item, size_t *at_x, size_t *at_y) {
  size_t pixels = item->height * item->width;
  for (size_t start = 0; start + item->width <= page->width * page->height; start++) {
    size_t same = 0;
    for (; same < pixels; same++) {
      size_t at = start + same / item->width * page->width + same % item->width;
      if (at >= page->width * page->height) break;
      int got = page->samples[3 * at] >> 8, wanted = (item->image[same] + 128) / 257;
      if (abs(got - wanted) > 1) break;
    }
    if (same == pixels) {
      *at_x = start % page->width;
      *at_y = start / page->width;
      return true;
    }
  }
  return false;
}

START_TEST(comparison_shows_three_rows) {
  char folder[256];
  unet_make_test_folder(folder);
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, "comparison.png"));
  test_sample samples[2] = {0};
  unet_figure_item items[2];
  for (uint32_t i = 0; i < 2; i++) {
    make_sample(&samples[i], i, 256, 3);
    items[i] = samples[i].item;
  }
  ck_unet_ok(unet_figure_comparison(path, items, 2));
  unet_image page = {0};
  ck_unet_ok(unet_image_read(&page, path));
  ck_assert_uint_gt(page.height, 768);
  ck_assert_uint_gt(page.width, 512);
  ck_assert_uint_gt(page.samples[0] >> 8, 240); /* light paper */
  size_t x = 0, y = 0, second_x = 0, second_y = 0;
  ck_assert(holds_planes(&page, &items[0], &x, &y));
  ck_assert(holds_planes(&page, &items[1], &second_x, &second_y));
  ck_assert_uint_eq(y, second_y);
  ck_assert_uint_ge(second_x, x + 256);
  /* The rows below hold the probability and the mask, at equal distances. */
  size_t step = 0;
  for (size_t gap = 0; gap < 40 && !step; gap++) {
    size_t wrong = 0;
    for (size_t i = 0; i < 65536; i++) {
      size_t at = (y + 2 * (256 + gap) + i / 256) * page.width + x + i % 256;
      wrong += at >= page.width * page.height || (page.samples[3 * at] > 32767) != (samples[0].truth[i] != 0);
    }
    if (wrong == 0) step = 256 + gap;
  }
  ck_assert_msg(step != 0, "the mask is not in the third row");
  for (size_t i = 0; i < 65536; i++) {
    size_t at = (y + step + i / 256) * page.width + x + i % 256;
    int got = page.samples[3 * at] >> 8, wanted = (int)lroundf(255.0f * samples[0].probability[i]);
    ck_assert_msg(abs(got - wanted) <= 1, "probability at %zu: %d, not %d", i, got, wanted);
  }
  unet_image_free(&page);
  for (size_t i = 0; i < 2; i++) free_sample(&samples[i]);
  free(path);
  unet_remove_folder(folder);
}
END_TEST

/* Sizes, channel counts, missing truth and name, values that are no probability. */
START_TEST(figures_take_what_comes) {
  enum { COUNT = 14 };
  char folder[256];
  unet_make_test_folder(folder);
  char *comparison = NULL, *overlay = NULL;
  ck_unet_ok(unet_path_join(&comparison, folder, "comparison.png"));
  ck_unet_ok(unet_path_join(&overlay, folder, "overlay.png"));
  test_sample samples[COUNT] = {0};
  unet_figure_item items[COUNT];
  for (uint32_t i = 0; i < COUNT; i++) {
    make_sample(&samples[i], i, i % 2 ? 48 : 320, i % 3 ? 3 : 1);
    items[i] = samples[i].item;
  }
  items[1].truth = NULL;
  items[1].dice = -1.0;
  items[2].name = NULL;
  items[2].dice = NAN;
  items[3].name = "a/very/long/folder/name/that/has/no/room/in/its/cell/(100%)_X#.png";
  items[4].height = 40; /* a flat strip */
  samples[5].probability[7] = NAN;
  for (size_t count = 1; count <= COUNT; count += 13) {
    ck_unet_ok(unet_figure_comparison(comparison, items, count));
    ck_unet_ok(unet_figure_overlay(overlay, items, count));
  }
  unet_image page = {0};
  ck_unet_ok(unet_image_read(&page, comparison));
  ck_assert_uint_lt(page.width, 2520); /* eight columns */
  unet_image_free(&page);
  ck_unet_ok(unet_image_read(&page, overlay));
  ck_assert_uint_lt(page.width, 1400); /* four columns, three rows */
  ck_assert_uint_lt(page.height, 1280);
  unet_image_free(&page);
  for (size_t i = 0; i < COUNT; i++) free_sample(&samples[i]);
  free(comparison);
  free(overlay);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(a_figure_that_cannot_be_written_is_told) {
  test_sample one = {0};
  make_sample(&one, 0, 32, 3);
  ck_unet_fails(unet_figure_comparison("/nowhere/at/all.png", &one.item, 1), UNET_NO_RESOURCE, "/nowhere");
  ck_unet_fails(unet_figure_overlay("/nowhere/at/all.png", &one.item, 1), UNET_NO_RESOURCE, "/nowhere");
  free_sample(&one);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("figure");
  TCase *figure = unet_test_case(suite, "figure", 60);
  tcase_add_test(figure, comparison_shows_three_rows);
  tcase_add_test(figure, figures_take_what_comes);
  tcase_add_test(figure, a_figure_that_cannot_be_written_is_told);
  return suite;
}
