/* The planner without a device: packing, lifetimes, shared storages. */
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "check_main.h"
#include "graph/layout.h"
#include "model/network.h"
#include "plan/arena.h"
#include "plan/plan.h"
#include "plan/storage.h"

/* Fails where two blocks that live at the same time share memory. */
static void assert_disjoint(const unet_block *blocks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i; j++) {
      const unet_block *a = &blocks[i], *b = &blocks[j];
      int lives = a->first <= b->last && b->first <= a->last;
      int places = a->chunk == b->chunk && a->offset < b->offset + b->size && b->offset < a->offset + a->size;
      ck_assert_msg(!lives || !places, "blocks %zu and %zu live at steps %zu..%zu and %zu..%zu and overlap",
                    i, j, a->first, a->last, b->first, b->last);
    }
  }
}

START_TEST(chain_needs_two_blocks) {
  unet_block blocks[] = {{.size = 100, .first = 0, .last = 1},
                         {.size = 100, .first = 1, .last = 2},
                         {.size = 100, .first = 2, .last = 3},
                         {.size = 100, .first = 3, .last = 4}};
  size_t sizes[4], n_chunks = 0;
  ck_unet_ok(unet_arena_pack(blocks, 4, 1000, sizes, &n_chunks, 4));
  ck_assert_uint_eq(n_chunks, 1);
  ck_assert_uint_eq(sizes[0], 200);
  assert_disjoint(blocks, 4);
}
END_TEST

START_TEST(random_blocks_never_overlap) {
  unet_rng rng;
  unet_rng_start(&rng, 1, 99, 0);
  unet_block blocks[60];
  for (int round = 0; round < 50; round++) {
    for (size_t i = 0; i < 60; i++) {
      size_t first = unet_rng_below(&rng, 40);
      blocks[i] = (unet_block){.size = 16 * (1 + (size_t)unet_rng_below(&rng, 30)),
                               .first = first,
                               .last = first + unet_rng_below(&rng, 20)};
    }
    size_t sizes[32], n_chunks = 0;
    ck_unet_ok(unet_arena_pack(blocks, 60, 900, sizes, &n_chunks, 32));
    ck_assert_uint_gt(n_chunks, 1);
    for (size_t i = 0; i < n_chunks; i++) ck_assert_uint_le(sizes[i], 900);
    assert_disjoint(blocks, 60);
  }
}
END_TEST

/* No packing needs less than the largest sum of blocks alive at once; largest first alone takes 1.11 times
 * that. */
START_TEST(packing_is_near_what_is_alive) {
  enum { BLOCKS = 60, STEPS = 40 };
  unet_block blocks[BLOCKS];
  size_t alive[STEPS] = {0}, most = 0, sizes[1], n_chunks = 0;
  unet_rng rng;
  unet_rng_start(&rng, 18, 0, 0);
  for (size_t i = 0; i < BLOCKS; i++) {
    size_t first = unet_rng_below(&rng, STEPS), life = 1 + unet_rng_below(&rng, 20);
    blocks[i] = (unet_block){
        .size = 16 * (1 + (size_t)unet_rng_below(&rng, 30)), .first = first, .last = first + life};
    if (blocks[i].last >= STEPS) blocks[i].last = STEPS - 1;
    for (size_t s = first; s <= blocks[i].last; s++) alive[s] += blocks[i].size;
  }
  for (size_t s = 0; s < STEPS; s++) most = alive[s] > most ? alive[s] : most;
  ck_unet_ok(unet_arena_pack(blocks, BLOCKS, SIZE_MAX, sizes, &n_chunks, 1));
  ck_assert_uint_ge(sizes[0], most);
  ck_assert_msg((double)sizes[0] <= 1.02 * (double)most, "%zu units for %zu alive at once", sizes[0], most);
}
END_TEST

START_TEST(too_large_a_block_is_told) {
  unet_block block = {.size = 1000, .first = 0, .last = 1};
  size_t sizes[4], n_chunks = 0;
  ck_unet_fails(unet_arena_pack(&block, 1, 999, sizes, &n_chunks, 4), UNET_NO_RESOURCE, "largest allocation");
}
END_TEST

