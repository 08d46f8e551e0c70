/* Predicting: frames in memory, batches, and what comes out at a frame's own size. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bright_model.h"
#include "data/resize.h"
#include "device_fixture.h"
#include "run/predictor.h"

enum { HEIGHT = 16, WIDTH = 24, PIXELS = HEIGHT * WIDTH, FRAMES = 5 };
enum { TALL = 37, WIDE = 29 }; /* a frame that is not of the network's size */

static unsigned seed;

static unsigned next_number(void) {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 16;
}

static unet_model *make_model(size_t channels) {
  const unet_architecture small = {
      .channels = channels, .height = HEIGHT, .width = WIDTH, .n_levels = 2, .filters = {4, 6}};
  unet_model *model = NULL;
  seed = 7;
  ck_unet_ok(unet_model_create(&model, &small));
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    const unet_parameter *tensor = unet_model_tensor(model, i);
    for (size_t k = 0; k < tensor->count; k++)
      tensor->values[k] = ((float)(next_number() % 2001) - 1000.0f) / 2000.0f;
  }
  return model;
}

static void fill(uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(next_number() & 255);
}

/* A frame's map is in 16 bit: half a step, and single precision. */
static const float tolerance = 0.5f / 65535.0f + 1e-6f;

static void wants_near(const float *values, const float *wanted, size_t count, const char *what) {
  size_t worst = 0;
  for (size_t i = 0; i < count; i++) {
    if (!(fabsf(values[i] - wanted[i]) <= fabsf(values[worst] - wanted[worst]))) worst = i;
  }
  ck_assert_msg(fabsf(values[worst] - wanted[worst]) <= tolerance, "%s: at %zu %.9g, not %.9g", what, worst,
                (double)values[worst], (double)wanted[worst]);
}

/* The frame's planes as the network takes them. */
static void to_planes(uint16_t *planes, const uint8_t *rgb, size_t pixels) {
  for (size_t i = 0; i < pixels * 3; i++) planes[i % 3 * pixels + i / 3] = (uint16_t)(rgb[i] * 257);
}

START_TEST(batches_and_frames_agree) {
  static uint8_t rgb[FRAMES][PIXELS * 3];
  static uint16_t planes[FRAMES][PIXELS * 3];
  static float by_batch[FRAMES][PIXELS], by_frame[FRAMES][PIXELS];
  unet_model *model = make_model(3);
  unet_predictor *single = NULL, *pairs = NULL;
  ck_unet_ok(unet_predictor_create(&single, test_device, model, 1));
  ck_unet_ok(unet_predictor_create(&pairs, test_device, model, 2));
  unet_model_destroy(model);
  fill(rgb[0], sizeof rgb);
  for (size_t i = 0; i < FRAMES; i++) {
    to_planes(planes[i], rgb[i], PIXELS);
    ck_unet_ok(unet_predict_frame(single, rgb[i], WIDTH, HEIGHT, (size_t)WIDTH * 3, by_frame[i], NULL, NULL));
  }
  ck_unet_ok(unet_predictor_run(pairs, planes[0], FRAMES, by_batch[0]));
  wants_near(by_batch[0], by_frame[0], (size_t)FRAMES * PIXELS, "a batch against frames");
  float low = 1.0f, high = 0.0f;
  for (size_t i = 0; i < PIXELS; i++) {
    low = fminf(low, by_frame[0][i]);
    high = fmaxf(high, by_frame[0][i]);
  }
  ck_assert_msg(low >= 0.0f && high <= 1.0f && high - low > 0.01f, "probabilities from %g to %g", (double)low,
                (double)high);
  unet_predictor_destroy(single);
  unet_predictor_destroy(pairs);
}
END_TEST

START_TEST(rows_may_be_padded) {
  enum { STRIDE = WIDE * 3 + 11 };
  static uint8_t dense[TALL * WIDE * 3], padded[TALL * STRIDE];
  static float wanted[TALL * WIDE], found[TALL * WIDE];
  unet_model *model = make_model(3);
  unet_predictor *predictor = NULL;
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  fill(dense, sizeof dense);
  fill(padded, sizeof padded);
  for (size_t y = 0; y < TALL; y++) memcpy(padded + y * STRIDE, dense + y * WIDE * 3, (size_t)WIDE * 3);
  ck_unet_ok(unet_predict_frame(predictor, dense, WIDE, TALL, (size_t)WIDE * 3, wanted, NULL, NULL));
  ck_unet_ok(unet_predict_frame(predictor, padded, WIDE, TALL, STRIDE, found, NULL, NULL));
  ck_assert_mem_eq(wanted, found, sizeof wanted);
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
}
END_TEST

/* A frame of any size and a grey network: the map is resized from the network's, the mask cut from it there.
 */
