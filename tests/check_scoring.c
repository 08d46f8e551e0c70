/* Scores of maps against references written from the definitions, by hand, and where a figure does not exist.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "check_main.h"
#include "data/regions.h"
#include "metrics/image_score.h"
#include "metrics/scoring.h"
#include "metrics/threshold.h"
#include "ref/ref_metrics.h"

enum { IMAGES = 6, PIXELS = 40 * 40 };

static unet_scoring *scoring;
static uint16_t maps[IMAGES][PIXELS];
static uint8_t masks[IMAGES][PIXELS];
static ref_image images[IMAGES];

static void set_up(void) {
  scoring = NULL;
  ck_unet_ok(unet_scoring_create(&scoring));
}

static void tear_down(void) { unet_scoring_destroy(scoring); }

static void wants(double value, double wanted, const char *what) {
  ck_assert_msg(fabs(value - wanted) < 1e-12, "%s: %.17g, not %.17g", what, value, wanted);
}

static void add(const char *name, const char *type, const ref_image *image, float threshold,
                size_t min_area) {
  ck_unet_ok(unet_scoring_add(scoring,
                              &(unet_scored_image){.name = name,
                                                   .type = type,
                                                   .map = image->map,
                                                   .truth = image->mask,
                                                   .height = image->height,
                                                   .width = image->width,
                                                   .threshold = threshold,
                                                   .min_area = min_area},
                              NULL));
}

static unet_evaluation finish(void) {
  unet_evaluation e = {0};
  ck_unet_ok(unet_scoring_finish(&e, scoring, 0.5f));
  return e;
}

/* Maps of so many values, higher where the mask has its blobs; the last two images are good. */
static void fill_images(uint32_t values, uint64_t seed) {
  static const size_t sizes[IMAGES][2] = {{1, 1}, {5, 3}, {17, 12}, {23, 31}, {9, 40}, {12, 8}};
  unet_rng rng;
  unet_rng_start(&rng, seed, 0, 0);
  for (size_t i = 0; i < IMAGES; i++) {
    images[i] = (ref_image){sizes[i][0], sizes[i][1], maps[i], masks[i]};
    for (size_t p = 0; p < sizes[i][0] * sizes[i][1]; p++) {
      const bool defect = i < IMAGES - 2 && (i == 0 || unet_rng_below(&rng, 4) == 0);
      uint32_t level = unet_rng_below(&rng, values);
      if (defect && level < values - 1) level += unet_rng_below(&rng, values - level);
      masks[i][p] = defect;
      maps[i][p] = (uint16_t)(values == UNET_MAP_LEVELS ? level : level * 65535u / (values - 1));
    }
  }
}

static void add_images(void) {
  static const char *const types[IMAGES] = {"bent", "bent", "flip", "flip", "good", "good"};
  for (size_t i = 0; i < IMAGES; i++) add("x", types[i], &images[i], 0.5f, 0);
}

static void compare_with_reference(const unet_scores *s) {
  wants(s->pixel_auroc, ref_pixel_auroc(images, IMAGES), "pixel AUROC");
  wants(s->image_auroc, ref_image_auroc(images, IMAGES), "image AUROC");
  wants(s->average_precision, ref_average_precision(images, IMAGES), "average precision");
  wants(s->aupro, ref_aupro(images, IMAGES), "AUPRO");
  wants(s->calibration_error, ref_calibration_error(images, IMAGES), "calibration error");
}

/* From two values, where nearly all is tied, to all. */
START_TEST(figures_are_those_of_the_definitions) {
  static const uint32_t values[] = {2, 3, 12, 300, UNET_MAP_LEVELS};
  fill_images(values[_i], (uint64_t)_i);
  add_images();
  unet_evaluation e = finish();
  compare_with_reference(&e.all);
  wants(e.all.dice, ref_at_threshold(images, IMAGES, 0.5f).dice, "dice");
  ck_assert_uint_eq(e.n_types, 3);
  wants(e.types[1].scores.pixel_auroc, ref_pixel_auroc(images + 2, 2), "pixel AUROC of a type");
  wants(e.types[1].scores.aupro, ref_aupro(images + 2, 2), "AUPRO of a type");
  wants(e.types[1].scores.image_auroc, ref_image_auroc(images + 2, 4), "image AUROC, type against good");
  for (size_t i = 0; i < IMAGES; i++)
    wants(e.images[i].score, ref_image_score(&images[i]), "score of an image");
  unet_evaluation_free(&e);
}
END_TEST

