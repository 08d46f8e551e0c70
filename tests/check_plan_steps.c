/* The steps of a plan, without a device: what runs beside what, what is merged, which results lie in the
 * place of an input. */
#include <string.h>

#include "model/network.h"
#include "plan_case.h"

/* --- beside ------------------------------------------------------------------------------------------- */

/* Fails where step `writer` writes into what step `other` reads, writes or works in. */
static void assert_apart(const unet_graph *graph, const unet_plan *plan, size_t writer, size_t other) {
  enum { OWN = 2, WRITTEN = UNET_MAX_OUTPUTS + OWN, TOUCHED = UNET_MAX_INPUTS + WRITTEN };
  const unet_node *a = &graph->nodes[plan->steps[writer].node], *b = &graph->nodes[plan->steps[other].node];
  extent written[WRITTEN] = {workspace_of(&plan->steps[writer]), transformed_of(&plan->steps[writer])},
         touched[TOUCHED] = {workspace_of(&plan->steps[other]), transformed_of(&plan->steps[other])};
  for (size_t i = 0; i < UNET_MAX_OUTPUTS; i++) {
    written[OWN + i] = extent_of(graph, plan, a->outputs[i]);
    touched[OWN + i] = extent_of(graph, plan, b->outputs[i]);
  }
  for (size_t i = 0; i < UNET_MAX_INPUTS; i++) touched[WRITTEN + i] = extent_of(graph, plan, b->inputs[i]);
  for (size_t i = 0; i < WRITTEN; i++) {
    for (size_t j = 0; j < TOUCHED; j++) {
      ck_assert_msg(!meet(written[i], touched[j]),
                    "step %zu writes floats %zu to %zu, which step %zu uses at the same time", writer,
                    written[i].from, written[i].to, other);
    }
  }
}

/* Plans the graph; how many pairs of steps may run at the same time, each checked: `running` are those aside
 * that nothing has waited for. */
static size_t count_pairs(const unet_graph *graph) {
  unet_plan *plan = NULL;
  ck_unet_ok(unet_plan_create(&plan, graph, (size_t)1 << 28, plan_choose_first, NULL));
  enum { MOST_ASIDE = 8 };
  size_t pairs = 0, running[MOST_ASIDE], n_running = 0;
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_step *step = &plan->steps[i];
    const bool aside = step->last > i;
    ck_assert_uint_le(step->beside, n_running);
    memmove(running, running + n_running - step->beside, step->beside * sizeof *running);
    n_running = step->beside;
    for (size_t k = 0; k < n_running && !aside; k++) {
      assert_apart(graph, plan, running[k], i);
      assert_apart(graph, plan, i, running[k]);
      pairs++;
    }
    if (!aside) continue;
    ck_assert_uint_ge(i, plan->n_forward_steps);
    ck_assert_uint_lt(n_running, MOST_ASIDE);
    running[n_running++] = i;
  }
  ck_assert_uint_eq(n_running, 0);
  unet_plan_destroy(plan);
  return pairs;
}

/* The two gradients of a layer run at the same time where they are short: of 27 layers with both, 22 at
 * 512x512. Very short ones (all at 64x64) go on beside the next input gradient and the poolings until the one
 * after. */
START_TEST(steps_beside_each_other_are_apart) {
  const size_t sides[] = {64, 512}, wanted[] = {27 + 26 + 10, 22 + 8 + 5};
  for (size_t s = 0; s < 2; s++) {
    unet_architecture a = unet_architecture_default();
    a.height = a.width = sides[s];
    unet_network network;
    ck_unet_ok(unet_network_build(&network, &a, 1, UNET_NETWORK_TRAINING));
    ck_assert_uint_eq(count_pairs(network.graph), wanted[s]);
    unet_network_destroy(&network);
  }
}
END_TEST

/* Without ELU nothing but the weight gradient reads x in the backward pass, and dx, being as large, would get
 * its place. */
START_TEST(what_a_step_beside_reads_stays) {
  enum { LAYERS = 5 };
  const unet_loss_form form = unet_bce_dice_loss();
  const unet_shape pixels = {1, 1, 16, 16};
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value x = unet_graph_input(graph, "x", pixels), target = unet_graph_input(graph, "target", pixels);
  for (int i = 0; i < LAYERS; i++) {
    char w[] = "w0", b[] = "b0";
    w[1] = b[1] = (char)('0' + i);
    x = unet_conv2d(graph, x, unet_graph_parameter(graph, w, (unet_shape){1, 1, 3, 3}),
                    unet_graph_parameter(graph, b, (unet_shape){1, 1, 1, 1}));
  }
  ck_unet_ok(unet_graph_differentiate(graph, unet_segmentation_loss(graph, x, target, &form)));
  ck_assert_uint_eq(count_pairs(graph), LAYERS - 1 + LAYERS - 2);
  unet_graph_destroy(graph);
}
END_TEST

