/* Adam over all parameters at once; the formula stands at unet_graph_add_adam. It has no outputs: it
 * changes the parameters and moments in place. */
#include "ops/op.h"

static void infer_adam(unet_graph *graph, unet_node *node) {
  if (unet_info(graph, node->inputs[0])->kind != UNET_VALUE_SCALARS) {
    unet_graph_fail(graph, UNET_USAGE, "adam: the rate must be a value of unet_graph_scalars");
  }
}

static unet_cost cost_adam(const unet_graph *graph, const unet_node *node) {
  (void)node;
  double elements = 0;
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kind == UNET_VALUE_PARAMETER)
      elements += (double)unet_elements(graph->values[i].shape);
  }
  return (unet_cost){.flops = 10.0 * elements, .bytes = 7.0 * elements * (double)sizeof(float)};
}

const unet_op unet_op_adam = {"adam", infer_adam, NULL, cost_adam};
