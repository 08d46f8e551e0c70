#include "plan/beside.h"

static bool is_weight_grad(const unet_node *node) {
  return node->op == UNET_OP_CONV2D_WEIGHT_GRAD || node->op == UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD;
}

static bool is_input_grad(const unet_node *node) {
  return node->op == UNET_OP_CONV2D_INPUT_GRAD || node->op == UNET_OP_CONV_TRANSPOSE_INPUT_GRAD;
}

/* Of the input gradient that step `i` makes. */
static size_t gradient_floats(const unet_plan *plan, const unet_graph *graph, size_t i) {
  return unet_elements(unet_shape_of(graph, graph->nodes[plan->steps[i].node].outputs[0]));
}

/* The two gradients of a layer read the same and write apart. That pays where both are short; with long ones
 * it would only cost memory, as what the first has read must outlive it. */
static bool runs_aside(const unet_plan *plan, const unet_graph *graph, size_t i) {
  enum { SHORT_FLOATS = 1 << 20 };
  if (i + 1 >= plan->n_steps) return false;
  const unet_node *first = &graph->nodes[plan->steps[i].node],
                  *second = &graph->nodes[plan->steps[i + 1].node];
  if (!is_weight_grad(first) || !is_input_grad(second)) return false;
  return first->inputs[1] == second->inputs[0] && gradient_floats(plan, graph, i + 1) <= SHORT_FLOATS;
}

/* Those that need little memory and may take longer. */
static bool is_very_short(const unet_plan *plan, const unet_graph *graph, size_t i) {
  enum { VERY_SHORT_FLOATS = 1 << 17 };
  return runs_aside(plan, graph, i) && gradient_floats(plan, graph, i + 1) <= VERY_SHORT_FLOATS;
}

/* The last step that may begin before step `i` has ended: where that runs aside, its input gradient. A very
 * short one has until two more have begun, so that cores which are done with a step find another. (128x128,
 * batch 1, 2-core EPYC: a sixteenth of a step.) Never later than that of the next step that runs aside. */
static size_t last_beside(const unet_plan *plan, const unet_graph *graph, size_t i) {
  enum { MORE = 2 };
  if (!runs_aside(plan, graph, i)) return i;
  size_t last = i + 1, more = is_very_short(plan, graph, i) ? MORE : 0;
  for (size_t next = i + 2; next < plan->n_steps && more > 0; next++) {
    if (!is_weight_grad(&graph->nodes[plan->steps[next].node])) continue;
    if (!runs_aside(plan, graph, next)) return next - 1;
    last = next;
    more = is_very_short(plan, graph, next) ? more - 1 : 0;
  }
  return last;
}

void unet_find_steps_beside(unet_plan *plan, const unet_graph *graph) {
  unet_step *steps = plan->steps;
  for (size_t i = 0; i < plan->n_steps; i++) {
    steps[i].last = last_beside(plan, graph, i);
    for (size_t j = i + 1; j <= steps[i].last; j++) steps[j].beside++;
  }
}
