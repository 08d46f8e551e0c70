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
