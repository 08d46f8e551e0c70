#include "plan/plan.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "graph/layout.h"
#include "plan/arena.h"
#include "plan/beside.h"
#include "plan/lifetimes.h"
#include "plan/storage.h"

/* What planning works on; released as a whole. */
typedef struct planning {
  const unet_graph *graph;
  unet_plan *plan;
  unet_storage *storage; /* per value */
  unet_lifetime *lives;  /* per value; those of roots count */
  unet_block *blocks;    /* of the arena: storages first, then workspaces */
  int *block_of;         /* value -> block, -1: none */
  size_t n_blocks;
} planning;

static bool is_dense(unet_value_kind kind) { return kind != UNET_VALUE_PLANES && kind != UNET_VALUE_INPUT; }

/* Floats of a value that is its own storage. */
static size_t storage_floats(const unet_value_info *info) {
  return is_dense(info->kind) ? unet_round_up(unet_elements(info->shape), UNET_ALIGN_FLOATS)
                              : unet_round_up(unet_planes_floats(info->shape), UNET_ALIGN_FLOATS);
}

static size_t first_plane_offset(const unet_value_info *info) {
  return is_dense(info->kind) ? 0 : unet_lead(info->shape.w);
}

static unet_status choose_steps(planning *p, unet_choose_fn choose, void *user) {
  const unet_graph *graph = p->graph;
  UNET_TRY(unet_alloc_array((void *)&p->plan->steps, graph->n_nodes, sizeof(unet_step)));
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    if (node->op == UNET_OP_CONCAT || node->op == UNET_OP_SLICE) continue;
    unet_step *step = &p->plan->steps[p->plan->n_steps++];
    *step =
        (unet_step){.node = (int)i, .workspace = {.region = -1}, .transformed = {.region = -1}, .merged = -1};
    UNET_TRY(choose(user, graph, node, &step->choice));
    if (!node->backward) p->plan->n_forward_steps = p->plan->n_steps;
  }
  return UNET_OK;
}

static bool can_merge(const planning *p, const unet_step *step, const unet_node *after) {
  const unet_node *node = &p->graph->nodes[step->node];
  if (after->inputs[0] != node->outputs[0]) return false;
  if (after->op == UNET_OP_MAXPOOL) return step->choice.merges & UNET_MERGE_POOLING;
  if (after->op == UNET_OP_CONV_TRANSPOSE) return step->choice.merges & UNET_MERGE_TRANSPOSED;
  if (after->op != UNET_OP_CONV2D || !(step->choice.merges & UNET_MERGE_HEAD)) return false;
  unet_shape w = unet_shape_of(p->graph, after->inputs[1]);
  return w.n == 1 && w.h == 1;
}

static size_t count_readers(const unet_graph *graph, unet_value value) {
  size_t readers = graph->values[value].kept;
  for (size_t i = 0; i < graph->n_nodes; i++) {
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) readers += graph->nodes[i].inputs[slot] == value;
  }
  return readers;
}

/* Of a node and the one right after it, where the first one's algorithm can. */
static void merge_steps(planning *p) {
  for (size_t i = 0; i + 1 < p->plan->n_steps; i++) {
    unet_step *step = &p->plan->steps[i], *next = step + 1;
    const unet_node *after = &p->graph->nodes[next->node];
    if (step->done || !can_merge(p, step, after)) continue;
    const bool unread = count_readers(p->graph, after->inputs[0]) == 1;
    if (after->op == UNET_OP_CONV_TRANSPOSE && !unread) continue;
    step->merged = next->node;
    step->unread = unread;
    next->done = true;
  }
}

/* Parameters and inputs get fixed places, one after the other. */
static void place_fixed(planning *p) {
  size_t *floats = p->plan->region_floats;
  for (size_t i = 0; i < p->graph->n_values; i++) {
    const unet_value_info *info = &p->graph->values[i];
    if (info->kind != UNET_VALUE_PARAMETER && info->kind != UNET_VALUE_INPUT &&
        info->kind != UNET_VALUE_SCALARS) {
      continue;
    }
    int region = info->kind == UNET_VALUE_PARAMETER ? UNET_REGION_PARAMETERS : UNET_REGION_INPUTS;
    size_t plane = unet_plane_stride(info->shape.h, info->shape.w);
    p->plan->places[i] = (unet_placement){.region = region,
                                          .offset = floats[region] + first_plane_offset(info),
                                          .n_stride = is_dense(info->kind) ? 0 : info->shape.c * plane};
    floats[region] += storage_floats(info);
  }
}