/* --- merged ------------------------------------------------------------------------------------------- */

/* The same with convolutions that can merge. */
static unet_status choose_merging(void *user, const unet_graph *graph, const unet_node *node,
                                  unet_choice *out) {
  UNET_TRY(plan_choose_first(user, graph, node, out));
  const int all = UNET_MERGE_POOLING | UNET_MERGE_HEAD | UNET_MERGE_TRANSPOSED;
  out->merges = node->op == UNET_OP_CONV2D ? all : 0;
  return UNET_OK;
}

/* A convolution makes what it merges while it still reads: that gets a place of its own. Each pooling and the
 * head are merged; in training the backward pass reads all results, in inference nothing else reads the last
 * and those of which a transposed convolution is made, which then is merged, too. */
START_TEST(a_merged_step_is_computed_by_the_one_before) {
  const unet_network_mode modes[] = {UNET_NETWORK_INFERENCE, UNET_NETWORK_TRAINING};
  unet_architecture a = unet_architecture_default();
  a.height = a.width = 64;
  for (size_t m = 0; m < 2; m++) {
    unet_network network;
    unet_plan *plan = NULL;
    size_t merged = 0, unread = 0;
    ck_unet_ok(unet_network_build(&network, &a, 1, modes[m]));
    const unet_graph *graph = network.graph;
    ck_unet_ok(unet_plan_create(&plan, graph, (size_t)1 << 28, choose_merging, NULL));
    assert_plan_holds(graph, plan);
    for (size_t i = 0; i < plan->n_steps; i++) {
      const unet_step *step = &plan->steps[i];
      const unet_node *node = &graph->nodes[step->node];
      if (node->op == UNET_OP_MAXPOOL) ck_assert(step->done);
      ck_assert_int_eq(step->done, i > 0 && step[-1].merged == step->node);
      if (step->merged < 0) continue;
      extent made = extent_of(graph, plan, graph->nodes[step->merged].outputs[0]);
      ck_assert(!meet(made, extent_of(graph, plan, node->inputs[0])));
      ck_assert(!meet(made, extent_of(graph, plan, node->outputs[0])));
      ck_assert(!meet(made, transformed_of(step)));
      merged++;
      unread += step->unread;
    }
    const size_t sampled = a.n_levels - 1, inference = modes[m] == UNET_NETWORK_INFERENCE;
    ck_assert_uint_eq(merged, sampled + 1 + inference * sampled);
    ck_assert_uint_eq(unread, inference * (sampled + 1));
    unet_plan_destroy(plan);
    unet_network_destroy(&network);
  }
}
END_TEST

/* A head that is merged is no step of its own that could compute the pooling after it. */
START_TEST(what_is_merged_merges_nothing) {
  unet_graph *graph = NULL;
  unet_plan *plan = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value b = unet_graph_parameter(graph, "b", (unet_shape){1, 1, 1, 1});
  unet_value x = unet_graph_input(graph, "x", (unet_shape){1, 1, 8, 8});
  x = unet_conv2d(graph, x, unet_graph_parameter(graph, "w", (unet_shape){1, 1, 3, 3}), b);
  x = unet_conv2d(graph, x, unet_graph_parameter(graph, "head", (unet_shape){1, 1, 1, 1}), b);
  unet_maxpool(graph, x);
  ck_unet_ok(unet_plan_create(&plan, graph, (size_t)1 << 20, choose_merging, NULL));
  ck_assert_uint_eq(plan->n_steps, 3);
  ck_assert(plan->steps[1].done && plan->steps[1].merged < 0 && !plan->steps[2].done);
  unet_plan_destroy(plan);
  unet_graph_destroy(graph);
}
END_TEST

/* --- in place ----------------------------------------------------------------------------------------- */

/* The same with gradients that may lie in the place of an input. */
static unet_status choose_in_place(void *user, const unet_graph *graph, const unet_node *node,
                                   unet_choice *out) {
  UNET_TRY(plan_choose_first(user, graph, node, out));
  bool gradient = node->op == UNET_OP_CONV2D_INPUT_GRAD || node->op == UNET_OP_CONV_TRANSPOSE_INPUT_GRAD ||
                  node->op == UNET_OP_MAXPOOL_GRAD;
  out->overwrites = node->op == UNET_OP_BATCH_NORM_GRAD ? 1u << 3 : gradient ? 1u << 2 : 0;
  return UNET_OK;
}

