/* The lots of augmentation: within their limits, spread over them, and each its own. */
#include <math.h>
#include <string.h>

#include "check_main.h"
#include "data/augment_draw.h"

enum { DRAWS = 4000, SIDE = 100 };

static const double degrees = 180.0 / 3.14159265358979323846;

static unet_augmentation draw(const unet_augment_options *options, uint32_t epoch, uint32_t position) {
  unet_augmentation item;
  const unet_window whole = unet_whole_window(SIDE, SIDE);
  const unet_lot lot = {.seed = 7, .epoch = epoch, .position = position};
  unet_augment_draw(&item, options, &whole, 3, SIDE, SIDE, &lot);
  return item;
}

/* What a value was over many draws. */
typedef struct spread {
  double low, high, sum;
} spread;

static void add(spread *s, double value) {
  s->low = fmin(s->low, value);
  s->high = fmax(s->high, value);
  s->sum += value;
}

static const spread nothing = {INFINITY, -INFINITY, 0.0};

/* Within [low, high], and over 99 % of that; with a mean as of uniform numbers (deviation (high - low) /
 * sqrt(12 n), four of them allowed). */
static void wants_uniform(const char *what, const spread *s, double low, double high) {
  const double slack = 1e-6, width = high - low, mean = s->sum / DRAWS;
  ck_assert_msg(s->low >= low - slack && s->high <= high + slack, "%s: %g to %g, not within %g to %g", what,
                s->low, s->high, low, high);
  ck_assert_msg(s->high - s->low > 0.99 * width, "%s: only %g to %g", what, s->low, s->high);
  ck_assert_msg(fabs(mean - 0.5 * (low + high)) < 4.0 * width / sqrt(12.0 * DRAWS), "%s: mean %g", what,
                mean);
}

/* The affine part is scale times rotation where nothing else is drawn. */
START_TEST(rotation_scale_and_shift_fill_their_limits) {
  const unet_augment_options options = {.rotate = 30.0, .scale = 0.2, .shift = 0.1};
  spread angle = nothing, scale = nothing, x = nothing, y = nothing;
  for (uint32_t i = 0; i < DRAWS; i++) {
    const unet_augmentation item = draw(&options, 1, i);
    const double c = (double)item.x[0], s = (double)item.x[1], middle = (SIDE - 1) / 2.0;
    const double dx = middle - (double)item.x[2], dy = middle - (double)item.y[2], square = c * c + s * s;
    add(&angle, degrees * atan2(s, c));
    add(&scale, -0.5 * log(square));
    add(&x, (c * dx - s * dy) / square - middle); /* where the source's middle lands */
    add(&y, (s * dx + c * dy) / square - middle);
  }
  wants_uniform("angle", &angle, -30.0, 30.0);
  wants_uniform("log of the scale", &scale, log(0.8), -log(0.8));
  wants_uniform("shift along x", &x, -10.0, 10.0);
  wants_uniform("shift along y", &y, -10.0, 10.0);
}
END_TEST

START_TEST(colour_fills_its_limits) {
  const unet_augment_options options = {.contrast = 0.2, .brightness = 0.1, .gamma = 0.3, .noise = 0.05};
  spread contrast = nothing, brightness = nothing, gamma = nothing, noise = nothing;
  for (uint32_t i = 0; i < DRAWS; i++) {
    const unet_augmentation item = draw(&options, 1, i);
    const double factor = (double)item.colour[0];
    add(&contrast, log(factor));
    add(&brightness, (double)item.offset - 0.5 * (1.0 - factor));
    add(&gamma, log((double)item.gamma));
    add(&noise, (double)item.noise);
  }
  wants_uniform("log of the contrast", &contrast, log(0.8), -log(0.8));
  wants_uniform("brightness", &brightness, -0.1, 0.1);
  wants_uniform("log of gamma", &gamma, log(0.7), -log(0.7));
  wants_uniform("noise", &noise, 0.0, 0.05);
}
END_TEST

START_TEST(grey_stays_grey_whatever_the_hue) {
  const unet_augment_options options = {.hue = 180.0, .saturation = 1.0};
  for (uint32_t i = 0; i < 100; i++) {
    const unet_augmentation item = draw(&options, 1, i);
    for (size_t row = 0; row < 9; row += 3) {
      const float *weights = item.colour + row;
      ck_assert_float_eq_tol(weights[0] + weights[1] + weights[2], 1.0f, 1e-5f);
    }
  }
}
END_TEST

