/* Convolution, 3x3 or 1x1, stride 1, 'same' zero padding, and its two gradients.
 *
 *   y[o,p]    = b[o] + sum over i,k of w[o,i,k] x[i,p+k]
 *   dx[i,p]   = sum over o,k of w[o,i,k] dy[o,p-k]
 *   dw[o,i,k] = sum over n,p of dy[o,p] x[i,p+k],   db[o] = sum over n,p of dy[o,p]
 *
 * x (n,in,h,w), w (out,in,kh,kw), b (1,out,1,1), y (n,out,h,w). */
#include "ops/op.h"

unet_value unet_conv2d(unet_graph *graph, unet_value x, unet_value w, unet_value b) {
  return unet_graph_add_node(graph, UNET_OP_CONV2D, (unet_value[]){x, w, b, UNET_NO_VALUE}, NULL);
}

static void infer_conv2d(unet_graph *graph, unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, node->inputs[1]);
  unet_shape b = unet_shape_of(graph, node->inputs[2]);
  if (w.h != w.w || (w.h != 1 && w.h != 3)) {
    unet_graph_fail(graph, UNET_USAGE, "conv2d: a kernel of %zux%zu is not supported, only 3x3 and 1x1", w.h,
                    w.w);
  } else if (w.c != x.c || unet_elements(b) != w.n) {
    unet_graph_fail(graph, UNET_USAGE,
                    "conv2d: weights for %zu -> %zu channels and %zu biases do not fit %zu channels", w.c,
                    w.n, unet_elements(b), x.c);
  } else {
    unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){x.n, w.n, x.h, x.w});
  }
}

static void differentiate_conv2d(unet_graph *graph, const unet_node *node, unet_value dy) {
  unet_op_differentiate_layer(graph, node, dy, UNET_OP_CONV2D_WEIGHT_GRAD, UNET_OP_CONV2D_INPUT_GRAD);
}

static void infer_input_grad(unet_graph *graph, unet_node *node) {
  unet_shape dy = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, node->inputs[1]);
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){dy.n, w.c, dy.h, dy.w});
}

static void infer_weight_grad(unet_graph *graph, unet_node *node) {
  unet_shape w = unet_shape_of(graph, node->inputs[2]);
  unet_op_output(graph, node, 0, UNET_VALUE_GRADIENT, w);
  unet_op_output(graph, node, 1, UNET_VALUE_GRADIENT, (unet_shape){1, w.n, 1, 1});
}

/* All three meet every weight at each pixel. */
static unet_cost cost_conv2d(const unet_graph *graph, const unet_node *node) {
  return unet_op_layer_cost(graph, node, node->inputs[1], node->inputs[0]);
}

static unet_cost cost_weight_grad(const unet_graph *graph, const unet_node *node) {
  return unet_op_layer_cost(graph, node, node->outputs[0], node->inputs[0]);
}

const unet_op unet_op_conv2d = {"conv2d", infer_conv2d, differentiate_conv2d, cost_conv2d};
const unet_op unet_op_conv2d_input_grad = {"conv2d_input_grad", infer_input_grad, NULL, cost_conv2d};
const unet_op unet_op_conv2d_weight_grad = {"conv2d_weight_grad", infer_weight_grad, NULL, cost_weight_grad};