/* The example in scikit-learn's documentation of both functions: 0.75 and 0.83. */
START_TEST(a_known_example) {
  uint16_t map[4] = {6553, 26214, 22937, 52428}; /* 0.1 0.4 0.35 0.8 */
  uint8_t mask[4] = {0, 0, 1, 1};
  add("a", "bent", &(ref_image){1, 4, map, mask}, 0.5f, 0);
  unet_evaluation e = finish();
  wants(e.all.pixel_auroc, 0.75, "AUROC");
  wants(e.all.average_precision, 5.0 / 6.0, "average precision");
  unet_evaluation_free(&e);
}
END_TEST

/* Two regions of 1 and 3 pixels, four good ones: (fpr, pro) = (0, 1/2), (1/4, 1/2), (1/4, 5/6), (1, 1). */
START_TEST(aupro_by_hand) {
  uint16_t map[8] = {900, 0, 800, 0, 700, 700, 0, 0};
  uint8_t mask[8] = {1, 0, 0, 0, 1, 1, 1, 0};
  add("a", "bent", &(ref_image){1, 8, map, mask}, 0.5f, 0);
  unet_evaluation e = finish();
  const double at_limit = 5.0 / 6.0 + (1.0 / 6.0) * (0.05 / 0.75);
  wants(e.all.aupro, (0.25 * 0.5 + 0.05 * (5.0 / 6.0 + at_limit) / 2.0) / 0.3, "AUPRO");
  unet_evaluation_free(&e);
}
END_TEST

static void fill_halves(uint16_t of_good, uint16_t of_defect) {
  images[0] = (ref_image){20, 20, maps[0], masks[0]};
  for (size_t p = 0; p < 400; p++) {
    masks[0][p] = p < 200;
    maps[0][p] = p < 200 ? of_defect : of_good;
  }
}

START_TEST(perfect_constant_and_inverted_maps) {
  static const uint16_t values[3][2] = {{0, 65535}, {7, 7}, {9, 8}};
  static const double wanted[3][3] = {{1, 1, 1}, {0.5, 0.5, 0.15}, {0, 0.5, 0}};
  fill_halves(values[_i][0], values[_i][1]);
  add("a", "bent", &images[0], 0.5f, 0);
  unet_evaluation e = finish();
  wants(e.all.pixel_auroc, wanted[_i][0], "AUROC");
  wants(e.all.average_precision, wanted[_i][1], "average precision");
  wants(e.all.aupro, wanted[_i][2], "AUPRO");
  unet_evaluation_free(&e);
}
END_TEST

/* Of six pairs one is won and two are tied. */
START_TEST(ties_of_image_scores_are_halved) {
  unet_labelled_score scores[5] = {{0.5, true}, {0.5, false}, {0.9, true}, {0.9, false}, {0.2, true}};
  wants(unet_image_auroc(scores, 5), 2.0 / 6.0, "image AUROC");
  wants(unet_image_auroc(scores, 0) == UNET_UNDEFINED, 1.0, "no image AUROC without images");
}
END_TEST

static void wants_undefined(double value, const char *what) {
  ck_assert_msg(value == UNET_UNDEFINED, "%s is %g, but does not exist", what, value);
}

START_TEST(what_does_not_exist_is_undefined) {
  unet_evaluation e = finish(); /* no image at all */
  wants(e.all.dice, 1.0, "dice of nothing");
  wants_undefined(e.all.calibration_error, "calibration error");
  unet_evaluation_free(&e);
  fill_halves(0, 65535);
  memset(masks[0], 0, 400);
  add("a", "good", &images[0], 0.5f, 0);
  e = finish();
  wants_undefined(e.all.average_precision, "average precision without defects");
  wants_undefined(e.all.pixel_auroc, "pixel AUROC without defects");
  wants_undefined(e.all.image_auroc, "image AUROC without defects");
  wants_undefined(e.all.aupro, "AUPRO without defects");
  wants(e.all.calibration_error, 0.5, "calibration error");
  wants_undefined(e.calibration[5].predicted, "mean of an empty bin");
  ck_assert_uint_eq(e.all.false_alarms, 1);
  unet_evaluation_free(&e);
}
END_TEST

