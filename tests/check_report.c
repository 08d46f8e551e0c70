#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/base64.h"
#include "base/path.h"
#include "base/rng.h"
#include "check_main.h"
#include "data/regions.h"
#include "report/report_gallery.h"
#include "report/report_levels.h"
#include "report/report_settings.h"
#include "report_case.h"
#include "run/predictor.h"

/* --- pieces ------------------------------------------------------------------------------------------- */

START_TEST(base64_is_that_of_the_rfc) {
  static const char *const pairs[][2] = {{"", "x"},
                                         {"f", "xZg=="},
                                         {"fo", "xZm8="},
                                         {"foo", "xZm9v"},
                                         {"foob", "xZm9vYg=="},
                                         {"fooba", "xZm9vYmE="},
                                         {"foobar", "xZm9vYmFy"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char *text = NULL;
    ck_unet_ok(unet_base64_encode(&text, "x", pairs[i][0], strlen(pairs[i][0])));
    ck_assert_str_eq(text, pairs[i][1]);
    free(text);
  }
}
END_TEST

/* A level marks what the model would mark at its threshold, the model's own threshold included. */
START_TEST(levels_agree_with_maps) {
  static const float thresholds[] = {0.0f, 0.001f, 0.37f, 0.5f, 0.999f, 1.0f};
  for (size_t t = 0; t < sizeof thresholds / sizeof *thresholds; t++) {
    unet_levels levels;
    unet_levels_make(&levels, thresholds[t]);
    ck_assert_double_eq((float)levels.thresholds[levels.chosen], thresholds[t]);
    for (size_t value = 0; value < 65536; value++) {
      ck_assert_msg(
          unet_map_is_defect((uint16_t)value, thresholds[t]) == (levels.passed[value] > levels.chosen),
          "value %zu at threshold %g", value, (double)thresholds[t]);
    }
    for (size_t k = 0; k + 1 < UNET_REPORT_LEVELS; k++)
      ck_assert_double_lt(levels.thresholds[k], levels.thresholds[k + 1]);
  }
}
END_TEST

/* Clouds of all sizes: neighbours share most of their value. */
static void fill_clouds(uint16_t *map, size_t height, size_t width, uint64_t seed) {
  unet_rng rng;
  unet_rng_start(&rng, seed, 0, 0);
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) {
      const double left = x ? map[y * width + x - 1] : 30000.0, up = y ? map[(y - 1) * width + x] : 30000.0;
      const double value = 0.5 * (left + up) + 24000.0 * ((double)unet_rng_float(&rng) - 0.5);
      map[y * width + x] = (uint16_t)fmin(fmax(value, 0.0), 65535.0);
    }
  }
}

/* Marked at each level is what finding its regions one by one leaves. */
START_TEST(small_regions_are_marked_nowhere) {
  enum { HEIGHT = 41, WIDTH = 57, PIXELS = HEIGHT * WIDTH };
  static uint16_t map[PIXELS];
  static uint8_t marked[PIXELS], defect[PIXELS];
  static const size_t areas[] = {0, 1, 2, 7, 60, PIXELS, PIXELS + 1};
  const size_t min_area = areas[_i];
  unet_levels levels;
  unet_levels_make(&levels, 0.41f);
  fill_clouds(map, HEIGHT, WIDTH, 7);
  ck_unet_ok(unet_levels_mark(marked, &levels, map, HEIGHT, WIDTH, min_area));
  for (size_t k = 0; k < UNET_REPORT_LEVELS; k++) {
    unet_regions regions = {0};
    for (size_t i = 0; i < PIXELS; i++)
      defect[i] = (uint8_t)unet_map_is_defect(map[i], (float)levels.thresholds[k]);
    ck_unet_ok(unet_regions_find(&regions, defect, map, HEIGHT, WIDTH, min_area));
    unet_regions_free(&regions);
    for (size_t i = 0; i < PIXELS; i++)
      ck_assert_msg((marked[i] > k) == (defect[i] != 0), "min_area %zu, level %zu, pixel %zu,%zu: marked %d",
                    min_area, k, i % WIDTH, i / WIDTH, marked[i]);
  }
}
END_TEST

/* --- the choice --------------------------------------------------------------------------------------- */

static unet_report_gallery small_gallery(size_t max_bytes) {
  unet_report_gallery gallery = {.max_bytes = max_bytes, .has_truth = true};
  unet_levels_make(&gallery.levels, 0.5f);
  return gallery;
}

enum { MANY = 120, SIZE = 32 };