/* The step that completes a value: of a concat, the last of its parts. */
static size_t made_by(const unet_graph *graph, const unet_plan *plan, unet_value value) {
  const unet_node *node = unet_producer(graph, value);
  size_t last = 0;
  if (node->op != UNET_OP_CONCAT && node->op != UNET_OP_SLICE) {
    while (&graph->nodes[plan->steps[last].node] != node) last++;
    return last;
  }
  for (int slot = 0; slot < UNET_MAX_INPUTS && node->inputs[slot] != UNET_NO_VALUE; slot++) {
    size_t step = made_by(graph, plan, node->inputs[slot]);
    last = step > last ? step : last;
  }
  return last;
}

/* Fails where step `writer` writes over what step `other`, which runs later or at the same time, has to read.
 */
static void assert_unread(const unet_graph *graph, const unet_plan *plan, size_t writer, size_t other) {
  extent written = extent_of(graph, plan, graph->nodes[plan->steps[writer].node].outputs[0]);
  const unet_node *node = &graph->nodes[plan->steps[other].node];
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    if (!meet(written, extent_of(graph, plan, node->inputs[slot]))) continue;
    ck_assert_msg(made_by(graph, plan, node->inputs[slot]) >= writer,
                  "step %zu writes over input %d of step %zu", writer, slot, other);
  }
}

/* How many results lie in the place of an input. */
static size_t count_in_place(const unet_graph *graph, const unet_plan *plan) {
  size_t count = 0;
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_node *node = &graph->nodes[plan->steps[i].node];
    extent written = extent_of(graph, plan, node->outputs[0]);
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++)
      count += meet(written, extent_of(graph, plan, node->inputs[slot]));
    for (size_t j = 0; j < plan->n_steps; j++) {
      if (j > i || (j < i && plan->steps[j].last >= i)) assert_unread(graph, plan, i, j);
    }
  }
  return count;
}

static bool is_in_place(const unet_plan *plan, unet_value result, unet_value input) {
  return plan->places[result].offset == plan->places[input].offset;
}

/* The addend of two gradients: the second one takes its place, and none where it is kept. */
START_TEST(what_is_read_again_is_not_replaced) {
  const unet_shape pixels = {1, 1, 16, 16}, halves = {1, 1, 8, 8};
  for (int keep = 0; keep < 2; keep++) {
    unet_graph *graph = NULL;
    unet_plan *plan = NULL;
    unet_value gradients[2];
    ck_unet_ok(unet_graph_create(&graph));
    unet_value x = unet_graph_input(graph, "x", pixels), dy = unet_graph_input(graph, "dy", halves);
    unet_value addend =
        unet_graph_add_node(graph, UNET_OP_ADD, (unet_value[]){x, x, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
    for (int i = 0; i < 2; i++) {
      gradients[i] = unet_graph_add_node(graph, UNET_OP_MAXPOOL_GRAD,
                                         (unet_value[]){x, dy, addend, UNET_NO_VALUE}, NULL);
      unet_graph_keep(graph, gradients[i]);
    }
    if (keep) unet_graph_keep(graph, addend);
    ck_unet_ok(unet_plan_create(&plan, graph, (size_t)1 << 28, choose_in_place, NULL));
    ck_assert(!is_in_place(plan, gradients[0], addend));
    ck_assert(is_in_place(plan, gradients[1], addend) == !keep);
    unet_plan_destroy(plan);
    unet_graph_destroy(graph);
  }
}
END_TEST

/* Where a layer's weight gradient runs beside its input gradient, that has no place to take: there are those
 * of the five poolings, at 512x512 of three long layers with an activation before them, and of all batch
 * normalisations. */
START_TEST(results_in_place_spoil_nothing) {
  const struct {
    size_t side;
    bool normalise;
    size_t wanted;
  } cases[] = {{64, false, 5}, {512, false, 5 + 3}, {64, true, 5 + 22}, {512, true, 5 + 22 + 3}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const unet_training_form form = {.loss = unet_bce_dice_loss(), .normalise = cases[k].normalise};
    unet_architecture a = unet_architecture_default();
    a.height = a.width = cases[k].side;
    unet_network network;
    unet_plan *plan = NULL;
    ck_unet_ok(unet_network_build_training(&network, &a, 1, &form));
    ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, choose_in_place, NULL));
    ck_assert_uint_eq(count_in_place(network.graph, plan), cases[k].wanted);
    unet_plan_destroy(plan);
    unet_network_destroy(&network);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("plan_steps");
  TCase *steps = unet_test_case(suite, "steps", 60);
  tcase_add_test(steps, steps_beside_each_other_are_apart);
  tcase_add_test(steps, what_a_step_beside_reads_stays);
  tcase_add_test(steps, a_merged_step_is_computed_by_the_one_before);
  tcase_add_test(steps, what_is_merged_merges_nothing);
  tcase_add_test(steps, results_in_place_spoil_nothing);
  tcase_add_test(steps, what_is_read_again_is_not_replaced);
  return suite;
}
