/* Transposed convolution, 2x2, stride 2, and its two gradients.
 *
 *   y[o,2i+a,2j+b]  = bias[o] + sum over c of x[c,i,j] w[c,o,a,b]
 *   dx[c,i,j]       = sum over o,a,b of dy[o,2i+a,2j+b] w[c,o,a,b]
 *   dw[c,o,a,b]     = sum over n,i,j of x[c,i,j] dy[o,2i+a,2j+b],   db[o] = sum of dy[o]
 *
 * x (n,in,h,w), w (in,out,2,2), bias (1,out,1,1), y (n,out,2h,2w). */
#include "ops/op.h"

unet_value unet_conv_transpose(unet_graph *graph, unet_value x, unet_value w, unet_value b) {
  return unet_graph_add_node(graph, UNET_OP_CONV_TRANSPOSE, (unet_value[]){x, w, b, UNET_NO_VALUE}, NULL);
}

static void infer_conv_transpose(unet_graph *graph, unet_node *node) {
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, node->inputs[1]);
  unet_shape b = unet_shape_of(graph, node->inputs[2]);
  if (w.h != 2 || w.w != 2) {
    unet_graph_fail(graph, UNET_USAGE, "conv_transpose: a kernel of %zux%zu is not supported, only 2x2", w.h,
                    w.w);
  } else if (w.n != x.c || unet_elements(b) != w.c) {
    unet_graph_fail(graph, UNET_USAGE,
                    "conv_transpose: weights for %zu -> %zu channels and %zu biases do not fit %zu channels",
                    w.n, w.c, unet_elements(b), x.c);
  } else {
    unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){x.n, w.c, 2 * x.h, 2 * x.w});
  }
}

static void differentiate_conv_transpose(unet_graph *graph, const unet_node *node, unet_value dy) {
  unet_op_differentiate_layer(graph, node, dy, UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD,
                              UNET_OP_CONV_TRANSPOSE_INPUT_GRAD);
}

static void infer_input_grad(unet_graph *graph, unet_node *node) {
  unet_shape dy = unet_shape_of(graph, node->inputs[0]);
  unet_shape w = unet_shape_of(graph, node->inputs[1]);
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, (unet_shape){dy.n, w.n, dy.h / 2, dy.w / 2});
}

static void infer_weight_grad(unet_graph *graph, unet_node *node) {
  unet_shape w = unet_shape_of(graph, node->inputs[2]);
  unet_op_output(graph, node, 0, UNET_VALUE_GRADIENT, w);
  unet_op_output(graph, node, 1, UNET_VALUE_GRADIENT, (unet_shape){1, w.c, 1, 1});
}

/* All three meet every weight at each pixel of the small side. */
static unet_cost cost_conv_transpose(const unet_graph *graph, const unet_node *node) {
  return unet_op_layer_cost(graph, node, node->inputs[1], node->inputs[0]);
}

static unet_cost cost_input_grad(const unet_graph *graph, const unet_node *node) {
  return unet_op_layer_cost(graph, node, node->inputs[1], node->outputs[0]);
}

static unet_cost cost_weight_grad(const unet_graph *graph, const unet_node *node) {
  return unet_op_layer_cost(graph, node, node->outputs[0], node->inputs[0]);
}

const unet_op unet_op_conv_transpose = {"conv_transpose", infer_conv_transpose, differentiate_conv_transpose,
                                        cost_conv_transpose};
const unet_op unet_op_conv_transpose_input_grad = {"conv_transpose_input_grad", infer_input_grad, NULL,
                                                   cost_input_grad};
const unet_op unet_op_conv_transpose_weight_grad = {"conv_transpose_weight_grad", infer_weight_grad, NULL,
                                                    cost_weight_grad};
