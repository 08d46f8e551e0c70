#include <math.h>

#include "device_fixture.h"
#include "op_case.h"
#include "ref/reference.h"

/* Widths around the vectors', planes of more than one chunk, one value to a channel. */
static const unet_shape sizes[] = {{1, 1, 1, 1},  {2, 3, 5, 7},   {1, 2, 8, 15},
                                   {3, 5, 9, 16}, {2, 3, 70, 65}, {1, 9, 32, 31}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static unet_shape norm_of(unet_shape x) { return (unet_shape){2, x.c, 1, 1}; }

/* Channels of different means: up to 50 deviations from 0. */
static void make_channels(op_case *c, unet_value x) {
  const unet_shape shape = op_case_shape(c, x);
  const size_t plane = shape.h * shape.w;
  for (size_t i = 0; i < unet_elements(shape); i++)
    op_case_data(c, x)[i] += 7.0f * (float)(i / plane % shape.c % 5);
}

START_TEST(forward) {
  const unet_shape size = sizes[_i / 2];
  const bool elu = _i % 2;
  op_case c;
  op_case_start(&c);
  const unet_value x = op_case_planes(&c, size), norm = op_case_parameter(&c, norm_of(size));
  make_channels(&c, x);
  op_case_node(&c, UNET_OP_BATCH_NORM, (unet_value[]){x, norm, NO, NO}, &(unet_attributes){.elu = elu});
  ref_batch_norm(op_case_expected(&c, 0), op_case_expected(&c, 1), op_case_data(&c, x),
                 op_case_data(&c, norm), size, elu);
  op_case_check(&c, 2e-5, 1e-5);
  op_case_end(&c);
}
END_TEST

START_TEST(gradient) {
  const unet_shape size = sizes[_i / 2];
  const bool in_place = _i % 2;
  op_case c;
  op_case_start(&c);
  const unet_value x = op_case_planes(&c, size), norm = op_case_parameter(&c, norm_of(size));
  const unet_value statistics = op_case_scalars(&c, 2 * size.c), planes = op_case_planes(&c, size);
  const unet_value dy = in_place ? op_case_doubled(&c, planes) : planes;
  make_channels(&c, x);
  op_case_node(&c, UNET_OP_BATCH_NORM_GRAD, (unet_value[]){x, norm, statistics, dy}, NULL);
  ref_batch_norm(op_case_expected(&c, 0), op_case_data(&c, statistics), op_case_data(&c, x),
                 op_case_data(&c, norm), size, false);
  ref_batch_norm_grad(op_case_expected(&c, 0), op_case_expected(&c, 1), op_case_data(&c, x),
                      op_case_data(&c, norm), op_case_data(&c, dy), size);
  op_case_check(&c, 2e-5 * sqrt((double)(size.n * size.h * size.w)), 1e-5);
  op_case_end(&c);
}
END_TEST

/* The reference itself against finite differences of the sum of y dy. */
START_TEST(reference_gradient_is_the_slope) {
  enum { COUNT = 12, CHANNELS = 2 };
  const unet_shape shape = {2, CHANNELS, 1, 3};
  float x[COUNT], dy[COUNT], y[COUNT], dx[COUNT], norm[] = {0.5f, -1.25f, 0.1f, 0.2f}, dnorm[4],
                                                  statistics[4];
  for (size_t i = 0; i < COUNT; i++) {
    x[i] = (float)(i * i % 7) * 0.25f;
    dy[i] = (float)(i % 5) - 1.5f;
  }
  ref_batch_norm_grad(dx, dnorm, x, norm, dy, shape);
  for (size_t i = 0; i < COUNT + 4; i++) {
    float *moved = i < COUNT ? &x[i] : &norm[i - COUNT];
    const float at = *moved, step = 0x1p-7f; /* exact in float32 */
    double sums[2] = {0.0, 0.0};
    for (int side = 0; side < 2; side++) {
      *moved = side ? at + step : at - step;
      ref_batch_norm(y, statistics, x, norm, shape, false);
      for (size_t k = 0; k < COUNT; k++) sums[side] += (double)y[k] * (double)dy[k];
    }
    *moved = at;
    const double slope = (sums[1] - sums[0]) / (2.0 * (double)step);
    const double expected = (double)(i < COUNT ? dx[i] : dnorm[i - COUNT]);
    ck_assert_msg(fabs(slope - expected) < 2e-3, "value %zu: slope %.9g, gradient %.9g", i, slope, expected);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_batch_norm");
  TCase *test_case = unet_device_test_case(suite, "batch_norm", 240);
  tcase_add_loop_test(test_case, forward, 0, 2 * SIZES);
  tcase_add_loop_test(test_case, gradient, 0, 2 * SIZES);
  tcase_add_test(test_case, reference_gradient_is_the_slope);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, forward, 2, 4);
  tcase_add_loop_test(tiny, gradient, 2, 4);
  return suite;
}