/* A mask that covers all: recall exists, what needs good pixels does not. */
START_TEST(no_good_pixels) {
  fill_halves(0, 65535);
  memset(masks[0], 1, 400);
  add("a", "bent", &images[0], 0.5f, 0);
  unet_evaluation e = finish();
  wants(e.all.average_precision, 1.0, "average precision");
  wants_undefined(e.all.pixel_auroc, "pixel AUROC");
  wants_undefined(e.all.image_auroc, "image AUROC without good images");
  wants_undefined(e.all.aupro, "AUPRO");
  unet_evaluation_free(&e);
}
END_TEST

/* Out of fold each image has a threshold of its own; regions that are too small are not counted. */
START_TEST(threshold_and_area_are_the_image_s_own) {
  fill_halves(100, 60000);
  add("a", "bent", &images[0], 0.5f, 0);
  add("b", "bent", &images[0], 0.95f, 0);
  add("c", "flip", &images[0], 0.0f, 401);
  unet_evaluation e = finish();
  ck_assert_uint_eq(e.images[0].tp, 200);
  ck_assert_uint_eq(e.images[1].fn, 200);
  ck_assert_uint_eq(e.images[2].fn, 200);
  ck_assert(e.images[0].marked && !e.images[1].marked && !e.images[2].marked);
  ck_assert_uint_eq(e.all.missed, 2);
  ck_assert_uint_eq(e.all.false_alarms, 0);
  ck_assert_str_eq(e.images[1].name, "b");
  wants(e.all.dice, 2.0 * 200.0 / (400.0 + 400.0), "dice");
  wants(e.all.dice_mean, 1.0 / 3.0, "mean dice");
  unet_evaluation_free(&e);
}
END_TEST

START_TEST(calibration_bins) {
  uint16_t map[6] = {0, 6553, 6554, 65534, 65535, 58981}; /* 65535 / 10 = 6553.5, 9 / 10 of it 58981.5 */
  uint8_t mask[6] = {0, 1, 0, 1, 0, 1};
  add("a", "bent", &(ref_image){2, 3, map, mask}, 0.5f, 0);
  unet_evaluation e = finish();
  ck_assert_uint_eq(e.calibration[0].count, 2);
  ck_assert_uint_eq(e.calibration[1].count, 1);
  ck_assert_uint_eq(e.calibration[8].count, 1);
  ck_assert_uint_eq(e.calibration[9].count, 2);
  wants(e.calibration[0].predicted, 6553.0 / 2.0 / 65535.0, "mean predicted");
  wants(e.calibration[0].observed, 0.5, "observed");
  unet_evaluation_free(&e);
}
END_TEST

/* --- curves ------------------------------------------------------------------------------------------- */

static unet_histogram *histogram_of_images(void) {
  unet_histogram *h = NULL;
  add_images();
  ck_unet_ok(unet_scoring_histogram(&h, scoring, NULL));
  return h;
}

START_TEST(curves_hold_points_of_the_definition) {
  unet_curve curve;
  fill_images(UNET_MAP_LEVELS, 5);
  unet_histogram *h = histogram_of_images();
  unet_curve_make(&curve, UNET_CURVE_ROC, h);
  ck_assert(curve.count > 50 && curve.count <= UNET_CURVE_POINTS);
  for (size_t i = 0; i + 1 < curve.count; i++) {
    const ref_shares wanted = ref_at_threshold(images, IMAGES, (float)curve.threshold[i]);
    wants(curve.x[i], wanted.false_alarms, "false-positive rate");
    wants(curve.y[i], wanted.recall, "recall");
  }
  wants(curve.x[curve.count - 1] + curve.y[curve.count - 1], 2.0, "the end");
  free(h);
}
END_TEST

