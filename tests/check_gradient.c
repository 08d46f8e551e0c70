/* The gradient of the whole network against finite differences of its loss: for every tensor, the slope of
 * the loss along the gradient must be the gradient's norm. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "device_fixture.h"
#include "model/network.h"
#include "run/executor.h"

enum { BATCH = 2, SIDE = 16, MOST = 4096 };

static unet_network network;
static unet_executor *executor;

static void fill(float *values, size_t count, float low, float high, uint32_t stream) {
  unet_rng rng;
  unet_rng_start(&rng, 3, stream, 0);
  for (size_t i = 0; i < count; i++) values[i] = unet_rng_range(&rng, low, high);
}

static void open_network(bool normalise) {
  unet_architecture a = {.channels = 1, .height = SIDE, .width = SIDE, .n_levels = 3, .filters = {4, 8, 12}};
  const size_t pixels = (size_t)BATCH * SIDE * SIDE;
  float values[MOST];
  const unet_training_form form = {.loss = unet_bce_dice_loss(), .normalise = normalise};
  ck_unet_ok(unet_network_build_training(&network, &a, BATCH, &form));
  ck_unet_ok(unet_executor_create(&executor, test_device, network.graph, NULL));
  for (unet_value v = unet_network_next_parameter(&network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(&network, v)) {
    unet_shape shape = unet_shape_of(network.graph, v);
    ck_assert_uint_le(unet_elements(shape), MOST);
    float limit = sqrtf(6.0f / (float)(shape.h * shape.w * (shape.n + shape.c)));
    fill(values, unet_elements(shape), -limit, limit, 100 + (uint32_t)v);
    ck_unet_ok(unet_executor_write(executor, v, values, 1));
  }
  fill(values, pixels, 0.0f, 1.0f, 1);
  ck_unet_ok(unet_executor_write(executor, network.images, values, BATCH));
  for (size_t i = 0; i < pixels; i++) values[i] = i % SIDE < 5 ? 1.0f : 0.0f;
  ck_unet_ok(unet_executor_write(executor, network.target, values, BATCH));
  float rates[UNET_ADAM_SCALARS] = {0}; /* Adam runs, and moves nothing */
  ck_unet_ok(unet_executor_write(executor, network.scalars, rates, 1));
  ck_unet_ok(unet_executor_run(executor, UNET_RUN_ALL, BATCH));
}

static void close_network(void) {
  unet_executor_destroy(executor);
  unet_network_destroy(&network);
}

static double loss_at(unet_value parameter, const float *weights) {
  float s[4];
  ck_unet_ok(unet_executor_write(executor, parameter, weights, 1));
  ck_unet_ok(unet_executor_run(executor, UNET_RUN_FORWARD, BATCH));
  ck_unet_ok(unet_executor_read(executor, network.sums, s, 1));
  double dice = (2.0 * (double)s[1] + 1.0) / ((double)s[2] + (double)s[3] + 1.0);
  return (double)s[0] / (BATCH * SIDE * SIDE) + 1.0 - dice;
}

/* The loss is known to about 1e-7: a change of it by 1e-3 shows the slope to 1e-4. */
static void check_parameter(unet_value parameter) {
  static float weights[MOST], gradient[MOST], moved[MOST];
  const unet_value_info *info = unet_info(network.graph, parameter);
  size_t count = unet_elements(info->shape);
  ck_unet_ok(unet_executor_read(executor, parameter, weights, 1));
  ck_unet_ok(unet_executor_read_beside(executor, UNET_REGION_GRADIENTS, parameter, gradient));
  double norm = 0.0;
  for (size_t i = 0; i < count; i++) norm += (double)gradient[i] * (double)gradient[i];
  norm = sqrt(norm);
  ck_assert_msg(norm > 1e-4, "%s: the gradient is as good as zero (%g)", info->name, norm);
  double distance = fmin(1e-3 / norm, 0.02), losses[2];
  for (int side = 0; side < 2; side++) {
    double factor = (side ? 1.0 : -1.0) * distance / norm;
    for (size_t i = 0; i < count; i++) moved[i] = (float)((double)weights[i] + factor * (double)gradient[i]);
    losses[side] = loss_at(parameter, moved);
  }
  loss_at(parameter, weights);
  double slope = (losses[1] - losses[0]) / (2.0 * distance);
  ck_assert_msg(fabs(slope - norm) <= 0.01 * norm, "%s: slope %.6g, gradient's norm %.6g", info->name, slope,
                norm);
}

START_TEST(slope_along_each_gradient_is_its_norm) {
  open_network(false);
  size_t checked = 0;
  for (unet_value v = unet_network_next_parameter(&network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(&network, v)) {
    check_parameter(v);
    checked++;
  }
  ck_assert_uint_eq(checked, 26);
  close_network();
}
END_TEST

/* A normalisation takes away what the bias before it adds: that one has no gradient. */
static bool is_normalised_bias(unet_value parameter) {
  const char *name = unet_info(network.graph, parameter)->name;
  return strstr(name, ".conv") && strstr(name, ".bias");
}

START_TEST(slope_with_normalisations) {
  open_network(true);
  size_t checked = 0;
  for (unet_value v = unet_network_next_parameter(&network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(&network, v)) {
    if (is_normalised_bias(v)) continue;
    check_parameter(v);
    checked++;
  }
  ck_assert_uint_eq(checked, 26);
  close_network();
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("gradient");
  TCase *test_case = unet_device_test_case(suite, "gradient", 120);
  tcase_add_test(test_case, slope_along_each_gradient_is_its_norm);
  tcase_add_test(test_case, slope_with_normalisations);
  return suite;
}