/* A gradient lies in its region where its parameter lies in the parameters'. */
static void place_gradients(planning *p) {
  bool training = false;
  for (size_t i = 0; i < p->graph->n_values; i++) {
    const unet_value_info *info = &p->graph->values[i];
    if (info->kind != UNET_VALUE_GRADIENT) continue;
    p->plan->places[i] = p->plan->places[info->parameter];
    p->plan->places[i].region = UNET_REGION_GRADIENTS;
    training = true;
  }
  size_t *floats = p->plan->region_floats;
  if (training) floats[UNET_REGION_GRADIENTS] = floats[UNET_REGION_PARAMETERS];
  const unet_node *last = p->graph->n_nodes ? &p->graph->nodes[p->graph->n_nodes - 1] : NULL;
  if (last && last->op == UNET_OP_ADAM) {
    floats[UNET_REGION_FIRST_MOMENT] = floats[UNET_REGION_SECOND_MOMENT] = floats[UNET_REGION_PARAMETERS];
    if (last->attributes.adam.average) floats[UNET_REGION_AVERAGE] = floats[UNET_REGION_PARAMETERS];
  }
}

/* Inference has the same parameters run after run. A training step has new ones; what it keeps would only
 * drive activations out of the caches (256x256, batch 1, 2-core EPYC: 4 % of a step). */
static void place_transformed(planning *p) {
  size_t *kept = &p->plan->region_floats[UNET_REGION_TRANSFORMED];
  for (size_t i = 0; i < p->plan->n_steps && !p->graph->trains; i++) {
    unet_step *step = &p->plan->steps[i];
    if (!step->choice.transformed_floats) continue;
    step->transformed = (unet_placement){.region = UNET_REGION_TRANSFORMED, .offset = *kept};
    *kept += unet_round_up(step->choice.transformed_floats, UNET_ALIGN_FLOATS);
  }
}

/* What is transformed for a step alone, then its workspace, are one block of the arena. */
static size_t made_floats(const unet_step *step) {
  bool kept = step->transformed.region == UNET_REGION_TRANSFORMED;
  return kept ? 0 : unet_round_up(step->choice.transformed_floats, UNET_ALIGN_FLOATS);
}

static size_t scratch_floats(const unet_step *step) {
  return made_floats(step) + unet_round_up(step->choice.workspace_floats, UNET_ALIGN_FLOATS);
}

static void place_scratch(unet_step *step, const unet_block *block) {
  unet_placement place = {.region = UNET_REGION_ARENA + (int)block->chunk, .offset = block->offset};
  size_t made = made_floats(step);
  if (made) step->transformed = place;
  place.offset += made;
  if (step->choice.workspace_floats) step->workspace = place;
}

static void add_block(planning *p, size_t size, size_t first, size_t last) {
  p->blocks[p->n_blocks++] = (unet_block){.size = size, .first = first, .last = last};
}

static bool needs_block(const planning *p, size_t value) {
  unet_value_kind kind = p->graph->values[value].kind;
  bool in_arena = kind == UNET_VALUE_PLANES || kind == UNET_VALUE_SUMS;
  return in_arena && p->storage[value].root == (unet_value)value && p->lives[value].used;
}

/* Before anything is in the place of something else. */
static void count_unshared(planning *p) {
  size_t *floats = &p->plan->unshared_arena_floats;
  for (size_t i = 0; i < p->graph->n_values; i++)
    *floats += needs_block(p, i) ? storage_floats(&p->graph->values[i]) : 0;
  for (size_t i = 0; i < p->plan->n_steps; i++) *floats += scratch_floats(&p->plan->steps[i]);
}

static void collect_blocks(planning *p) {
  for (size_t i = 0; i < p->graph->n_values; i++) {
    const unet_value_info *info = &p->graph->values[i];
    p->block_of[i] = -1;
    if (!needs_block(p, i)) continue;
    p->block_of[i] = (int)p->n_blocks;
    add_block(p, storage_floats(info), p->lives[i].first, p->lives[i].last);
  }
  for (size_t i = 0; i < p->plan->n_steps; i++) {
    size_t floats = scratch_floats(&p->plan->steps[i]);
    if (!floats) continue;
    add_block(p, floats, i, p->plan->steps[i].last);
  }
}

