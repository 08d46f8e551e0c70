/* The planner without a device: packing, lifetimes, shared storages. */
#include <stdlib.h>

#include "base/rng.h"
#include "graph/layout.h"
#include "model/network.h"
#include "plan/arena.h"
#include "plan/storage.h"
#include "plan_case.h"

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

START_TEST(network_plan_holds) {
  unet_architecture a = unet_architecture_default();
  a.height = a.width = 64;
  unet_network network;
  ck_unet_ok(unet_network_build(&network, &a, 2, UNET_NETWORK_TRAINING));
  unet_plan *plan = NULL;
  ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, plan_choose_first, NULL));
  assert_plan_holds(network.graph, plan);
  ck_assert_uint_eq(plan->n_regions, UNET_REGION_ARENA + 1);
  ck_assert_uint_lt(plan->region_floats[UNET_REGION_ARENA], plan->unshared_arena_floats * 2 / 3);
  const size_t unshared = unet_plan_unshared_bytes(plan);
  ck_assert_uint_eq(unshared - unet_plan_bytes(plan),
                    (plan->unshared_arena_floats - plan->region_floats[UNET_REGION_ARENA]) * sizeof(float));
  ck_assert_uint_eq(plan->steps[plan->n_forward_steps - 1].node < plan->steps[plan->n_steps - 1].node, 1);
  unet_plan_destroy(plan);
  ck_unet_ok(unet_plan_create(&plan, network.graph, 150000, plan_choose_first, NULL));
  ck_assert_uint_gt(plan->n_regions, UNET_REGION_ARENA + 1);
  ck_assert_uint_eq(unet_plan_unshared_bytes(plan), unshared); /* however many chunks there are */
  assert_plan_holds(network.graph, plan);
  unet_plan_destroy(plan);
  unet_network_destroy(&network);
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
    ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, plan_choose_first, NULL));
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
  ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, plan_choose_first, NULL));
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
  tcase_add_test(plan, transformed_parameters_have_room);
  tcase_add_test(plan, skip_connections_share_storage);
  tcase_add_test(plan, gradients_lie_like_parameters);
  return suite;
}
