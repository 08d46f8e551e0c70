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
  unet_value x = node->inputs[0], w = node->inputs[1], b = node->inputs[2];
  unet_value dw =
      unet_graph_add_node(graph, UNET_OP_CONV2D_WEIGHT_GRAD, (unet_value[]){x, dy, w, UNET_NO_VALUE}, NULL);
  if (dw == UNET_NO_VALUE) return;
  unet_value db = graph->nodes[graph->n_nodes - 1].outputs[1];
  unet_info(graph, dw)->parameter = w;
  unet_info(graph, db)->parameter = b;
  unet_graph_add_gradient(graph, w, dw);
  unet_graph_add_gradient(graph, b, db);
  if (!unet_info(graph, x)->needs_gradient) return;
  unet_value dx = unet_graph_add_node(graph, UNET_OP_CONV2D_INPUT_GRAD,
                                      (unet_value[]){dy, w, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
  unet_graph_add_gradient(graph, x, dx);
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

/* A multiply and an add for each weight, at each pixel of each image; the same for all three. */
static unet_cost convolution_cost(const unet_graph *graph, const unet_node *node, unet_value weights,
                                  unet_value pixels) {
  unet_shape w = unet_shape_of(graph, weights), p = unet_shape_of(graph, pixels);
  return (unet_cost){.flops = 2.0 * (double)unet_elements(w) * (double)(p.n * p.h * p.w),
                     .bytes = unet_op_traffic(graph, node)};
}

static unet_cost cost_conv2d(const unet_graph *graph, const unet_node *node) {
  return convolution_cost(graph, node, node->inputs[1], node->inputs[0]);
}

static unet_cost cost_input_grad(const unet_graph *graph, const unet_node *node) {
  return convolution_cost(graph, node, node->inputs[1], node->inputs[0]);
}

static unet_cost cost_weight_grad(const unet_graph *graph, const unet_node *node) {
  return convolution_cost(graph, node, node->outputs[0], node->inputs[0]);
}

const unet_op unet_op_conv2d = {"conv2d", infer_conv2d, differentiate_conv2d, cost_conv2d};
const unet_op unet_op_conv2d_input_grad = {"conv2d_input_grad", infer_input_grad, NULL, cost_input_grad};
const unet_op unet_op_conv2d_weight_grad = {"conv2d_weight_grad", infer_weight_grad, NULL, cost_weight_grad};
