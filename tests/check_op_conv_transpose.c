#include "device_fixture.h"
#include "op_case.h"
#include "ref/reference.h"

/* x (n,in,h,w) and out; widths under, at and over those of the vectors. */
static const struct conv_case {
  unet_shape x;
  size_t out;
} cases[] = {{{1, 1, 1, 1}, 1},   {{2, 3, 2, 2}, 4},  {{1, 5, 8, 3}, 3},  {{2, 4, 3, 8}, 8},
             {{1, 9, 5, 15}, 5},  {{1, 2, 4, 16}, 2}, {{3, 8, 2, 17}, 4}, {{1, 33, 3, 31}, 1},
             {{1, 4, 40, 33}, 6}, {{1, 6, 2, 70}, 9}};
enum { CASES = sizeof cases / sizeof *cases };

static unet_shape weights_of(const struct conv_case *k) { return (unet_shape){k->x.c, k->out, 2, 2}; }

static unet_shape result_of(const struct conv_case *k) {
  return (unet_shape){k->x.n, k->out, 2 * k->x.h, 2 * k->x.w};
}

static double tolerance(size_t terms) { return 1e-6 + 3e-8 * (double)terms; }

START_TEST(conv_transpose) {
  const struct conv_case *k = &cases[_i];
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), w = op_case_parameter(&c, weights_of(k));
  unet_value b = op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  op_case_node(&c, UNET_OP_CONV_TRANSPOSE, (unet_value[]){x, w, b, NO}, NULL);
  ref_conv_transpose(op_case_expected(&c, 0), op_case_data(&c, x), op_case_data(&c, w), op_case_data(&c, b),
                     k->x, weights_of(k));
  op_case_check(&c, tolerance(k->x.c), 1e-6);
  op_case_end(&c);
}
END_TEST

START_TEST(conv_transpose_input_grad) {
  const struct conv_case *k = &cases[_i / 3];
  const bool elu = _i % 3 > 0, in_place = _i % 3 > 1;
  op_case c;
  op_case_start(&c);
  unet_value dy = op_case_planes(&c, result_of(k)), w = op_case_parameter(&c, weights_of(k));
  unet_value activation = op_case_planes(&c, k->x);
  if (in_place) activation = op_case_doubled(&c, activation);
  op_case_node(&c, UNET_OP_CONV_TRANSPOSE_INPUT_GRAD, (unet_value[]){dy, w, elu ? activation : NO, NO},
               &(unet_attributes){.elu = elu});
  ref_conv_transpose_input_grad(op_case_expected(&c, 0), op_case_data(&c, dy), op_case_data(&c, w),
                                elu ? op_case_data(&c, activation) : NULL, result_of(k), weights_of(k));
  op_case_check(&c, tolerance(k->out * 4), 1e-6);
  op_case_end(&c);
}
END_TEST

START_TEST(conv_transpose_weight_grad) {
  const struct conv_case *k = &cases[_i];
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), dy = op_case_planes(&c, result_of(k));
  unet_value w = op_case_parameter(&c, weights_of(k));
  op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  op_case_node(&c, UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD, (unet_value[]){x, dy, w, NO}, NULL);
  ref_conv_transpose_weight_grad(op_case_expected(&c, 0), op_case_expected(&c, 1), op_case_data(&c, x),
                                 op_case_data(&c, dy), k->x, weights_of(k));
  op_case_check(&c, tolerance(k->x.n * k->x.h * k->x.w * 4), 1e-6);
  op_case_end(&c);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_conv_transpose");
  TCase *test_case = unet_device_test_case(suite, "conv_transpose", 300);
  tcase_add_loop_test(test_case, conv_transpose, 0, CASES);
  tcase_add_loop_test(test_case, conv_transpose_input_grad, 0, CASES * 3);
  tcase_add_loop_test(test_case, conv_transpose_weight_grad, 0, CASES);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, conv_transpose, 1, 3);
  tcase_add_loop_test(tiny, conv_transpose_input_grad, 4, 6);
  tcase_add_loop_test(tiny, conv_transpose_weight_grad, 1, 3);
  return suite;
}
