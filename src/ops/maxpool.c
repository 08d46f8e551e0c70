/* Max pooling of 2x2 windows, and its gradient.
 *
 *   y[i,j] = max over a,b in {0,1} of x[2i+a,2j+b]
 *   dx[2i+a,2j+b] = (x[2i+a,2j+b] is the window's first maximum ? dy[i,j] : 0)  (+ addend)  (* ELU'(x))
 *
 * x (n,c,h,w) with h, w even, y (n,c,h/2,w/2). The terms in brackets come from fusion. */
#include "ops/op.h"

unet_value unet_maxpool(unet_graph *graph, unet_value x) {
  return unet_graph_add_node(graph, UNET_OP_MAXPOOL,
                             (unet_value[]){x, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
}

static void infer_maxpool(unet_graph *graph, unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  if (x.h % 2 || x.w % 2) {
    unet_graph_fail(graph, UNET_USAGE, "maxpool: %zux%zu cannot be halved", x.w, x.h);
    return;
  }
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){x.n, x.c, x.h / 2, x.w / 2});
}

static void differentiate_maxpool(unet_graph *graph, const unet_node *node, unet_value dy) {
  unet_value x = node->inputs[0];
  unet_value dx = unet_graph_add_node(graph, UNET_OP_MAXPOOL_GRAD,
                                      (unet_value[]){x, dy, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
  if (dx != UNET_NO_VALUE) unet_graph_add_gradient(graph, x, dx);
}

static void infer_maxpool_grad(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, unet_shape_of(graph, node->inputs[0]));
}

static unet_cost cost_maxpool(const unet_graph *graph, const unet_node *node) {
  return unet_op_elementwise_cost(graph, node, 3.0);
}

static unet_cost cost_maxpool_grad(const unet_graph *graph, const unet_node *node) {
  return unet_op_elementwise_cost(graph, node, 1.0);
}

const unet_op unet_op_maxpool = {"maxpool", infer_maxpool, differentiate_maxpool, cost_maxpool};
const unet_op unet_op_maxpool_grad = {"maxpool_grad", infer_maxpool_grad, NULL, cost_maxpool_grad};
