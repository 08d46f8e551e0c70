#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "device_fixture.h"
#include "kernels/kernel.h"
#include "op_case.h"
#include "ref/reference.h"

/* x (n,in,h,w) and out: image sizes just under, at and over the widths of vectors, tiles and groups; channels
 * under, at and over the register blocks. k 3, and 1 where marked. */
static const struct conv_case {
  unet_shape x;
  size_t out, k;
} cases[] = {
    {{1, 1, 1, 1}, 1, 3},   {{2, 3, 8, 8}, 8, 3},    {{1, 8, 9, 16}, 7, 3},  {{2, 9, 16, 15}, 9, 3},
    {{1, 2, 3, 47}, 4, 3},  {{1, 1, 2, 48}, 1, 3},   {{1, 4, 5, 63}, 16, 3}, {{3, 17, 4, 64}, 12, 3},
    {{1, 5, 20, 65}, 3, 3}, {{1, 3, 70, 130}, 8, 3}, {{2, 8, 16, 31}, 1, 1}, {{1, 3, 5, 33}, 9, 1},
    {{2, 33, 4, 4}, 31, 3}, {{1, 12, 2, 32}, 10, 1}, {{1, 3, 17, 15}, 5, 3}, /* no float to spare after the
                                                                                last plane's row of zeros */
    {{1, 2, 31, 64}, 3, 3}};
enum { CASES = sizeof cases / sizeof *cases };

static unet_shape weights_of(const struct conv_case *k) { return (unet_shape){k->out, k->x.c, k->k, k->k}; }

static unet_shape result_of(const struct conv_case *k) {
  return (unet_shape){k->x.n, k->out, k->x.h, k->x.w};
}

/* Rounding grows with the number of terms; the terms are at most 1. */
static double tolerance(size_t terms) { return 1e-6 + 3e-8 * (double)terms; }

static void add_sigmoid(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = 1.0f / (1.0f + expf(-values[i]));
}

START_TEST(conv2d) {
  const struct conv_case *k = &cases[_i / 3];
  const bool elu = _i % 3 == 1, sigmoid = _i % 3 == 2;
  op_case c;
  if (sigmoid && k->k != 1) return;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), w = op_case_parameter(&c, weights_of(k));
  unet_value b = op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  op_case_node(&c, UNET_OP_CONV2D, (unet_value[]){x, w, b, NO},
               &(unet_attributes){.elu = elu, .sigmoid = sigmoid});
  ref_conv2d(op_case_expected(&c, 0), op_case_data(&c, x), op_case_data(&c, w), op_case_data(&c, b), k->x,
             weights_of(k), elu);
  if (sigmoid) add_sigmoid(op_case_expected(&c, 0), unet_elements(result_of(k)));
  op_case_check(&c, tolerance(k->x.c * k->k * k->k), 1e-6);
  op_case_end(&c);
}
END_TEST

/* Even sizes around the tiles of 4 by 2 pixels, runs of 8 and 16, and blocks of 2 by 4. */
static const struct conv_case even_cases[] = {
    {{1, 1, 2, 2}, 1, 3},   {{2, 3, 4, 4}, 33, 3},  {{1, 9, 6, 6}, 7, 3},    {{3, 2, 8, 8}, 40, 3},
    {{1, 8, 2, 14}, 9, 3},  {{2, 5, 10, 16}, 8, 3}, {{1, 16, 4, 18}, 17, 3}, {{1, 3, 14, 32}, 3, 3},
    {{2, 1, 12, 34}, 2, 3}, {{1, 4, 66, 62}, 8, 3}};
enum { EVEN_CASES = sizeof even_cases / sizeof *even_cases };

/* Some algorithms make the maxima themselves. */
START_TEST(conv2d_then_maxpool) {
  const struct conv_case *k = &even_cases[_i];
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), w = op_case_parameter(&c, weights_of(k));
  unet_value b = op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  op_case_node(&c, UNET_OP_CONV2D, (unet_value[]){x, w, b, NO}, &(unet_attributes){.elu = true});
  op_case_then(&c, UNET_OP_MAXPOOL, (unet_value[]){op_case_result(&c), NO, NO, NO}, NULL, true);
  ref_conv2d(op_case_expected(&c, 0), op_case_data(&c, x), op_case_data(&c, w), op_case_data(&c, b), k->x,
             weights_of(k), true);
  ref_maxpool(op_case_expected(&c, 1), op_case_expected(&c, 0), result_of(k));
  op_case_check(&c, tolerance(k->x.c * 9), 1e-6);
  op_case_end(&c);
}
END_TEST