static void add_many(unet_report_gallery *gallery, double dices[MANY]) {
  for (uint32_t i = 0; i < MANY; i++) {
    report_sample sample = {0};
    ck_unet_ok(report_sample_make(&sample, i, SIZE));
    const unet_report_image image = {.name = sample.name,
                                     .type = sample.type,
                                     .picture = &sample.picture,
                                     .map = sample.map,
                                     .truth = sample.truth};
    uint64_t tp = 0, sum = 0;
    for (size_t p = 0; p < (size_t)SIZE * SIZE; p++) {
      const bool marked = unet_map_is_defect(sample.map[p], 0.5f);
      tp += marked && sample.truth[p];
      sum += marked + (uint64_t)sample.truth[p];
    }
    dices[i] = sum ? 2.0 * (double)tp / (double)sum : 1.0;
    ck_unet_ok(unet_report_gallery_add(gallery, &image));
    report_sample_free(&sample);
  }
}

/* In half of the room lie the worst of all, in the other every stride-th, whatever the order they came in. */
START_TEST(worst_and_an_even_sample_stay) {
  static double dices[MANY];
  const size_t room = 120000;
  unet_report_gallery gallery = small_gallery(room);
  bool kept[MANY] = {0};
  add_many(&gallery, dices);
  unet_report_gallery_settle(&gallery);
  ck_assert_uint_le(gallery.bytes, room);
  ck_assert_uint_lt(gallery.count, MANY);
  for (size_t i = 0; i < gallery.count; i++) {
    const unet_report_entry *entry = &gallery.entries[i];
    kept[entry->index] = true;
    ck_assert_double_eq_tol(entry->dice, dices[entry->index], 1e-12);
    if (i) ck_assert_double_ge(entry->dice, entry[-1].dice);
  }
  for (size_t i = 0; i < MANY; i += gallery.stride) ck_assert_msg(kept[i], "picture %zu of the sample", i);
  size_t better = 0;
  for (size_t i = 0; i < MANY && !better; i++) {
    const double dice = gallery.entries[i].dice;
    if (gallery.entries[i].index % gallery.stride == 0) continue;
    for (size_t other = 0; other < MANY; other++) {
      ck_assert_msg(kept[other] || dices[other] >= dice, "%zu with Dice %g is left out, %g is in", other,
                    dices[other], dice);
    }
    better = i > gallery.count / 4;
  }
  unet_report_gallery_free(&gallery);
}
END_TEST

/* Sums hold all pictures, whether in the gallery or not. */
START_TEST(sums_hold_all_pictures) {
  static double dices[MANY];
  unet_report_gallery gallery = small_gallery(40000);
  add_many(&gallery, dices);
  uint64_t pixels = 0, images = 0, defects = 0;
  double dice_sum = 0.0, expected = 0.0;
  ck_assert_uint_eq(gallery.n_types, 5);
  for (size_t t = 0; t < gallery.n_types; t++) {
    const unet_report_type *type = &gallery.types[t];
    for (size_t k = 0; k < UNET_REPORT_LEVELS; k++) {
      pixels += type->pixels.defect[k] + type->pixels.good[k];
      images += type->defect_ng[k] + type->good_ng[k];
    }
    defects += type->defect_images;
    dice_sum += type->dice_sum[gallery.levels.chosen];
  }
  for (size_t i = 0; i < MANY; i++) expected += i % 5 == 4 ? 0.0 : dices[i];
  ck_assert_uint_eq(pixels, (uint64_t)MANY * (size_t)SIZE * SIZE);
  ck_assert_uint_eq(images, MANY);
  ck_assert_uint_eq(defects, (size_t)MANY / 5 * 4);
  ck_assert_double_eq_tol(dice_sum, expected, 1e-9);
  unet_report_gallery_free(&gallery);
}
END_TEST

/* --- how large a picture is shown --------------------------------------------------------------------- */

enum { WIDE = 3000, HIGH = 1000 };

/* Noise, which JPEG cannot make small, with a defect of 60 x 6 pixels that the map finds. */
static void make_wide(unet_image *picture, uint16_t *map, uint8_t *truth, uint64_t seed) {
  unet_rng rng;
  unet_rng_start(&rng, seed, 0, 0);
  ck_unet_ok(unet_image_make(picture, WIDE, HIGH, 1, 8));
  for (size_t i = 0; i < (size_t)WIDE * HIGH; i++)
    picture->samples[i] = (uint16_t)(65535.0f * unet_rng_float(&rng));
  for (size_t y = 500; y < 506; y++) {
    for (size_t x = 1200; x < 1260; x++) {
      map[y * WIDE + x] = 60000;
      truth[y * WIDE + x] = 1;
    }
  }
}