/* Every node takes its first algorithm and a little scratch, so that workspaces are planned, too, and some a
 * transformed parameter. */
static unet_status choose_first(void *user, const unet_graph *graph, const unet_node *node,
                                unet_choice *out) {
  (void)user;
  (void)graph;
  bool transforms = node->op == UNET_OP_CONV2D || node->op == UNET_OP_CONV2D_INPUT_GRAD;
  *out = (unet_choice){.algorithm = 0,
                       .workspace_floats = node->backward ? 100 : 0,
                       .transformed_floats = transforms ? 70 : 0};
  return UNET_OK;
}

/* The same with convolutions that can merge. */
static unet_status choose_merging(void *user, const unet_graph *graph, const unet_node *node,
                                  unet_choice *out) {
  UNET_TRY(choose_first(user, graph, node, out));
  out->merges = node->op == UNET_OP_CONV2D ? UNET_MERGE_POOLING | UNET_MERGE_HEAD : 0;
  return UNET_OK;
}

/* What a step writes, UNET_NO_VALUE where `slot` holds nothing. */
static unet_value written_by(const unet_graph *graph, const unet_step *step, int slot) {
  if (slot < UNET_MAX_OUTPUTS) return graph->nodes[step->node].outputs[slot];
  return step->merged < 0 ? UNET_NO_VALUE : graph->nodes[step->merged].outputs[0];
}

/* Walks the steps with a map of who owns each float: a step's inputs must still hold what was written, and
 * its outputs must not be its inputs. */
static void assert_plan_holds(const unet_graph *graph, const unet_plan *plan) {
  int *owner[UNET_MAX_REGIONS] = {NULL};
  for (size_t r = UNET_REGION_ARENA; r < plan->n_regions; r++)
    owner[r] = calloc(plan->region_floats[r], sizeof(int));
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_node *node = &graph->nodes[plan->steps[i].node];
    if (plan->steps[i].done) continue;
    for (int pass = 0; pass < 2; pass++) {
      for (int slot = 0; slot < (pass ? UNET_MAX_OUTPUTS + 1 : UNET_MAX_INPUTS); slot++) {
        unet_value value = pass ? written_by(graph, &plan->steps[i], slot) : node->inputs[slot];
        if (value == UNET_NO_VALUE || unet_info(graph, value)->kind != UNET_VALUE_PLANES) continue;
        unet_shape shape = unet_shape_of(graph, value);
        unet_placement place = plan->places[value];
        ck_assert_int_ge(place.region, UNET_REGION_ARENA);
        size_t plane = unet_plane_stride(shape.h, shape.w);
        for (size_t p = 0; p < shape.n * shape.c; p++) {
          size_t at = place.offset + p / shape.c * place.n_stride + p % shape.c * plane;
          ck_assert_uint_le(at + plane, plan->region_floats[place.region]);
          int *first = &owner[place.region][at];
          if (pass) first[0] = first[plane - 1] = 1 + value;
          int who = first[0] - 1, last = first[plane - 1] - 1;
          const unet_node *maker = who >= 0 ? unet_producer(graph, who) : NULL;
          ck_assert_msg(maker != NULL && last == who, "step %zu reads value %d where nothing is", i, value);
          ck_assert_msg(who == value || unet_shape_of(graph, who).h == shape.h,
                        "step %zu reads value %d and finds %d", i, value, who);
        }
      }
    }
  }
  for (size_t r = UNET_REGION_ARENA; r < plan->n_regions; r++) free(owner[r]);
}

