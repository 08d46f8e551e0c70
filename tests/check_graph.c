/* The graph without a device: shapes, differentiation, fusion, and the article's network. */
#include <string.h>

#include "check_main.h"
#include "graph/graph.h"
#include "model/network.h"
#include "ops/op.h"

static size_t count_ops(const unet_graph *graph, unet_op_kind op) {
  size_t count = 0;
  for (size_t i = 0; i < graph->n_nodes; i++) count += graph->nodes[i].op == op;
  return count;
}

static size_t count_parameters(const unet_network *network) {
  size_t count = 0;
  for (unet_value v = unet_network_next_parameter(network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(network, v)) {
    count += unet_elements(unet_shape_of(network->graph, v));
  }
  return count;
}

START_TEST(first_failure_is_kept) {
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value x = unet_graph_input(graph, "x", (unet_shape){1, 3, 5, 6});
  unet_value pooled = unet_maxpool(graph, x);
  ck_assert_int_eq(pooled, UNET_NO_VALUE);
  ck_assert_int_eq(unet_elu(graph, pooled), UNET_NO_VALUE);
  ck_unet_fails(unet_graph_status(graph), UNET_USAGE, "6x5 cannot be halved");
  unet_graph_destroy(graph);
}
END_TEST

START_TEST(wrong_shapes_are_refused) {
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value x = unet_graph_input(graph, "x", (unet_shape){1, 3, 4, 4});
  unet_value w = unet_graph_parameter(graph, "w", (unet_shape){8, 4, 3, 3});
  unet_value b = unet_graph_parameter(graph, "b", (unet_shape){1, 8, 1, 1});
  unet_conv2d(graph, x, w, b);
  ck_unet_fails(unet_graph_status(graph), UNET_USAGE, "do not fit 3 channels");
  unet_graph_destroy(graph);
}
END_TEST

START_TEST(concat_of_an_input_is_refused) {
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value x = unet_graph_input(graph, "x", (unet_shape){1, 3, 4, 4});
  unet_concat(graph, unet_elu(graph, x), x);
  ck_unet_fails(unet_graph_status(graph), UNET_USAGE, "cannot be joined");
  unet_graph_destroy(graph);
}
END_TEST

START_TEST(article_network_has_600729_parameters) {
  unet_architecture article = unet_architecture_default();
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &article, 8, UNET_NETWORK_INFERENCE));
  ck_assert_uint_eq(count_parameters(&network), 600729);
  ck_assert_uint_eq(count_ops(network.graph, UNET_OP_CONV2D), 23);
  ck_assert_uint_eq(count_ops(network.graph, UNET_OP_CONV_TRANSPOSE), 5);
  ck_assert_uint_eq(count_ops(network.graph, UNET_OP_ELU), 0);
  ck_assert_str_eq(unet_info(network.graph, unet_network_next_parameter(&network, UNET_NO_VALUE))->name,
                   "enc1.conv1.weight");
  unet_network_destroy(&network);
}
END_TEST

/* Multiply-adds of the convolutions, as they are known for the network: 1.373 GFLOP forward, 4.089 a step. */
START_TEST(costs_add_up) {
  unet_architecture article = unet_architecture_default();
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &article, 1, UNET_NETWORK_TRAINING));
  double forward = 0, step = 0;
  for (size_t i = 0; i < network.graph->n_nodes; i++) {
    const unet_node *node = &network.graph->nodes[i];
    if (node->op > UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD) continue;
    double flops = unet_op_of(node->op)->cost(network.graph, node).flops;
    step += flops;
    if (!node->backward) forward += flops;
  }
  ck_assert_msg(forward > 1.372e9 && forward < 1.374e9, "forward: %.4g FLOP", forward);
  ck_assert_msg(step > 4.088e9 && step < 4.090e9, "step: %.4g FLOP", step);
  unet_network_destroy(&network);
}
END_TEST