/* Some algorithms compute the head of a network themselves, where the result has no more than 8 channels. */
START_TEST(conv2d_then_head) {
  const struct conv_case *k = &even_cases[_i / 2];
  const bool kept = _i % 2;
  const unet_shape result = result_of(k), head = {1, k->out, 1, 1};
  const size_t pixels = result.n * result.h * result.w;
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), w = op_case_parameter(&c, weights_of(k));
  unet_value b = op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  unet_value head_w = op_case_parameter(&c, head), head_b = op_case_parameter(&c, (unet_shape){1, 1, 1, 1});
  op_case_node(&c, UNET_OP_CONV2D, (unet_value[]){x, w, b, NO}, &(unet_attributes){.elu = true});
  float *features = calloc(unet_elements(result), sizeof *features);
  ref_conv2d(features, op_case_data(&c, x), op_case_data(&c, w), op_case_data(&c, b), k->x, weights_of(k),
             true);
  if (kept) memcpy(op_case_expected(&c, 0), features, unet_elements(result) * sizeof *features);
  op_case_then(&c, UNET_OP_CONV2D, (unet_value[]){op_case_result(&c), head_w, head_b, NO},
               &(unet_attributes){.sigmoid = !kept}, kept);
  ref_conv2d(op_case_expected(&c, kept), features, op_case_data(&c, head_w), op_case_data(&c, head_b), result,
             head, false);
  if (!kept) add_sigmoid(op_case_expected(&c, 0), pixels);
  op_case_check(&c, tolerance(k->x.c * 9 * k->out), 1e-6);
  free(features);
  op_case_end(&c);
}
END_TEST

/* Tiles that images do not fill, one and several blocks of results; the last two so large that several blocks
 * stay in a group of two and of three vectors, on up to 12 cores. */
static const struct conv_case transposed_cases[] = {
    {{2, 3, 4, 4}, 5, 3},  {{1, 1, 1, 1}, 1, 3},      {{2, 5, 3, 7}, 40, 3},
    {{1, 9, 6, 15}, 8, 3}, {{3, 2, 8, 8}, 70, 3},     {{1, 4, 13, 33}, 3, 3},
    {{1, 3, 9, 64}, 8, 3}, {{2, 12, 66, 130}, 17, 3}, {{1, 32, 66, 130}, 17, 3}};
enum { TRANSPOSED_CASES = sizeof transposed_cases / sizeof *transposed_cases };

/* Some algorithms compute the transposed convolution after them, where nothing else reads their result. */
START_TEST(conv2d_then_conv_transpose) {
  const struct conv_case *k = &transposed_cases[_i / 2];
  const bool kept = _i % 2;
  const unet_shape result = result_of(k), transposed = {k->out, k->x.c + 1, 2, 2};
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), w = op_case_parameter(&c, weights_of(k));
  unet_value b = op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  unet_value spread = op_case_parameter(&c, transposed);
  unet_value spread_b = op_case_parameter(&c, (unet_shape){1, transposed.c, 1, 1});
  op_case_node(&c, UNET_OP_CONV2D, (unet_value[]){x, w, b, NO}, &(unet_attributes){.elu = true});
  float *features = calloc(unet_elements(result), sizeof *features);
  ref_conv2d(features, op_case_data(&c, x), op_case_data(&c, w), op_case_data(&c, b), k->x, weights_of(k),
             true);
  if (kept) memcpy(op_case_expected(&c, 0), features, unet_elements(result) * sizeof *features);
  op_case_then(&c, UNET_OP_CONV_TRANSPOSE, (unet_value[]){op_case_result(&c), spread, spread_b, NO}, NULL,
               kept);
  ref_conv_transpose(op_case_expected(&c, kept), features, op_case_data(&c, spread),
                     op_case_data(&c, spread_b), result, transposed);
  op_case_check(&c, tolerance(k->x.c * 9 * k->out), 1e-6);
  free(features);
  op_case_end(&c);
}
END_TEST

/* What algorithms say they merge, on CPUs with vectors of so many floats: a transposed convolution only where
 * each core gets a group that has all results; in a training nothing that takes another program. */