START_TEST(curves_end_where_they_must) {
  unet_curve curve;
  fill_images(12, 6);
  unet_histogram *h = histogram_of_images();
  unet_curve_make(&curve, UNET_CURVE_PRECISION_RECALL, h);
  wants(curve.x[0], 0.0, "recall at the start");
  wants(curve.y[0], 1.0, "precision at the start");
  wants(curve.x[curve.count - 1], 1.0, "recall at the end");
  unet_curve_make(&curve, UNET_CURVE_PRO, h);
  wants(curve.x[0] + curve.y[0], 0.0, "PRO at the start");
  wants(curve.x[curve.count - 1] + curve.y[curve.count - 1], 2.0, "PRO at the end");
  memset(h->defect, 0, sizeof h->defect);
  unet_curve_make(&curve, UNET_CURVE_ROC, h);
  ck_assert_uint_eq(curve.count, 0);
  free(h);
}
END_TEST

START_TEST(steps_are_counted) {
  static unet_step_counts steps;
  const uint16_t map[4] = {0, 255, 256, 65535};
  const uint8_t mask[4] = {0, 1, 1, 0};
  unet_count_steps(&steps, map, mask, 4);
  ck_assert(steps.good[0] == 1 && steps.defect[0] == 1 && steps.defect[1] == 1 && steps.good[255] == 1);
}
END_TEST

/* --- thresholds --------------------------------------------------------------------------------------- */

static float level(size_t value) { return (float)value / 65535.0f; }

START_TEST(thresholds_are_as_good_as_any) {
  static const uint32_t values[] = {2, 40, UNET_MAP_LEVELS};
  fill_images(values[_i], 7);
  unet_histogram *h = histogram_of_images();
  const double dice =
      ref_at_threshold(images, IMAGES, unet_threshold_from(h, &(unet_threshold_wish){0})).dice;
  const float recall = unet_threshold_from(h, &(unet_threshold_wish){.recall = 0.9});
  const float alarms = unet_threshold_from(h, &(unet_threshold_wish){.false_alarms = 0.1});
  ck_assert_double_ge(ref_at_threshold(images, IMAGES, alarms).false_alarms, 0.0);
  ck_assert_double_le(ref_at_threshold(images, IMAGES, alarms).false_alarms, 0.1);
  for (size_t v = 0; v < UNET_MAP_LEVELS; v += 13) {
    const ref_shares shares = ref_at_threshold(images, IMAGES, level(v));
    ck_assert_msg(shares.dice <= dice + 1e-12, "dice %g at %g beats the chosen one's %g", shares.dice,
                  (double)level(v), dice);
    ck_assert_msg(shares.recall < 0.9 || level(v) <= recall, "%g has the recall, too", (double)level(v));
    ck_assert_msg(shares.false_alarms > 0.1 || level(v) >= alarms, "%g has as few alarms", (double)level(v));
  }
  if (recall > 0.0f) ck_assert_double_ge(ref_at_threshold(images, IMAGES, recall).recall, 0.9);
  free(h);
}
END_TEST

/* Between the two values every threshold is as good: the one nearest to 0.5 is taken. */
START_TEST(of_equal_thresholds_the_middle_is_taken) {
  static const uint16_t values[4][2] = {{10, 60000}, {40000, 50000}, {10, 20}, {7, 7}};
  const float wanted[4] = {0.5f, level(40000), level(19), 0.0f};
  fill_halves(values[_i][0], values[_i][1]);
  unet_histogram *h = NULL;
  ck_unet_ok(unet_histogram_make(&h));
  ck_unet_ok(unet_histogram_add(h, maps[0], masks[0], 20, 20));
  const float chosen = unet_threshold_from(h, &(unet_threshold_wish){0});
  if (_i < 3) ck_assert_msg(chosen == wanted[_i], "%.9g, not %.9g", (double)chosen, (double)wanted[_i]);
  if (_i == 3) ck_assert_msg(chosen < level(7), "%.9g marks nothing", (double)chosen);
  free(h);
}
END_TEST

