/* The whole network against what Keras computes: output, loss, gradients, five steps of Adam. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "device_fixture.h"
#include "golden_case.h"
#include "model/network.h"
#include "run/executor.h"

static const double map_tolerance = 1e-5, loss_tolerance = 1e-6, gradient_tolerance = 1e-4,
                    weights_tolerance = 1e-4, change_tolerance = 3e-4;

static const struct run {
  const char *path;
  const char *forced; /* algorithm; NULL: the device's own choice */
} runs[] = {{GOLDEN_SMALL, "naive"},
            {GOLDEN_SMALL, NULL},
            {GOLDEN_SMALL, "group"},
            {GOLDEN_ARTICLE, "naive"},
            {GOLDEN_ARTICLE, NULL}};
enum { RUNS = sizeof runs / sizeof *runs };

static golden_case *golden;
static unet_network network;
static unet_executor *executor;
static float *values, *start; /* room for any tensor, the images or the masks */

static unet_architecture architecture_of(const golden_case *c) {
  unet_architecture a = {
      .channels = c->channels, .height = c->height, .width = c->width, .n_levels = c->filter_count};
  for (size_t i = 0; i < c->filter_count; i++) a.filters[i] = c->filters[i];
  return a;
}

static void open_run(const struct run *run, unet_network_mode mode) {
  char why[256] = "";
  ck_assert_msg(golden_case_load(&golden, run->path, why, sizeof why), "%s", why);
  const unet_architecture a = architecture_of(golden);
  const unet_executor_options options = {.forced = run->forced};
  ck_unet_ok(unet_network_build(&network, &a, golden->batch, mode));
  ck_unet_ok(unet_executor_create(&executor, test_device, network.graph, &options));
  size_t room = golden_image_size(golden);
  for (size_t t = 0; t < golden->tensor_count; t++)
    if (golden->tensors[t].count > room) room = golden->tensors[t].count;
  values = calloc(room, sizeof *values);
  start = calloc(room, sizeof *start);
  ck_assert(values && start);
}

static void close_run(void) {
  unet_executor_destroy(executor);
  unet_network_destroy(&network);
  golden_case_free(golden);
  free(values);
  free(start);
}

/* The parameters come in the order of the file, so tensor t is the t-th parameter. */
static unet_value next_parameter(unet_value previous, size_t t) {
  unet_value value = unet_network_next_parameter(&network, previous);
  ck_assert_msg(value != UNET_NO_VALUE, "the network lacks %s", golden->tensors[t].name);
  ck_assert_str_eq(unet_info(network.graph, value)->name, golden->tensors[t].name);
  ck_assert_uint_eq(unet_elements(unet_shape_of(network.graph, value)), golden->tensors[t].count);
  return value;
}

static void write_parameters(void) {
  unet_value value = UNET_NO_VALUE;
  for (size_t t = 0; t < golden->tensor_count; t++) {
    value = next_parameter(value, t);
    golden_fill_parameter(golden, t, values);
    ck_unet_ok(unet_executor_write(executor, value, values, 1));
  }
  ck_assert_int_eq(unet_network_next_parameter(&network, value), UNET_NO_VALUE);
}

static void write_images(void) {
  golden_fill_images(golden, values);
  ck_unet_ok(unet_executor_write(executor, network.images, values, golden->batch));
}

static void step(int number) {
  double rate = golden->learning_rate * sqrt(1.0 - pow(0.999, number)) / (1.0 - pow(0.9, number));
  ck_unet_ok(unet_executor_write(executor, network.scalars, (float[UNET_ADAM_SCALARS]){(float)rate}, 1));
  ck_unet_ok(unet_executor_run(executor, UNET_RUN_ALL, golden->batch));
}

/* From the four sums of the step before the weights moved. */
static void check_loss(int number) {
  float s[4];
  ck_unet_ok(unet_executor_read(executor, network.sums, s, 1));
  double bce = (double)s[0] / (double)golden_map_size(golden);
  double dice = (2.0 * (double)s[1] + 1.0) / ((double)s[2] + (double)s[3] + 1.0);
  double loss = bce + 1.0 - dice, wanted = golden->step_losses[number];
  /* Later losses feel the rounding of the steps before, too. */
  double tolerance = number == 0 ? loss_tolerance : 10 * loss_tolerance;
  ck_assert_msg(fabs(loss - wanted) <= tolerance * wanted, "loss after %d steps: %.9f, not %.9f", number,
                loss, wanted);
  if (number > 0) return;
  ck_assert_msg(fabs(bce - golden->bce) <= loss_tolerance * golden->bce, "bce %.9f, not %.9f", bce,
                golden->bce);
  ck_assert_msg(fabs(dice - golden->dice) <= loss_tolerance * golden->dice, "dice %.9f, not %.9f", dice,
                golden->dice);
}

static void hold(const golden_record *record, double tolerance, const char *name, const char *what) {
  golden_error error = golden_compare(record, values);
  ck_assert_msg(error.worst <= tolerance, "%s of %s: %.3g, more than %.3g; %s", what, name, error.worst,
                tolerance, error.where);
}

static void check_gradients(void) {
  unet_value value = UNET_NO_VALUE;
  for (size_t t = 0; t < golden->tensor_count; t++) {
    value = next_parameter(value, t);
    ck_unet_ok(unet_executor_read_beside(executor, UNET_REGION_GRADIENTS, value, values));
    hold(&golden->tensors[t].gradient, gradient_tolerance, golden->tensors[t].name, "gradient");
  }
}

static void check_weights(void) {
  unet_value value = UNET_NO_VALUE;
  for (size_t t = 0; t < golden->tensor_count; t++) {
    const golden_tensor *tensor = &golden->tensors[t];
    value = next_parameter(value, t);
    ck_unet_ok(unet_executor_read(executor, value, values, 1));
    hold(&tensor->weights, weights_tolerance, tensor->name, "weights");
    golden_fill_parameter(golden, t, start);
    for (size_t i = 0; i < tensor->count; i++) values[i] -= start[i];
    hold(&tensor->change, change_tolerance, tensor->name, "change");
  }
}

START_TEST(output_is_that_of_keras) {
  open_run(&runs[_i], UNET_NETWORK_INFERENCE);
  write_parameters();
  write_images();
  ck_unet_ok(unet_executor_run(executor, UNET_RUN_FORWARD, golden->batch));
  ck_unet_ok(unet_executor_read(executor, network.probability, values, golden->batch));
  size_t where = 0;
  double worst = golden_compare_map(golden, values, &where);
  ck_assert_msg(worst <= map_tolerance, "worst %.3g at %zu, more than %.3g", worst, where, map_tolerance);
  close_run();
}
END_TEST

START_TEST(training_is_that_of_keras) {
  open_run(&runs[_i], UNET_NETWORK_TRAINING);
  write_parameters();
  write_images();
  golden_fill_masks(golden, values);
  ck_unet_ok(unet_executor_write(executor, network.target, values, golden->batch));
  for (int number = 0; number < GOLDEN_STEPS; number++) {
    step(number + 1);
    check_loss(number);
    if (number == 0) check_gradients();
  }
  check_weights();
  close_run();
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("golden");
  TCase *all = unet_device_test_case(suite, "golden", 300);
  tcase_add_loop_test(all, output_is_that_of_keras, 0, RUNS);
  tcase_add_loop_test(all, training_is_that_of_keras, 0, RUNS);
  return suite;
}
