#include "plan/lifetimes.h"

static void touch(unet_lifetime *life, size_t step) {
  if (!life->used) *life = (unet_lifetime){.first = step, .last = step, .used = true};
  if (step < life->first) life->first = step;
  if (step > life->last) life->last = step;
}

void unet_find_lifetimes(unet_lifetime *lives, const unet_plan *plan, const unet_graph *graph,
                         const unet_storage *storage) {
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_step *step = &plan->steps[i];
    const unet_node *node = &graph->nodes[step->node];
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
      unet_value value = node->inputs[slot];
      if (value != UNET_NO_VALUE) touch(&lives[storage[value].root], step->last);
    }
    for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
      unet_value value = node->outputs[slot];
      if (value == UNET_NO_VALUE) continue;
      touch(&lives[storage[value].root], i);
      touch(&lives[storage[value].root], step->last);
    }
    if (step->merged >= 0) touch(&lives[storage[graph->nodes[step->merged].outputs[0]].root], i);
  }
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kept) touch(&lives[storage[i].root], plan->n_steps);
  }
}

/* --- in place ----------------------------------------------------------------------------------------- */

/* How many inputs of the node lie in a storage. */
static int count_reads(const unet_node *node, const unet_storage *storage, unet_value root) {
  int count = 0;
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    unet_value value = node->inputs[slot];
    count += value != UNET_NO_VALUE && storage[value].root == root;
  }
  return count;
}

/* By a step before step `i` that may still run. */
static bool is_read_beside(const unet_plan *plan, const unet_graph *graph, const unet_storage *storage,
                           unet_value root, size_t i) {
  for (size_t j = 0; j < i; j++) {
    const unet_node *node = &graph->nodes[plan->steps[j].node];
    if (plan->steps[j].last >= i && count_reads(node, storage, root)) return true;
  }
  return false;
}

/* Whether step `i` is the last to need what lies where `input` does, and `output` could lie there. */
static bool can_replace(const unet_plan *plan, const unet_graph *graph, const unet_storage *storage,
                        const unet_lifetime *lives, size_t i, unet_value input, unet_value output) {
  unet_value root = storage[input].root;
  unet_shape in = unet_shape_of(graph, input), out = unet_shape_of(graph, output);
  return graph->values[root].kind == UNET_VALUE_PLANES && graph->values[output].kind == UNET_VALUE_PLANES &&
         in.c == out.c && in.h == out.h && in.w == out.w && storage[output].root == output &&
         lives[root].last == i && !is_read_beside(plan, graph, storage, root, i) &&
         count_reads(&graph->nodes[plan->steps[i].node], storage, root) == 1;
}

/* `output` and its parts lie where `input` does from now on. */
static void replace(unet_storage *storage, unet_lifetime *lives, size_t n_values, unet_value input,
                    unet_value output) {
  const unet_storage place = storage[input];
  for (size_t i = 0; i < n_values; i++) {
    if (storage[i].root != output) continue;
    storage[i].root = place.root;
    storage[i].first_channel += place.first_channel;
  }
  lives[place.root].last = lives[output].last;
}

void unet_reuse_in_place(unet_storage *storage, unet_lifetime *lives, const unet_plan *plan,
                         const unet_graph *graph) {
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_node *node = &graph->nodes[plan->steps[i].node];
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
      unet_value input = node->inputs[slot], output = node->outputs[0];
      if (!(plan->steps[i].choice.overwrites & 1u << slot) || input == UNET_NO_VALUE) continue;
      if (!can_replace(plan, graph, storage, lives, i, input, output)) continue;
      replace(storage, lives, graph->n_values, input, output);
      break;
    }
  }
}
