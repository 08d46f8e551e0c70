/* Adam over all parameters at once; the formula stands at unet_graph_add_adam. It has no outputs: it
 * changes the parameters, their moments and their average in place. */
#include "ops/op.h"

static void infer_adam(unet_graph *graph, unet_node *node) {
  const unet_value_info *scalars = unet_info(graph, node->inputs[0]);
  if (scalars->kind != UNET_VALUE_SCALARS || unet_elements(scalars->shape) != UNET_ADAM_SCALARS) {
    unet_graph_fail(graph, UNET_USAGE, "adam: needs a value of unet_graph_scalars with %d numbers",
                    (int)UNET_ADAM_SCALARS);
  }
}

static double parameter_elements(const unet_graph *graph) {
  double elements = 0;
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kind == UNET_VALUE_PARAMETER)
      elements += (double)unet_elements(graph->values[i].shape);
  }
  return elements;
}

static unet_cost cost_adam(const unet_graph *graph, const unet_node *node) {
  const double elements = parameter_elements(graph), passes = node->attributes.adam.average ? 9.0 : 7.0;
  return (unet_cost){.flops = 12.0 * elements, .bytes = passes * elements * (double)sizeof(float)};
}

/* The sum of the squares of all gradients: 1 number. */
static void infer_gradient_norm(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_SUMS, (unet_shape){1, 1, 1, 1});
}

static unet_cost cost_gradient_norm(const unet_graph *graph, const unet_node *node) {
  (void)node;
  const double elements = parameter_elements(graph);
  return (unet_cost){.flops = 2.0 * elements, .bytes = elements * (double)sizeof(float)};
}

const unet_op unet_op_adam = {"adam", infer_adam, NULL, cost_adam};
const unet_op unet_op_gradient_norm = {"gradient_norm", infer_gradient_norm, NULL, cost_gradient_norm};