/* The longer sides at which a page of these many shows two such pictures. */
static void shown_sides(size_t sides[2], size_t expected, size_t room) {
  uint16_t *map = calloc((size_t)WIDE * HIGH, sizeof *map);
  uint8_t *truth = calloc((size_t)WIDE * HIGH, 1);
  unet_report_gallery gallery = small_gallery(room);
  gallery.expected = expected;
  for (uint64_t k = 0; k < 2; k++) {
    unet_image picture = {0};
    make_wide(&picture, map, truth, k);
    const unet_report_image image = {.name = "wide.png", .picture = &picture, .map = map, .truth = truth};
    ck_unet_ok(unet_report_gallery_add(&gallery, &image));
    unet_image_free(&picture);
    json_t *object = json_loads(gallery.entries[k].json, 0, NULL);
    sides[k] = (size_t)json_integer_value(json_object_get(object, "shownWidth"));
    json_decref(object);
    if (expected && sides[k] > UNET_REPORT_SIDE) ck_assert_uint_le(gallery.entries[k].bytes, room / expected);
  }
  unet_report_gallery_free(&gallery);
  free(map);
  free(truth);
}

/* Few pictures are shown larger, and never so large that those expected do not fit. */
START_TEST(few_pictures_are_shown_larger) {
  size_t few[2], more[2], many[2], unknown[2];
  shown_sides(few, 5, UNET_REPORT_BYTES);
  shown_sides(more, 60, UNET_REPORT_BYTES);
  shown_sides(many, 5000, UNET_REPORT_BYTES);
  shown_sides(unknown, 0, UNET_REPORT_BYTES);
  for (size_t k = 0; k < 2; k++) {
    ck_assert_uint_eq(few[k], UNET_REPORT_LARGEST_SIDE);
    ck_assert_uint_lt(more[k], UNET_REPORT_LARGEST_SIDE);
    ck_assert_uint_gt(more[k], UNET_REPORT_SIDE);
    ck_assert_uint_eq(many[k], UNET_REPORT_SIDE);
    ck_assert_uint_eq(unknown[k], UNET_REPORT_SIDE);
  }
}
END_TEST

/* --- a page read again --------------------------------------------------------------------------------- */

/* *page = the whole file, *data = the object in it. */
static void read_page(char **page, json_t **data, const char *path) {
  static const char start[] = "id=\"data\">";
  size_t size = 0;
  json_error_t error;
  ck_unet_ok(unet_read_file(page, &size, path));
  ck_assert_uint_lt(size, 20000000);
  const char *json = strstr(*page, start);
  ck_assert_ptr_nonnull(json);
  json += sizeof start - 1;
  *data = json_loadb(json, (size_t)(strstr(json, "</script>") - json), 0, &error);
  ck_assert_msg(*data != NULL, "line %d: %s", error.line, error.text);
}

static const char *text_at(const json_t *object, const char *list, size_t i, const char *key) {
  return json_string_value(json_object_get(json_array_get(json_object_get(object, list), i), key));
}

/* --- settings in words -------------------------------------------------------------------------------- */

/* *value = what a line of the settings says; NULL without that line. */
static const char *setting_of(const json_t *data, const char *name) {
  size_t i = 0;
  const json_t *line = NULL;
  json_array_foreach(json_object_get(data, "settings"), i, line) {
    if (strcmp(json_string_value(json_array_get(line, 1)), name) == 0)
      return json_string_value(json_array_get(line, 2));
  }
  return NULL;
}

/* The page of a report that has nothing but the settings of this training. */
static json_t *page_of_training(const char *options) {
  char folder[256], *path = NULL, *page = NULL;
  json_t *data = NULL, *object = json_loads(options, 0, NULL);
  unet_report *report = NULL;
  const unet_report_options none = {.title = "none", .threshold = 0.5f};
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "report.html"));
  ck_unet_ok(unet_report_create(&report, &none));
  ck_unet_ok(unet_report_add_training(report, object));
  ck_unet_ok(unet_report_write(report, path));
  read_page(&page, &data, path);
  json_decref(object);
  free(page);
  free(path);
  unet_report_destroy(report);
  unet_remove_folder(folder);
  return data;
}