/* Half of the images are mirrored each way, a quarter are blurred: within four deviations. */
START_TEST(flips_and_blur_come_as_often_as_said) {
  const unet_augment_options options = {.flip = UNET_FLIP_BOTH, .blur = 1.0};
  double flipped_x = 0.0, flipped_y = 0.0, blurred = 0.0;
  for (uint32_t i = 0; i < DRAWS; i++) {
    const unet_augmentation item = draw(&options, 1, i);
    flipped_x += item.x[0] < 0.0f;
    flipped_y += item.y[1] < 0.0f;
    blurred += item.blur > 0.0f;
  }
  ck_assert_double_lt(fabs(flipped_x / DRAWS - 0.5), 4.0 * 0.5 / sqrt(DRAWS));
  ck_assert_double_lt(fabs(flipped_y / DRAWS - 0.5), 4.0 * 0.5 / sqrt(DRAWS));
  ck_assert_double_lt(fabs(blurred / DRAWS - 0.25), 4.0 * 0.433 / sqrt(DRAWS));
}
END_TEST

START_TEST(elastic_knots_fill_their_limits) {
  const unet_augment_options options = {.elastic = 0.05};
  for (uint32_t i = 0; i < 10; i++) {
    const unet_augmentation item = draw(&options, 1, i);
    spread x = nothing;
    for (int k = 0; k < UNET_ELASTIC_KNOTS * UNET_ELASTIC_KNOTS; k++) add(&x, (double)item.knots_x[k]);
    ck_assert(item.elastic && x.low >= -5.0 && x.low < -4.0 && x.high <= 5.0 && x.high > 4.0);
  }
}
END_TEST

START_TEST(same_lot_same_draw) {
  unet_augment_options options;
  ck_unet_ok(unet_augment_preset(&options, "strong"));
  const unet_augmentation once = draw(&options, 3, 4), again = draw(&options, 3, 4);
  const unet_augmentation next = draw(&options, 3, 5), later = draw(&options, 4, 4);
  ck_assert_mem_eq(&once, &again, sizeof once);
  ck_assert(once.x[0] != next.x[0] && once.x[0] != later.x[0] && next.x[0] != later.x[0]);
}
END_TEST

/* One limit changed, all else as before. */
START_TEST(effects_have_lots_of_their_own) {
  unet_augment_options strong, other;
  ck_unet_ok(unet_augment_preset(&strong, "strong"));
  other = strong;
  other.rotate = other.hue = other.elastic = 0.0;
  const unet_augmentation a = draw(&strong, 1, 1), b = draw(&other, 1, 1);
  ck_assert(a.x[0] != b.x[0] && a.colour[1] != b.colour[1] && a.elastic && !b.elastic);
  ck_assert(a.offset == b.offset && a.gamma == b.gamma && a.blur == b.blur && a.noise == b.noise);
}
END_TEST

START_TEST(presets_and_limits) {
  unet_augment_options options;
  ck_unet_fails(unet_augment_preset(&options, "heavy"), UNET_USAGE, "none, light or strong");
  ck_unet_ok(unet_augment_preset(&options, "none"));
  ck_assert(!unet_augment_is_on(&options));
  ck_unet_ok(unet_augment_preset(&options, "light"));
  ck_assert(unet_augment_is_on(&options));
  ck_unet_ok(unet_augment_check(&options));
  ck_unet_ok(unet_augment_preset(&options, "strong"));
  ck_unet_ok(unet_augment_check(&options));
  options.scale = 1.0;
  ck_unet_fails(unet_augment_check(&options), UNET_USAGE, "--scale 1 makes no sense; give 0 to 0.9");
  options.scale = -0.1;
  ck_unet_fails(unet_augment_check(&options), UNET_USAGE, "--scale");
  options.scale = 0.0;
  options.noise = NAN;
  ck_unet_fails(unet_augment_check(&options), UNET_USAGE, "--noise");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("augment_draw");
  TCase *draws = unet_test_case(suite, "draws", 30);
  tcase_add_test(draws, rotation_scale_and_shift_fill_their_limits);
  tcase_add_test(draws, colour_fills_its_limits);
  tcase_add_test(draws, grey_stays_grey_whatever_the_hue);
  tcase_add_test(draws, flips_and_blur_come_as_often_as_said);
  tcase_add_test(draws, elastic_knots_fill_their_limits);
  tcase_add_test(draws, same_lot_same_draw);
  tcase_add_test(draws, effects_have_lots_of_their_own);
  tcase_add_test(draws, presets_and_limits);
  return suite;
}