START_TEST(fusion_leaves_no_activation_of_its_own) {
  unet_architecture article = unet_architecture_default();
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &article, 2, UNET_NETWORK_TRAINING));
  const unet_graph *graph = network.graph;
  ck_assert_uint_eq(count_ops(graph, UNET_OP_ELU), 0);
  ck_assert_uint_eq(count_ops(graph, UNET_OP_ELU_GRAD), 0);
  ck_assert_uint_eq(count_ops(graph, UNET_OP_ADD), 0);
  ck_assert_uint_eq(count_ops(graph, UNET_OP_CONV2D_WEIGHT_GRAD), 23);
  ck_assert_uint_eq(count_ops(graph, UNET_OP_CONV2D_INPUT_GRAD), 22);
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    if (node->op == UNET_OP_MAXPOOL_GRAD) ck_assert(node->attributes.elu && node->inputs[2] != UNET_NO_VALUE);
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
      unet_value input = node->inputs[slot];
      if (input == UNET_NO_VALUE) continue;
      ck_assert_msg(unet_info(graph, input)->producer < (int)i, "node %zu reads what a later node makes", i);
    }
    for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
      if (node->outputs[slot] == UNET_NO_VALUE) continue;
      ck_assert_int_eq(unet_info(graph, node->outputs[slot])->producer, (int)i);
    }
  }
  unet_network_destroy(&network);
}
END_TEST

/* A value that the host wants to see, or that two nodes read, keeps its node. */
START_TEST(fusion_keeps_what_others_read) {
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value x = unet_graph_input(graph, "x", (unet_shape){1, 1, 4, 4});
  unet_value w = unet_graph_parameter(graph, "w", (unet_shape){2, 1, 3, 3});
  unet_value b = unet_graph_parameter(graph, "b", (unet_shape){1, 2, 1, 1});
  unet_value y = unet_conv2d(graph, x, w, b);
  unet_graph_keep(graph, y);
  unet_elu(graph, y);
  ck_unet_ok(unet_graph_fuse(graph));
  ck_assert_uint_eq(count_ops(graph, UNET_OP_ELU), 1);
  unet_graph_destroy(graph);
}
END_TEST

START_TEST(fusion_puts_sigmoid_into_the_head) {
  unet_architecture article = unet_architecture_default();
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &article, 2, UNET_NETWORK_INFERENCE));
  const unet_node *last = &network.graph->nodes[network.graph->n_nodes - 1];
  ck_assert_uint_eq(count_ops(network.graph, UNET_OP_SIGMOID), 0);
  ck_assert_int_eq(last->op, UNET_OP_CONV2D);
  ck_assert(last->attributes.sigmoid && !last->attributes.elu);
  ck_assert_int_eq(last->outputs[0], network.probability);
  unet_network_destroy(&network);
}
END_TEST

START_TEST(sizes_that_do_not_halve_name_the_nearest) {
  unet_architecture a = unet_architecture_default();
  a.height = a.width = 100;
  ck_unet_fails(unet_architecture_check(&a), UNET_USAGE, "96 and 128");
  a.height = a.width = 20;
  ck_unet_fails(unet_architecture_check(&a), UNET_USAGE, "the nearest is 32");
  a.height = 64;
  a.width = 96;
  ck_unet_ok(unet_architecture_check(&a));
  a.channels = 2;
  ck_unet_fails(unet_architecture_check(&a), UNET_USAGE, "1 (grey) or 3 (RGB)");
}
END_TEST

START_TEST(filters_are_parsed) {
  unet_architecture a = unet_architecture_default();
  ck_unet_ok(unet_architecture_parse_filters(&a, "4,8,12"));
  ck_assert_uint_eq(a.n_levels, 3);
  ck_assert_uint_eq(a.filters[2], 12);
  const char *wrong[] = {
      "", "8,", ",8", "8,,16", "8 16", "-8", "8,x", "0", "1,2,3,4,5,6,7,8,9", "99999999999999999999"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ck_unet_fails(unet_architecture_parse_filters(&a, wrong[i]), UNET_USAGE, "not a list");
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("graph");
  TCase *graph = unet_test_case(suite, "graph", 30);
  tcase_add_test(graph, first_failure_is_kept);
  tcase_add_test(graph, wrong_shapes_are_refused);
  tcase_add_test(graph, concat_of_an_input_is_refused);
  tcase_add_test(graph, article_network_has_600729_parameters);
  tcase_add_test(graph, costs_add_up);
  tcase_add_test(graph, fusion_leaves_no_activation_of_its_own);
  tcase_add_test(graph, fusion_keeps_what_others_read);
  tcase_add_test(graph, fusion_puts_sigmoid_into_the_head);
  tcase_add_test(graph, sizes_that_do_not_halve_name_the_nearest);
  tcase_add_test(graph, filters_are_parsed);
  return suite;
}
