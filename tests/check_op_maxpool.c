#include "device_fixture.h"
#include "op_case.h"
#include "ref/reference.h"

/* Sizes of the small side: just under, at and over the widths of the vectors, and of one pixel. */
static const unet_shape sizes[] = {{1, 1, 2, 2},  {2, 3, 4, 6},  {1, 2, 6, 30}, {3, 1, 4, 32},
                                   {1, 5, 2, 34}, {2, 2, 8, 66}, {1, 1, 70, 16}};
enum { SIZES = sizeof sizes / sizeof *sizes };

START_TEST(maxpool) {
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, sizes[_i]);
  op_case_node(&c, UNET_OP_MAXPOOL, (unet_value[]){x, NO, NO, NO}, NULL);
  ref_maxpool(op_case_expected(&c, 0), op_case_data(&c, x), sizes[_i]);
  op_case_check(&c, 0.0, 0.0);
  op_case_end(&c);
}
END_TEST

/* With and without the addend and the ELU derivative, in the addend's place; coarse values make ties, where
 * the first one wins. */
START_TEST(maxpool_grad) {
  for (int variant = 0; variant < 5; variant++) {
    op_case c;
    op_case_start(&c);
    unet_shape xs = sizes[_i];
    unet_value x = op_case_planes(&c, xs);
    unet_value dy = op_case_planes(&c, (unet_shape){xs.n, xs.c, xs.h / 2, xs.w / 2});
    unet_value addend = op_case_planes(&c, xs);
    for (size_t i = 0; i < unet_elements(xs); i++) {
      float *value = &op_case_data(&c, x)[i];
      *value = (float)(int)(*value * 3.0f) / 4.0f;
    }
    const bool elu = variant & 1, add = variant > 1, in_place = variant > 3;
    if (in_place) addend = op_case_doubled(&c, addend);
    op_case_node(&c, UNET_OP_MAXPOOL_GRAD, (unet_value[]){x, dy, add ? addend : NO, NO},
                 &(unet_attributes){.elu = elu});
    ref_maxpool_grad(op_case_expected(&c, 0), op_case_data(&c, x), op_case_data(&c, dy),
                     add ? op_case_data(&c, addend) : NULL, xs, elu);
    op_case_check(&c, 0.0, 1e-6);
    op_case_end(&c);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_maxpool");
  TCase *test_case = unet_device_test_case(suite, "maxpool", 240);
  tcase_add_loop_test(test_case, maxpool, 0, SIZES);
  tcase_add_loop_test(test_case, maxpool_grad, 0, SIZES);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, maxpool, 0, 2);
  tcase_add_loop_test(tiny, maxpool_grad, 0, 2);
  return suite;
}
