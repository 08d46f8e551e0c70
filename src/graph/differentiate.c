/* Reverse-mode differentiation: walks the nodes backwards and lets each op add the nodes of its gradient. */
#include "graph/graph.h"
#include "ops/op.h"

void unet_graph_add_gradient(unet_graph *graph, unet_value value, unet_value gradient) {
  if (graph->status != UNET_OK) return;
  unet_value_info *info = unet_info(graph, value);
  if (info->gradient == UNET_NO_VALUE) {
    info->gradient = gradient;
  } else if (info->kind == UNET_VALUE_PARAMETER) {
    unet_graph_fail(graph, UNET_INTERNAL, "%s: a parameter can be used by one layer only", info->name);
  } else {
    unet_value sum = unet_graph_add_node(
        graph, UNET_OP_ADD, (unet_value[]){info->gradient, gradient, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
    if (sum != UNET_NO_VALUE) unet_info(graph, value)->gradient = sum;
  }
}

/* The loss starts the walk: its own gradient is 1, so its rule is called without one. */
static void differentiate_node(unet_graph *graph, const unet_node *node, unet_value loss) {
  unet_value output = node->outputs[0];
  unet_value gradient = unet_info(graph, output)->gradient;
  if (output != loss && gradient == UNET_NO_VALUE) return;
  if (!unet_info(graph, output)->needs_gradient) return;
  const unet_op *op = unet_op_of(node->op);
  if (!op->differentiate) {
    unet_graph_fail(graph, UNET_INTERNAL, "%s has no gradient; it cannot lie before a loss", op->name);
    return;
  }
  op->differentiate(graph, node, gradient);
}

unet_status unet_graph_differentiate(unet_graph *graph, unet_value loss) {
  UNET_TRY(unet_graph_status(graph));
  graph->trains = true;
  for (size_t i = graph->n_nodes; i-- > 0 && graph->status == UNET_OK;) {
    unet_node node = graph->nodes[i];
    differentiate_node(graph, &node, loss);
  }
  for (size_t i = 0; i < graph->n_values && graph->status == UNET_OK; i++) {
    const unet_value_info *info = &graph->values[i];
    if (info->kind == UNET_VALUE_PARAMETER && info->gradient == UNET_NO_VALUE) {
      unet_graph_fail(graph, UNET_USAGE, "%s: the loss does not depend on this parameter", info->name);
    }
  }
  return unet_graph_status(graph);
}

unet_status unet_graph_add_adam(unet_graph *graph, unet_value scalars, const unet_adam_form *form) {
  unet_value inputs[UNET_MAX_INPUTS] = {scalars, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE};
  const unet_value none[UNET_MAX_INPUTS] = {UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE};
  UNET_TRY(unet_graph_status(graph));
  graph->trains = true;
  if (form->clip > 0.0f) inputs[1] = unet_graph_add_node(graph, UNET_OP_GRADIENT_NORM, none, NULL);
  unet_graph_add_node(graph, UNET_OP_ADAM, inputs, &(unet_attributes){.adam = *form});
  return unet_graph_status(graph);
}