START_TEST(network_plan_holds) {
  unet_architecture a = unet_architecture_default();
  a.height = a.width = 64;
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &a, 2, UNET_NETWORK_TRAINING));
  unet_plan *plan = NULL;
  ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, choose_first, NULL));
  assert_plan_holds(network.graph, plan);
  ck_assert_uint_eq(plan->n_regions, UNET_REGION_ARENA + 1);
  ck_assert_uint_lt(plan->region_floats[UNET_REGION_ARENA], plan->unshared_arena_floats * 2 / 3);
  const size_t unshared = unet_plan_unshared_bytes(plan);
  ck_assert_uint_eq(unshared - unet_plan_bytes(plan),
                    (plan->unshared_arena_floats - plan->region_floats[UNET_REGION_ARENA]) * sizeof(float));
  ck_assert_uint_eq(plan->steps[plan->n_forward_steps - 1].node < plan->steps[plan->n_steps - 1].node, 1);
  unet_plan_destroy(plan);
  ck_unet_ok(unet_plan_create(&plan, network.graph, 150000, choose_first, NULL));
  ck_assert_uint_gt(plan->n_regions, UNET_REGION_ARENA + 1);
  ck_assert_uint_eq(unet_plan_unshared_bytes(plan), unshared); /* however many chunks there are */
  assert_plan_holds(network.graph, plan);
  unet_plan_destroy(plan);
  unet_network_destroy(&network);
}
END_TEST

/* From the first to the last float of a value in the arena, or of scratch memory; empty elsewhere. */
typedef struct extent {
  int region;
  size_t from, to;
} extent;

static extent extent_of(const unet_graph *graph, const unet_plan *plan, unet_value value) {
  if (value == UNET_NO_VALUE || unet_info(graph, value)->kind != UNET_VALUE_PLANES)
    return (extent){.region = -1};
  unet_shape shape = unet_shape_of(graph, value);
  const unet_placement *place = &plan->places[value];
  return (extent){
      place->region, place->offset,
      place->offset + (shape.n - 1) * place->n_stride + shape.c * unet_plane_stride(shape.h, shape.w)};
}

static extent workspace_of(const unet_step *step) {
  if (!step->choice.workspace_floats) return (extent){.region = -1};
  return (extent){step->workspace.region, step->workspace.offset,
                  step->workspace.offset + step->choice.workspace_floats};
}

static extent transformed_of(const unet_step *step) {
  if (!step->choice.transformed_floats) return (extent){.region = -1};
  return (extent){step->transformed.region, step->transformed.offset,
                  step->transformed.offset + step->choice.transformed_floats};
}

static bool meet(extent a, extent b) {
  return a.region >= 0 && a.region == b.region && a.from < b.to && b.from < a.to;
}

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
  ck_unet_ok(unet_plan_create(&plan, graph, (size_t)1 << 28, choose_first, NULL));
  enum { MOST_ASIDE = 8 };
  size_t pairs = 0, running[MOST_ASIDE], n_running = 0;
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_step *step = &plan->steps[i];
    ck_assert_uint_le(step->beside, n_running);
    memmove(running, running + n_running - step->beside, step->beside * sizeof *running);
    n_running = step->beside;
    for (size_t k = 0; k < n_running && !step->aside; k++) {
      assert_apart(graph, plan, running[k], i);
      assert_apart(graph, plan, i, running[k]);
      pairs++;
    }
    if (!step->aside) continue;
    ck_assert_uint_ge(i, plan->n_forward_steps);
    ck_assert_uint_lt(n_running, MOST_ASIDE);
    running[n_running++] = i;
  }
  ck_assert_uint_eq(n_running, 0);
  unet_plan_destroy(plan);
  return pairs;
}

/* A convolution makes what it merges while it still reads: that gets a place of its own. Each pooling and the
 * head are merged; in training the backward pass reads all results, in inference nothing else reads the last.
 */
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
    ck_assert_uint_eq(merged, a.n_levels - 1 + 1);
    ck_assert_uint_eq(unread, modes[m] == UNET_NETWORK_INFERENCE);
    unet_plan_destroy(plan);
    unet_network_destroy(&network);
  }
}
END_TEST

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

/* Inference keeps every transformed parameter, each in a place of its own; in training a step makes it for
 * itself, beside its workspace. */
