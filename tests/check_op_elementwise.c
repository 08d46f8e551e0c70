#include <math.h>

#include "device_fixture.h"
#include "op_case.h"
#include "ref/reference.h"

static const unet_shape sizes[] = {{1, 1, 1, 1}, {2, 3, 5, 7}, {1, 2, 15, 16}, {3, 1, 3, 65}, {1, 9, 33, 31}};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* Values over the whole range that matters, the ends of it first. */
static void spread(op_case *c, unet_value value) {
  static const float ends[] = {0.0f, -1e-8f, 1e-8f, -1e-4f, -0.35f, -20.0f, -90.0f, 90.0f, -3e38f, 3e38f};
  size_t count = unet_elements(op_case_shape(c, value));
  float *data = op_case_data(c, value);
  op_case_fill(c, data, count, -12.0f, 12.0f);
  for (size_t i = 0; i < count && i < sizeof ends / sizeof *ends; i++) data[i] = ends[i];
}

START_TEST(elu) {
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, sizes[_i]);
  spread(&c, x);
  op_case_node(&c, UNET_OP_ELU, (unet_value[]){x, NO, NO, NO}, NULL);
  for (size_t i = 0; i < unet_elements(sizes[_i]); i++) {
    op_case_expected(&c, 0)[i] = (float)ref_elu((double)op_case_data(&c, x)[i]);
  }
  op_case_check(&c, 0.0, 3e-7);
  op_case_end(&c);
}
END_TEST

START_TEST(elu_grad) {
  op_case c;
  op_case_start(&c);
  unet_value y = op_case_planes(&c, sizes[_i]), dy = op_case_planes(&c, sizes[_i]);
  op_case_node(&c, UNET_OP_ELU_GRAD, (unet_value[]){y, dy, NO, NO}, NULL);
  for (size_t i = 0; i < unet_elements(sizes[_i]); i++) {
    op_case_expected(&c, 0)[i] =
        (float)((double)op_case_data(&c, dy)[i] * ref_elu_derivative((double)op_case_data(&c, y)[i]));
  }
  op_case_check(&c, 1e-8, 3e-7);
  op_case_end(&c);
}
END_TEST

START_TEST(add) {
  op_case c;
  op_case_start(&c);
  unet_value a = op_case_planes(&c, sizes[_i]), b = op_case_planes(&c, sizes[_i]);
  op_case_node(&c, UNET_OP_ADD, (unet_value[]){a, b, NO, NO}, NULL);
  for (size_t i = 0; i < unet_elements(sizes[_i]); i++) {
    op_case_expected(&c, 0)[i] = op_case_data(&c, a)[i] + op_case_data(&c, b)[i];
  }
  op_case_check(&c, 0.0, 0.0);
  op_case_end(&c);
}
END_TEST

START_TEST(sigmoid) {
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, sizes[_i]);
  spread(&c, x);
  op_case_node(&c, UNET_OP_SIGMOID, (unet_value[]){x, NO, NO, NO}, NULL);
  for (size_t i = 0; i < unet_elements(sizes[_i]); i++) {
    op_case_expected(&c, 0)[i] = (float)(1.0 / (1.0 + exp(-(double)op_case_data(&c, x)[i])));
  }
  op_case_check(&c, 1e-30, 2e-6); /* exp(-x) at |x| = 12 has 12 ulp of its argument's rounding */
  op_case_end(&c);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_elementwise");
  TCase *test_case = unet_device_test_case(suite, "elementwise", 240);
  tcase_add_loop_test(test_case, elu, 0, SIZES);
  tcase_add_loop_test(test_case, elu_grad, 0, SIZES);
  tcase_add_loop_test(test_case, add, 0, SIZES);
  tcase_add_loop_test(test_case, sigmoid, 0, SIZES);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, elu, 1, 2);
  tcase_add_loop_test(tiny, elu_grad, 1, 2);
  tcase_add_loop_test(tiny, add, 1, 2);
  tcase_add_loop_test(tiny, sigmoid, 1, 2);
  return suite;
}
