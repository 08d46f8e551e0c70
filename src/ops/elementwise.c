/* ELU, sigmoid, and the sum of two tensors: y[e] = f(x[e]) for each element.
 *
 *   elu: x > 0 ? x : exp(x) - 1            its derivative from the result: y > 0 ? 1 : y + 1
 *   (Clevert, Unterthiner and Hochreiter 2016, alpha = 1) */
#include "ops/op.h"

unet_value unet_elu(unet_graph *graph, unet_value x) {
  return unet_graph_add_node(graph, UNET_OP_ELU,
                             (unet_value[]){x, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
}

unet_value unet_sigmoid(unet_graph *graph, unet_value x) {
  return unet_graph_add_node(graph, UNET_OP_SIGMOID,
                             (unet_value[]){x, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
}

static void infer_same(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, unet_shape_of(graph, node->inputs[0]));
}

static void differentiate_elu(unet_graph *graph, const unet_node *node, unet_value dy) {
  unet_value dx = unet_graph_add_node(
      graph, UNET_OP_ELU_GRAD, (unet_value[]){node->outputs[0], dy, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
  if (dx != UNET_NO_VALUE) unet_graph_add_gradient(graph, node->inputs[0], dx);
}

static unet_cost cost_transcendental(const unet_graph *graph, const unet_node *node) {
  return unet_op_elementwise_cost(graph, node, 10.0);
}

static unet_cost cost_cheap(const unet_graph *graph, const unet_node *node) {
  return unet_op_elementwise_cost(graph, node, 2.0);
}

const unet_op unet_op_elu = {"elu", infer_same, differentiate_elu, cost_transcendental};
const unet_op unet_op_elu_grad = {"elu_grad", infer_same, NULL, cost_cheap};
const unet_op unet_op_sigmoid = {"sigmoid", infer_same, NULL, cost_transcendental};
const unet_op unet_op_add = {"add", infer_same, NULL, cost_cheap};