START_TEST(transformed_parameters_have_room) {
  const unet_network_mode modes[] = {UNET_NETWORK_INFERENCE, UNET_NETWORK_TRAINING};
  const unet_architecture a = {.channels = 1, .height = 8, .width = 8, .n_levels = 2, .filters = {4, 8}};
  for (size_t m = 0; m < 2; m++) {
    unet_network network;
    unet_plan *plan = NULL;
    size_t kept = 0, made = 0;
    ck_unet_ok(unet_network_build(&network, &a, 1, modes[m]));
    ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, choose_first, NULL));
    for (size_t i = 0; i < plan->n_steps; i++) {
      extent t = transformed_of(&plan->steps[i]), w = workspace_of(&plan->steps[i]);
      if (t.region < 0) continue;
      ck_assert_uint_le(t.to, plan->region_floats[t.region]);
      if (t.region == UNET_REGION_TRANSFORMED) {
        ck_assert_uint_ge(t.from, kept);
        kept = t.to;
        continue;
      }
      made++;
      ck_assert_msg(w.region != t.region || t.to <= w.from || w.to <= t.from, "step %zu works in it", i);
    }
    ck_assert(modes[m] == UNET_NETWORK_TRAINING ? kept == 0 && made > 0 : kept > 0 && made == 0);
    unet_plan_destroy(plan);
    unet_network_destroy(&network);
  }
}
END_TEST

START_TEST(skip_connections_share_storage) {
  unet_architecture a = {.channels = 1, .height = 8, .width = 8, .n_levels = 2, .filters = {4, 8}};
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &a, 1, UNET_NETWORK_INFERENCE));
  unet_storage *storage = calloc(network.graph->n_values, sizeof *storage);
  unet_find_storage(storage, network.graph);
  for (size_t i = 0; i < network.graph->n_nodes; i++) {
    const unet_node *node = &network.graph->nodes[i];
    if (node->op != UNET_OP_CONCAT) continue;
    ck_assert_int_eq(storage[node->inputs[0]].root, node->outputs[0]);
    ck_assert_int_eq(storage[node->inputs[1]].root, node->outputs[0]);
    ck_assert_uint_eq(storage[node->inputs[1]].first_channel, 4);
  }
  free(storage);
  unet_network_destroy(&network);
}
END_TEST

START_TEST(gradients_lie_like_parameters) {
  unet_architecture a = {.channels = 1, .height = 8, .width = 8, .n_levels = 2, .filters = {4, 8}};
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &a, 1, UNET_NETWORK_TRAINING));
  unet_plan *plan = NULL;
  ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, choose_first, NULL));
  for (unet_value v = unet_network_next_parameter(&network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(&network, v)) {
    unet_value gradient = unet_info(network.graph, v)->gradient;
    ck_assert_int_eq(plan->places[gradient].region, UNET_REGION_GRADIENTS);
    ck_assert_uint_eq(plan->places[gradient].offset, plan->places[v].offset);
    ck_assert_uint_eq(plan->places[v].offset % UNET_ALIGN_FLOATS, 0);
  }
  ck_assert_uint_eq(plan->region_floats[UNET_REGION_SECOND_MOMENT],
                    plan->region_floats[UNET_REGION_PARAMETERS]);
  unet_plan_destroy(plan);
  unet_network_destroy(&network);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("plan");
  TCase *plan = unet_test_case(suite, "plan", 60);
  tcase_add_test(plan, chain_needs_two_blocks);
  tcase_add_test(plan, random_blocks_never_overlap);
  tcase_add_test(plan, packing_is_near_what_is_alive);
  tcase_add_test(plan, too_large_a_block_is_told);
  tcase_add_test(plan, network_plan_holds);
  tcase_add_test(plan, a_merged_step_is_computed_by_the_one_before);
  tcase_add_test(plan, steps_beside_each_other_are_apart);
  tcase_add_test(plan, what_a_step_beside_reads_stays);
  tcase_add_test(plan, transformed_parameters_have_room);
  tcase_add_test(plan, skip_connections_share_storage);
  tcase_add_test(plan, gradients_lie_like_parameters);
  return suite;
}
