/* Counting pixels, and the figures made of them: by hand, and where there is nothing to count. */
#include <math.h>

#include "check_main.h"
#include "metrics/metrics.h"

static void wants(double value, double wanted, const char *what) {
  ck_assert_msg(fabs(value - wanted) < 1e-12, "%s: %.15g, not %.15g", what, value, wanted);
}

static void wants_scores(unet_pixel_counts counts, double dice, double iou, double precision, double recall) {
  wants(unet_dice_of(counts), dice, "dice");
  wants(unet_iou_of(counts), iou, "iou");
  wants(unet_precision_of(counts), precision, "precision");
  wants(unet_recall_of(counts), recall, "recall");
}

START_TEST(pixels_are_counted) {
  const uint8_t predicted[8] = {255, 255, 1, 0, 0, 0, 7, 0}, truth[8] = {1, 255, 0, 1, 0, 0, 2, 0};
  unet_pixel_counts counts = unet_count_pixels(predicted, truth, 8);
  ck_assert_uint_eq(counts.tp, 3);
  ck_assert_uint_eq(counts.fp, 1);
  ck_assert_uint_eq(counts.fn, 1);
  const float probability[8] = {0.6f, 1.0f, 0.51f, 0.5f, 0.0f, 0.1f, 0.9f, 0.5f};
  unet_pixel_counts above = unet_count_above(probability, 0.5f, truth, 8);
  ck_assert(above.tp == counts.tp && above.fp == counts.fp && above.fn == counts.fn);
  counts = unet_count_pixels(predicted, truth, 0);
  ck_assert_uint_eq(counts.tp + counts.fp + counts.fn, 0);
}
END_TEST

START_TEST(figures_by_hand) {
  wants_scores((unet_pixel_counts){.tp = 3, .fp = 1, .fn = 2}, 6.0 / 9.0, 3.0 / 6.0, 3.0 / 4.0, 3.0 / 5.0);
  /* More pixels than 32 bits count. */
  const uint64_t many = (uint64_t)1 << 40;
  wants_scores((unet_pixel_counts){.tp = many, .fp = many, .fn = 0}, 2.0 / 3.0, 0.5, 0.5, 1.0);
}
END_TEST

START_TEST(nothing_is_ever_not_a_number) {
  wants_scores((unet_pixel_counts){0}, 1.0, 1.0, 1.0, 1.0);
  wants_scores((unet_pixel_counts){.fp = 5}, 0.0, 0.0, 0.0, 1.0); /* nothing was there */
  wants_scores((unet_pixel_counts){.fn = 5}, 0.0, 0.0, 1.0, 0.0); /* nothing was said */
  unet_tally tally = {0};
  wants(unet_tally_dice_mean(&tally), 1.0, "mean over no image");
  wants(unet_dice_of(tally.pooled), 1.0, "dice of no image");
}
END_TEST

/* A good image counts into the pooled figures, not into the mean. */
START_TEST(images_are_added_up) {
  unet_tally tally = {0};
  unet_tally_add(&tally, (unet_pixel_counts){.tp = 10});
  unet_tally_add(&tally, (unet_pixel_counts){.tp = 1, .fp = 1, .fn = 1});
  unet_tally_add(&tally, (unet_pixel_counts){.fp = 4});
  unet_tally_add(&tally, (unet_pixel_counts){0});
  ck_assert_uint_eq(tally.images, 4);
  ck_assert_uint_eq(tally.defect_images, 2);
  wants(unet_tally_dice_mean(&tally), (1.0 + 0.5) / 2.0, "mean dice");
  wants_scores(tally.pooled, 22.0 / 28.0, 11.0 / 17.0, 11.0 / 16.0, 11.0 / 12.0);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("metrics");
  TCase *all = unet_test_case(suite, "metrics", 10);
  tcase_add_test(all, pixels_are_counted);
  tcase_add_test(all, figures_by_hand);
  tcase_add_test(all, nothing_is_ever_not_a_number);
  tcase_add_test(all, images_are_added_up);
  return suite;
}
