#include <math.h>

#include "device_fixture.h"
#include "op_case.h"
#include "ref/reference.h"

/* The third plane spans more than one chunk of the sums. */
static const unet_shape sizes[] = {{1, 1, 1, 1}, {2, 1, 5, 7}, {3, 1, 70, 65}, {2, 1, 32, 31}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static const unet_loss_form forms[] = {
    {1.0f, 1.0f, 0.0f, 0.5f, 0.5f}, /* bce_dice */
    {1.0f, 0.0f, 0.0f, 0.5f, 0.5f}, /* bce */
    {0.0f, 1.0f, 0.0f, 0.5f, 0.5f}, /* dice */
    {1.0f, 0.0f, 2.0f, 0.5f, 0.5f}, /* focal */
    {0.0f, 1.0f, 0.0f, 0.3f, 0.7f}, /* Tversky */
};
enum { FORMS = sizeof forms / sizeof *forms, FOCAL = 3 };

/* Logits of -`range` to `range`, a blob as target. */
static void make_logits(op_case *c, unet_value z, unet_value y, float range) {
  size_t count = unet_elements(op_case_shape(c, z));
  op_case_fill(c, op_case_data(c, z), count, -range, range);
  for (size_t i = 0; i < count; i++) op_case_data(c, y)[i] = i % 7 < 2 ? 1.0f : 0.0f;
}

/* OpenCL allows pow 16 units in the last place. */
static void check_sums(unet_shape size, const unet_loss_form *form, double tolerance) {
  op_case c;
  op_case_start(&c);
  unet_value z = op_case_planes(&c, size), y = op_case_planes(&c, size);
  make_logits(&c, z, y, 5.0f);
  op_case_node(&c, UNET_OP_SEGMENTATION_LOSS, (unet_value[]){z, y, NO, NO},
               &(unet_attributes){.loss = *form});
  double expected[4];
  ref_segmentation_loss(expected, op_case_data(&c, z), op_case_data(&c, y), unet_elements(size),
                        (double)form->gamma);
  for (int k = 0; k < 4; k++) op_case_expected(&c, 0)[k] = (float)expected[k];
  op_case_check(&c, 0.0, tolerance);
  op_case_end(&c);
}

START_TEST(sums) { check_sums(sizes[_i], &forms[0], 1e-6); }
END_TEST

START_TEST(focal_sums) { check_sums(sizes[_i], &forms[FOCAL], 4e-6); }
END_TEST

START_TEST(sums_stay_finite_at_saturation) {
  op_case c;
  op_case_start(&c);
  unet_shape size = {1, 1, 4, 4};
  unet_value z = op_case_planes(&c, size), y = op_case_planes(&c, size);
  make_logits(&c, z, y, 1e4f);
  op_case_node(&c, UNET_OP_SEGMENTATION_LOSS, (unet_value[]){z, y, NO, NO}, NULL);
  double expected[4];
  ref_segmentation_loss(expected, op_case_data(&c, z), op_case_data(&c, y), unet_elements(size), 0.0);
  ck_assert_double_gt(expected[0], 1e4);
  for (int k = 0; k < 4; k++) op_case_expected(&c, 0)[k] = (float)expected[k];
  op_case_check(&c, 1e-6, 1e-6);
  op_case_end(&c);
}
END_TEST

/* The sums of the forward op come from the reference. */
static void run_gradient(op_case *c, unet_shape size, float range, const unet_loss_form *form) {
  op_case_start(c);
  unet_value z = op_case_planes(c, size), y = op_case_planes(c, size);
  make_logits(c, z, y, range);
  unet_value totals = op_case_scalars(c, 4);
  double forward[4];
  ref_segmentation_loss(forward, op_case_data(c, z), op_case_data(c, y), unet_elements(size),
                        (double)form->gamma);
  for (int k = 0; k < 4; k++) op_case_data(c, totals)[k] = (float)forward[k];
  op_case_node(c, UNET_OP_SEGMENTATION_LOSS_GRAD, (unet_value[]){z, y, totals, NO},
               &(unet_attributes){.loss = *form});
  ref_segmentation_loss_grad(op_case_expected(c, 0), op_case_data(c, z), op_case_data(c, y),
                             unet_elements(size), form);
}

START_TEST(gradient) {
  unet_shape size = sizes[_i / FORMS];
  op_case c;
  run_gradient(&c, size, 5.0f, &forms[_i % FORMS]);
  op_case_check(&c, 1e-6 / (double)unet_elements(size), 1e-5);
  op_case_end(&c);
}
END_TEST

START_TEST(gradient_stays_finite_at_saturation) {
  op_case c;
  unet_shape size = {1, 1, 4, 4};
  run_gradient(&c, size, 1e4f, &forms[_i]);
  op_case_check(&c, 1e-7, 1e-5);
  op_case_end(&c);
}
END_TEST

/* The reference itself against finite differences of the loss. */
START_TEST(reference_gradient_is_the_slope) {
  const size_t count = 12;
  float z[12], y[12], dz[12];
  for (size_t i = 0; i < count; i++) {
    z[i] = 0.4f * (float)i - 2.0f;
    y[i] = i % 3 == 0 ? 1.0f : 0.0f;
  }
  ref_segmentation_loss_grad(dz, z, y, count, &forms[_i]);
  for (size_t i = 0; i < count; i++) {
    float at = z[i], step = 0x1p-6f; /* exact in float32 */
    z[i] = at + step;
    double above = ref_loss(z, y, count, &forms[_i]);
    z[i] = at - step;
    double below = ref_loss(z, y, count, &forms[_i]);
    z[i] = at;
    double slope = (above - below) / (2.0 * (double)step);
    ck_assert_msg(fabs(slope - (double)dz[i]) < 1e-5, "pixel %zu: slope %.9g, gradient %.9g", i, slope,
                  (double)dz[i]);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_segmentation_loss");
  TCase *test_case = unet_device_test_case(suite, "segmentation_loss", 240);
  tcase_add_loop_test(test_case, sums, 0, SIZES);
  tcase_add_loop_test(test_case, focal_sums, 0, SIZES);
  tcase_add_test(test_case, sums_stay_finite_at_saturation);
  tcase_add_loop_test(test_case, gradient, 0, SIZES * FORMS);
  tcase_add_loop_test(test_case, gradient_stays_finite_at_saturation, 0, FORMS);
  tcase_add_loop_test(test_case, reference_gradient_is_the_slope, 0, FORMS);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, sums, 1, 2);
  tcase_add_loop_test(tiny, gradient, FORMS, FORMS + 1);
  return suite;
}