START_TEST(the_map_has_the_size_of_the_frame) {
  static uint8_t rgb[TALL * WIDE * 3], mask[TALL * WIDE];
  static float map[TALL * WIDE], small[PIXELS], wanted[TALL * WIDE];
  static uint16_t planes[PIXELS];
  unet_model *model = make_model(1);
  unet_predictor *predictor = NULL;
  unet_image image = {0};
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  fill(rgb, sizeof rgb);
  ck_unet_ok(unet_image_make(&image, WIDE, TALL, 3, 8));
  for (size_t i = 0; i < sizeof rgb; i++) image.samples[i] = (uint16_t)(rgb[i] * 257);
  ck_unet_ok(unet_image_to_planes(planes, 1, HEIGHT, WIDTH, &image));
  ck_unet_ok(unet_predictor_run(predictor, planes, 1, small));
  ck_unet_ok(unet_resize_planes(wanted, TALL, WIDE, small, HEIGHT, WIDTH, 1));
  unet_predictor_destroy(predictor);
  const float threshold = wanted[0]; /* a value of the map, so that some lie below and some above */
  unet_model_set_threshold(model, threshold);
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  ck_unet_ok(unet_predict_frame(predictor, rgb, WIDE, TALL, (size_t)WIDE * 3, map, mask, NULL));
  wants_near(map, wanted, (size_t)TALL * WIDE, "the map");
  size_t defect = 0;
  for (size_t i = 0; i < (size_t)TALL * WIDE; i++) {
    ck_assert_uint_eq(mask[i], map[i] > threshold ? 255 : 0);
    defect += mask[i] > 0;
  }
  ck_assert_msg(defect > 0 && defect < (size_t)TALL * WIDE, "%zu defect pixels tell nothing", defect);
  unet_image_free(&image);
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
}
END_TEST

/* Where no pixel looks at another, windows must blend into what each pixel gives alone, at any size. */
START_TEST(windows_blend_into_what_the_pixels_give) {
  static const size_t sizes[][2] = {{1, 1}, {5, 40}, {16, 16}, {17, 16}, {50, 33}, {40, 1000}};
  const size_t height = sizes[_i][0], width = sizes[_i][1], pixels = height * width;
  unet_model *model = make_bright_model(3);
  unet_predictor *predictor = NULL;
  uint8_t *rgb = malloc(pixels * 3);
  float *map = calloc(pixels, sizeof *map), *wanted = calloc(pixels, sizeof *wanted);
  ck_assert(rgb && map && wanted);
  unet_model_set_tiles(model, true);
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 3));
  fill(rgb, pixels * 3);
  for (size_t i = 0; i < pixels; i++)
    wanted[i] = (float)(1.0 / (1.0 + exp(-20.0 * ((double)rgb[3 * i] / 255.0 - 0.5))));
  ck_unet_ok(unet_predict_frame(predictor, rgb, width, height, width * 3, map, NULL, NULL));
  wants_near(map, wanted, pixels, "windows");
  free(rgb);
  free(map);
  free(wanted);
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
}
END_TEST

/* A picture and its mirror image must get maps that are mirror images. */
START_TEST(the_mean_over_symmetries_has_them) {
  static uint8_t rgb[PIXELS * 3], mirrored[PIXELS * 3];
  static float map[PIXELS], mirrored_map[PIXELS], plain[PIXELS], turned_back[PIXELS];
  unet_model *model = make_model(3);
  unet_predictor *predictor = NULL;
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  fill(rgb, sizeof rgb);
  for (size_t i = 0; i < PIXELS; i++) {
    const size_t source = i / WIDTH * WIDTH + WIDTH - 1 - i % WIDTH;
    memcpy(mirrored + 3 * i, rgb + 3 * source, 3);
  }
  ck_unet_ok(unet_predict_frame(predictor, rgb, WIDTH, HEIGHT, (size_t)WIDTH * 3, plain, NULL, NULL));
  ck_unet_ok(unet_predictor_set_tta(predictor, true));
  ck_unet_ok(unet_predict_frame(predictor, rgb, WIDTH, HEIGHT, (size_t)WIDTH * 3, map, NULL, NULL));
  ck_unet_ok(
      unet_predict_frame(predictor, mirrored, WIDTH, HEIGHT, (size_t)WIDTH * 3, mirrored_map, NULL, NULL));
  for (size_t i = 0; i < PIXELS; i++)
    turned_back[i] = mirrored_map[i / WIDTH * WIDTH + WIDTH - 1 - i % WIDTH];
  for (size_t i = 0; i < PIXELS; i++)
    ck_assert_msg(fabsf(map[i] - turned_back[i]) < 2.0f / 65535.0f, "at %zu %.9g and %.9g", i, (double)map[i],
                  (double)turned_back[i]);
  ck_assert_mem_ne(map, plain, sizeof map);
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
}
END_TEST

START_TEST(absurd_frames_are_refused) {
  static uint8_t rgb[PIXELS * 3];
  unet_model *model = make_model(3);
  unet_predictor *predictor = NULL;
  ck_unet_fails(unet_predictor_create(&predictor, test_device, model, 0), UNET_USAGE, "batch");
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  ck_unet_fails(unet_predict_frame(predictor, rgb, 0, HEIGHT, 3, NULL, NULL, NULL), UNET_USAGE, "frame");
  ck_unet_fails(unet_predict_frame(predictor, rgb, WIDTH, HEIGHT, (size_t)WIDTH * 3 - 1, NULL, NULL, NULL),
                UNET_USAGE, "frame");
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("predictor");
  TCase *all = unet_device_test_case(suite, "predictor", 120);
  tcase_add_test(all, batches_and_frames_agree);
  tcase_add_test(all, rows_may_be_padded);
  tcase_add_test(all, the_map_has_the_size_of_the_frame);
  tcase_add_loop_test(all, windows_blend_into_what_the_pixels_give, 0, 6);
  tcase_add_test(all, the_mean_over_symmetries_has_them);
  tcase_add_test(all, absurd_frames_are_refused);
  return suite;
}