START_TEST(settings_are_words) {
  json_t *data = page_of_training(
      "{\"recipe\": \"article\", \"lr\": 0.001, \"clip\": 0.0, \"init\": \"he\", \"defects\": null, "
      "\"schedule\": \"one_cycle\", \"val\": 0.2, \"select\": 0.0, \"flip\": \"both\", \"rotate\": 10.0, "
      "\"scale\": 0.1, \"noise\": 0.0, \"seed\": 9007199254740993, \"mask-threshold\": -1, \"warmup\": 0.0}");
  ck_assert_str_eq(setting_of(data, "Recipe"), "article");
  ck_assert_str_eq(setting_of(data, "Learning rate"), "0.001");
  ck_assert_str_eq(setting_of(data, "Gradients"), "not clipped");
  ck_assert_str_eq(setting_of(data, "First weights"), "He");
  ck_assert_str_eq(setting_of(data, "Defect types"), "all");
  ck_assert_str_eq(setting_of(data, "Schedule"), "one cycle: rises, then falls to 0");
  ck_assert_str_eq(setting_of(data, "Held out"), "20 % of each type");
  ck_assert_str_eq(setting_of(data, "Set aside to choose on"), "nothing: the last epoch is the model");
  ck_assert_str_eq(setting_of(data, "Seed"), "9007199254740993");
  ck_assert_str_eq(setting_of(data, "Augmentation"),
                   "mirrored both ways, turned up to 10°, scaled by up to 10 %");
  ck_assert_ptr_null(setting_of(data, "Warm-up"));
  json_decref(data);
  data = page_of_training("{\"recipe\": null}");
  ck_assert_str_eq(setting_of(data, "Recipe"), "settings of its own");
  ck_assert_str_eq(setting_of(data, "Augmentation"), "none");
  json_decref(data);
}
END_TEST

/* --- the page ----------------------------------------------------------------------------------------- */

START_TEST(page_holds_what_was_given) {
  char folder[256], *path = NULL, *page = NULL;
  json_t *data = NULL;
  unet_report *report = NULL;
  const unet_report_options options = {
      .title = "a <title> \xff", .threshold = 0.37f, .min_area = 5, .has_truth = true};
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "report.html"));
  ck_unet_ok(unet_report_create(&report, &options));
  ck_unet_ok(report_add_everything(report));
  ck_unet_ok(report_add_samples(report, 7, 48, true));
  ck_unet_ok(unet_report_write(report, path));
  read_page(&page, &data, path);
  ck_assert_str_eq(json_string_value(json_object_get(data, "title")), "a <title> \xef\xbf\xbd");
  ck_assert_uint_eq(json_array_size(json_object_get(data, "pictures")), 7);
  ck_assert_uint_eq(json_array_size(json_object_get(data, "types")), 5);
  const json_t *log = json_array_get(json_object_get(data, "logs"), 0);
  ck_assert_uint_eq(json_array_size(json_object_get(log, "rows")), 60);
  ck_assert_int_eq((int)json_integer_value(json_object_get(log, "best")), 52);
  ck_assert_str_eq(text_at(data, "curves", 1, "curve"), "pro");
  ck_assert_uint_eq(
      json_array_size(json_object_get(json_array_get(json_object_get(data, "calibration"), 0), "x")), 9);
  ck_assert_int_eq((int)json_integer_value(json_object_get(data, "chosen")), 94);
  ck_assert_int_eq(strncmp(text_at(data, "pictures", 0, "image"), "data:image/jpeg;base64,/9j/", 26), 0);
  ck_assert_int_eq(strncmp(text_at(data, "pictures", 0, "marked"), "data:image/png;base64,iVBOR", 26), 0);
  ck_assert(json_is_null(
      json_object_get(json_array_get(json_object_get(data, "metrics"), 2), "value"))); /* the NaN */
  ck_assert_msg(!strstr(page, "http://") || strstr(page, "http://www.w3.org/2000/svg"), "the page has links");
  ck_assert_msg(!strstr(page, "<b>bolts"), "text stands in the page as markup");
  json_decref(data);
  free(page);
  free(path);
  unet_report_destroy(report);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(page_without_pictures) {
  char folder[256], *path = NULL, *page = NULL;
  json_t *data = NULL;
  unet_report *report = NULL;
  const unet_report_options options = {.title = "none", .threshold = 0.5f};
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "report.html"));
  ck_unet_ok(unet_report_create(&report, &options));
  ck_unet_ok(unet_report_write(report, path));
  read_page(&page, &data, path);
  ck_assert_uint_eq(json_array_size(json_object_get(data, "pictures")), 0);
  ck_unet_fails(unet_report_write(report, folder), UNET_NO_RESOURCE, folder);
  json_decref(data);
  free(page);
  free(path);
  unet_report_destroy(report);
  unet_remove_folder(folder);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("report");
  TCase *pieces = unet_test_case(suite, "pieces", 60);
  tcase_add_test(pieces, base64_is_that_of_the_rfc);
  tcase_add_test(pieces, levels_agree_with_maps);
  tcase_add_loop_test(pieces, small_regions_are_marked_nowhere, 0, 7);
  TCase *choice = unet_test_case(suite, "choice", 60);
  tcase_add_test(choice, worst_and_an_even_sample_stay);
  tcase_add_test(choice, sums_hold_all_pictures);
  tcase_add_test(choice, few_pictures_are_shown_larger);
  TCase *page = unet_test_case(suite, "page", 60);
  tcase_add_test(page, page_holds_what_was_given);
  tcase_add_test(page, page_without_pictures);
  tcase_add_test(page, settings_are_words);
  return suite;
}