/* Ten defect and ten good pixels, of the values 100, 200 ... 1000: shares that are met exactly are enough. */
START_TEST(targets_may_be_met_exactly) {
  unet_histogram *h = NULL;
  ck_unet_ok(unet_histogram_make(&h));
  for (size_t i = 1; i <= 10; i++) h->defect[100 * i] = h->good[100 * i] = 1;
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.recall = 0.7}) == level(399));
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.recall = 1.0}) == level(99));
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.false_alarms = 0.3}) == level(700));
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.false_alarms = 0.05}) == level(1000));
  free(h);
}
END_TEST

/* With nothing to find or nothing to spare. */
START_TEST(thresholds_without_pixels) {
  unet_histogram *h = NULL;
  ck_unet_ok(unet_histogram_make(&h));
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){0}) == 0.5f);
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.recall = 0.9}) == 0.5f);
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.false_alarms = 0.9}) == 0.5f);
  h->defect[0] = 5; /* never marked */
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.recall = 0.9}) == 0.0f);
  h->good[65535] = 5; /* marked by all but the highest */
  ck_assert(unet_threshold_from(h, &(unet_threshold_wish){.false_alarms = 0.1}) == 1.0f);
  free(h);
}
END_TEST

/* A stored threshold is read back as it was, and marks what it was chosen for. */
START_TEST(a_level_marks_what_lies_above_it) {
  for (size_t v = 0; v + 1 < UNET_MAP_LEVELS; v++) {
    char text[32];
    (void)snprintf(text, sizeof text, "%.9g", (double)level(v));
    const float stored = strtof(text, NULL);
    ck_assert(!unet_map_is_defect((uint16_t)v, stored) && unet_map_is_defect((uint16_t)(v + 1), stored));
  }
  ck_assert(!unet_map_is_defect(32767, 0.5f) && unet_map_is_defect(32768, 0.5f));
}
END_TEST

/* --- JSON --------------------------------------------------------------------------------------------- */

START_TEST(json_has_null_for_what_does_not_exist) {
  char *text = NULL;
  fill_halves(0, 65535);
  memset(masks[0], 0, 400);
  add("a\xff.png", "good", &images[0], 0.5f, 0);
  unet_evaluation e = finish();
  ck_unet_ok(unet_evaluation_json(&text, &e, &e));
  ck_assert_ptr_nonnull(strstr(text, "\"aupro\": null"));
  ck_assert_ptr_nonnull(strstr(text, "\"predicted\": null"));
  ck_assert_ptr_nonnull(strstr(text, "\"other\": {"));
  ck_assert_ptr_nonnull(strstr(text, "a\xef\xbf\xbd.png"));
  ck_assert_ptr_null(strstr(text, "nan"));
  free(text);
  unet_evaluation_free(&e);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("scoring");
  TCase *all = unet_test_case(suite, "scoring", 60);
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_loop_test(all, figures_are_those_of_the_definitions, 0, 5);
  tcase_add_test(all, a_known_example);
  tcase_add_test(all, aupro_by_hand);
  tcase_add_loop_test(all, perfect_constant_and_inverted_maps, 0, 3);
  tcase_add_test(all, ties_of_image_scores_are_halved);
  tcase_add_test(all, what_does_not_exist_is_undefined);
  tcase_add_test(all, no_good_pixels);
  tcase_add_test(all, threshold_and_area_are_the_image_s_own);
  tcase_add_test(all, calibration_bins);
  tcase_add_test(all, curves_hold_points_of_the_definition);
  tcase_add_test(all, curves_end_where_they_must);
  tcase_add_test(all, steps_are_counted);
  tcase_add_loop_test(all, thresholds_are_as_good_as_any, 0, 3);
  tcase_add_loop_test(all, of_equal_thresholds_the_middle_is_taken, 0, 4);
  tcase_add_test(all, targets_may_be_met_exactly);
  tcase_add_test(all, thresholds_without_pixels);
  tcase_add_test(all, a_level_marks_what_lies_above_it);
  tcase_add_test(all, json_has_null_for_what_does_not_exist);
  return suite;
}
