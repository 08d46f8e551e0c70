/* Concatenation along the channels, and the slice that is its gradient. Neither computes anything: the plan
 * lets the inputs of a concat be computed inside its storage, and a slice is a part of its input's. */
#include "ops/op.h"

unet_value unet_concat(unet_graph *graph, unet_value a, unet_value b) {
  return unet_graph_add_node(graph, UNET_OP_CONCAT, (unet_value[]){a, b, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
}

/* A value lies in one place only. */
static bool in_other_concat(const unet_graph *graph, unet_value value) {
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    if (node->op == UNET_OP_CONCAT && (node->inputs[0] == value || node->inputs[1] == value)) return true;
  }
  return false;
}

static void infer_concat(unet_graph *graph, unet_node *node) {
  unet_shape a = unet_shape_of(graph, node->inputs[0]), b = unet_shape_of(graph, node->inputs[1]);
  if (a.n != b.n || a.h != b.h || a.w != b.w) {
    unet_graph_fail(graph, UNET_USAGE, "concat: %zux%zu and %zux%zu do not lie side by side", a.w, a.h, b.w,
                    b.h);
    return;
  }
  for (int slot = 0; slot < 2; slot++) {
    unet_value input = node->inputs[slot];
    if (unet_info(graph, input)->kind != UNET_VALUE_PLANES || in_other_concat(graph, input) ||
        node->inputs[0] == node->inputs[1] || unet_producer(graph, input)->op == UNET_OP_CONCAT) {
      unet_graph_fail(
          graph, UNET_USAGE,
          "concat: an input of the graph, or a value that is part of another concat, cannot be joined");
      return;
    }
  }
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){a.n, a.c + b.c, a.h, a.w});
}

static void differentiate_concat(unet_graph *graph, const unet_node *node, unet_value dy) {
  size_t first = 0;
  for (int slot = 0; slot < 2; slot++) {
    unet_value input = node->inputs[slot];
    size_t channels = unet_shape_of(graph, input).c;
    unet_value part = unet_graph_add_node(graph, UNET_OP_SLICE,
                                          (unet_value[]){dy, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE},
                                          &(unet_attributes){.first_channel = first, .channels = channels});
    if (part != UNET_NO_VALUE) unet_graph_add_gradient(graph, input, part);
    first += channels;
  }
}

static void infer_slice(unet_graph *graph, unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){x.n, node->attributes.channels, x.h, x.w});
}

static unet_cost cost_nothing(const unet_graph *graph, const unet_node *node) {
  (void)graph;
  (void)node;
  return (unet_cost){0};
}

const unet_op unet_op_concat = {"concat", infer_concat, differentiate_concat, cost_nothing};
const unet_op unet_op_slice = {"slice", infer_slice, NULL, cost_nothing};