START_TEST(merging_depends_on_the_device) {
  const int pooling = UNET_MERGE_POOLING, both = pooling | UNET_MERGE_TRANSPOSED;
  const struct {
    const char *algorithm;
    unsigned cores, width;
    size_t side, results;
    int merges;
    bool few_programs;
  } wanted[] = {{"channels", 2, 16, 4, 64, both},
                {"channels", 4, 16, 4, 64, pooling},
                {"channels", 4, 16, 4, 32, both},
                {"channels", 2, 1, 8, 64, pooling},
                {"winograd", 2, 16, 64, 32, both},
                {"winograd", 16, 16, 64, 32, pooling},
                {"winograd", 16, 16, 64, 8, both},
                {"vector", 2, 16, 8, 8, pooling | UNET_MERGE_HEAD},
                {"vector", 2, 16, 8, 9, pooling},
                {"group", 2, 16, 8, 8, UNET_MERGE_HEAD},
                {"channels", 2, 16, 4, 64, pooling, true},
                {"winograd", 2, 16, 64, 32, pooling, true},
                {"vector", 2, 16, 8, 8, UNET_MERGE_HEAD, true}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    const struct conv_case k = {{1, 8, wanted[i].side, wanted[i].side}, wanted[i].results, 3};
    const unet_device_info device = {.type = UNET_DEVICE_CPU,
                                     .compute_units = wanted[i].cores,
                                     .native_vector_width = wanted[i].width,
                                     .local_memory = 1 << 20};
    unet_chooser chooser = {.device = &device, .forced = wanted[i].algorithm};
    unet_choice choice;
    op_case c;
    op_case_start(&c);
    unet_value x = op_case_planes(&c, k.x), w = op_case_parameter(&c, weights_of(&k));
    unet_value b = op_case_parameter(&c, (unet_shape){1, k.out, 1, 1});
    op_case_node(&c, UNET_OP_CONV2D, (unet_value[]){x, w, b, NO}, NULL);
    c.graph->few_programs = wanted[i].few_programs;
    ck_unet_ok(unet_choose_algorithm(&chooser, c.graph, &c.graph->nodes[0], &choice));
    ck_assert_msg(choice.merges == wanted[i].merges, "case %zu (%s): merges %d, not %d", i,
                  wanted[i].algorithm, choice.merges, wanted[i].merges);
    op_case_end(&c);
  }
}
END_TEST

START_TEST(conv2d_input_grad) {
  const struct conv_case *k = &cases[_i / 3];
  const bool elu = _i % 3 > 0, in_place = _i % 3 > 1;
  op_case c;
  op_case_start(&c);
  unet_value dy = op_case_planes(&c, result_of(k)), w = op_case_parameter(&c, weights_of(k));
  unet_value activation = op_case_planes(&c, k->x);
  if (in_place) activation = op_case_doubled(&c, activation);
  op_case_node(&c, UNET_OP_CONV2D_INPUT_GRAD, (unet_value[]){dy, w, elu ? activation : NO, NO},
               &(unet_attributes){.elu = elu});
  ref_conv2d_input_grad(op_case_expected(&c, 0), op_case_data(&c, dy), op_case_data(&c, w),
                        elu ? op_case_data(&c, activation) : NULL, result_of(k), weights_of(k));
  op_case_check(&c, tolerance(k->out * k->k * k->k), 1e-6);
  op_case_end(&c);
}
END_TEST

START_TEST(conv2d_weight_grad) {
  const struct conv_case *k = &cases[_i];
  op_case c;
  op_case_start(&c);
  unet_value x = op_case_planes(&c, k->x), dy = op_case_planes(&c, result_of(k));
  unet_value w = op_case_parameter(&c, weights_of(k));
  op_case_parameter(&c, (unet_shape){1, k->out, 1, 1});
  op_case_node(&c, UNET_OP_CONV2D_WEIGHT_GRAD, (unet_value[]){x, dy, w, NO}, NULL);
  ref_conv2d_weight_grad(op_case_expected(&c, 0), op_case_expected(&c, 1), op_case_data(&c, x),
                         op_case_data(&c, dy), k->x, weights_of(k));
  op_case_check(&c, tolerance(k->x.n * k->x.h * k->x.w), 1e-6);
  op_case_end(&c);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_conv2d");
  TCase *test_case = unet_device_test_case(suite, "conv2d", 300);
  tcase_add_loop_test(test_case, conv2d, 0, CASES * 3);
  tcase_add_loop_test(test_case, conv2d_then_maxpool, 0, EVEN_CASES);
  tcase_add_loop_test(test_case, conv2d_then_head, 0, EVEN_CASES * 2);
  tcase_add_loop_test(test_case, conv2d_then_conv_transpose, 0, TRANSPOSED_CASES * 2);
  tcase_add_test(test_case, merging_depends_on_the_device);
  tcase_add_loop_test(test_case, conv2d_input_grad, 0, CASES * 3);
  tcase_add_loop_test(test_case, conv2d_weight_grad, 0, CASES);
  /* The smallest sizes on their own, for an interpreter that looks for races. */
  TCase *tiny = unet_device_test_case(suite, "tiny", 600);
  tcase_add_loop_test(tiny, conv2d, 3, 5);
  tcase_add_loop_test(tiny, conv2d, 35, 36); /* 1x1 with sigmoid */
  tcase_add_loop_test(tiny, conv2d_then_maxpool, 0, 1);
  tcase_add_loop_test(tiny, conv2d_then_head, 0, 2);
  tcase_add_loop_test(tiny, conv2d_input_grad, 4, 6);
  tcase_add_loop_test(tiny, conv2d_weight_grad, 1, 2);
  TCase *tiny_pair = unet_device_test_case(suite, "tiny_pair", 600);
  tcase_add_loop_test(tiny_pair, conv2d_then_conv_transpose, 0, 1);
  return suite;
}
