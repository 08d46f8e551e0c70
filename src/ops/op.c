#include "ops/op.h"

static const unet_op *const ops[] = {
#define UNET_OP(ENUM, name) &unet_op_##name,
#include "ops/op_list.h"
#undef UNET_OP
};
_Static_assert(sizeof ops / sizeof *ops == UNET_OP_COUNT, "one entry for each op");

const unet_op *unet_op_of(unet_op_kind kind) { return ops[kind]; }

void unet_op_output(unet_graph *graph, unet_node *node, size_t slot, unet_value_kind kind, unet_shape shape) {
  node->outputs[slot] = unet_graph_add_value(graph, kind, NULL, shape);
}

double unet_op_traffic(const unet_graph *graph, const unet_node *node) {
  size_t elements = 0;
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    if (node->inputs[slot] != UNET_NO_VALUE)
      elements += unet_elements(unet_shape_of(graph, node->inputs[slot]));
  }
  for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
    if (node->outputs[slot] != UNET_NO_VALUE)
      elements += unet_elements(unet_shape_of(graph, node->outputs[slot]));
  }
  return (double)elements * (double)sizeof(float);
}

unet_cost unet_op_elementwise_cost(const unet_graph *graph, const unet_node *node, double per_element) {
  return (unet_cost){.flops = per_element * (double)unet_elements(unet_shape_of(graph, node->outputs[0])),
                     .bytes = unet_op_traffic(graph, node)};
}

void unet_op_differentiate_layer(unet_graph *graph, const unet_node *node, unet_value dy,
                                 unet_op_kind weight_grad, unet_op_kind input_grad) {
  unet_value x = node->inputs[0], w = node->inputs[1], b = node->inputs[2];
  unet_value dw = unet_graph_add_node(graph, weight_grad, (unet_value[]){x, dy, w, UNET_NO_VALUE}, NULL);
  if (dw == UNET_NO_VALUE) return;
  unet_value db = graph->nodes[graph->n_nodes - 1].outputs[1];
  unet_info(graph, dw)->parameter = w;
  unet_info(graph, db)->parameter = b;
  unet_graph_add_gradient(graph, w, dw);
  unet_graph_add_gradient(graph, b, db);
  if (!unet_info(graph, x)->needs_gradient) return;
  unet_value dx =
      unet_graph_add_node(graph, input_grad, (unet_value[]){dy, w, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
  if (dx != UNET_NO_VALUE) unet_graph_add_gradient(graph, x, dx);
}

unet_cost unet_op_layer_cost(const unet_graph *graph, const unet_node *node, unet_value weights,
                             unet_value pixels) {
  unet_shape w = unet_shape_of(graph, weights), p = unet_shape_of(graph, pixels);
  return (unet_cost){.flops = 2.0 * (double)unet_elements(w) * (double)(p.n * p.h * p.w),
                     .bytes = unet_op_traffic(graph, node)};
}