static unet_status pack_arena(planning *p, size_t chunk_floats) {
  size_t n_chunks = 0;
  UNET_TRY(unet_arena_pack(p->blocks, p->n_blocks, chunk_floats, p->plan->region_floats + UNET_REGION_ARENA,
                           &n_chunks, UNET_MAX_REGIONS - UNET_REGION_ARENA));
  p->plan->n_regions = UNET_REGION_ARENA + n_chunks;
  return UNET_OK;
}

static void place_arena(planning *p) {
  for (size_t i = 0; i < p->graph->n_values; i++) {
    unet_storage storage = p->storage[i];
    int block = p->block_of[storage.root];
    if (block < 0) continue;
    const unet_value_info *root = &p->graph->values[storage.root];
    size_t plane = is_dense(root->kind) ? 0 : unet_plane_stride(root->shape.h, root->shape.w);
    p->plan->places[i] = (unet_placement){
        .region = UNET_REGION_ARENA + (int)p->blocks[block].chunk,
        .offset = p->blocks[block].offset + first_plane_offset(root) + storage.first_channel * plane,
        .n_stride = root->shape.c * plane};
  }
  size_t block = p->n_blocks;
  for (size_t i = p->plan->n_steps; i-- > 0;) {
    if (scratch_floats(&p->plan->steps[i])) place_scratch(&p->plan->steps[i], &p->blocks[--block]);
  }
}

static unet_status make_plan(planning *p, size_t chunk_floats, unet_choose_fn choose, void *user) {
  size_t n_values = p->graph->n_values;
  UNET_TRY(unet_alloc_array((void *)&p->plan->places, n_values, sizeof(unet_placement)));
  UNET_TRY(unet_alloc_array((void *)&p->storage, n_values, sizeof(unet_storage)));
  UNET_TRY(unet_alloc_array((void *)&p->lives, n_values, sizeof(unet_lifetime)));
  UNET_TRY(unet_alloc_array((void *)&p->block_of, n_values, sizeof(int)));
  UNET_TRY(unet_alloc_array((void *)&p->blocks, n_values + p->graph->n_nodes, sizeof(unet_block)));
  for (size_t i = 0; i < n_values; i++) p->plan->places[i].region = -1;
  UNET_TRY(choose_steps(p, choose, user));
  merge_steps(p);
  unet_find_steps_beside(p->plan, p->graph);
  unet_find_storage(p->storage, p->graph);
  unet_find_lifetimes(p->lives, p->plan, p->graph, p->storage);
  place_transformed(p);
  count_unshared(p);
  unet_reuse_in_place(p->storage, p->lives, p->plan, p->graph);
  place_fixed(p);
  place_gradients(p);
  collect_blocks(p);
  UNET_TRY(pack_arena(p, chunk_floats));
  place_arena(p);
  return UNET_OK;
}

unet_status unet_plan_create(unet_plan **out, const unet_graph *graph, size_t chunk_floats,
                             unet_choose_fn choose, void *user) {
  UNET_TRY(unet_graph_status(graph));
  planning p = {.graph = graph};
  unet_status status = unet_alloc_array((void *)&p.plan, 1, sizeof *p.plan);
  if (status == UNET_OK) status = make_plan(&p, chunk_floats, choose, user);
  free(p.storage);
  free(p.lives);
  free(p.block_of);
  free(p.blocks);
  if (status != UNET_OK) {
    unet_plan_destroy(p.plan);
    return status;
  }
  *out = p.plan;
  return UNET_OK;
}

void unet_plan_destroy(unet_plan *plan) {
  if (!plan) return;
  free(plan->steps);
  free(plan->places);
  free(plan);
}

size_t unet_plan_bytes(const unet_plan *plan) {
  size_t floats = 0;
  for (size_t i = 0; i < plan->n_regions; i++) floats += plan->region_floats[i];
  return floats * sizeof(float);
}

size_t unet_plan_unshared_bytes(const unet_plan *plan) {
  size_t floats = plan->unshared_arena_floats;
  for (size_t i = 0; i < UNET_REGION_ARENA; i++) floats += plan->region_floats[i];
  return floats * sizeof(float);
}
