/* Batch normalisation (Ioffe and Szegedy 2015): each channel gets a mean and a deviation of its own. With m
 * and v the mean and the variance of channel c over the N H W values of the batch, r = 1 / sqrt(v + eps),
 * xhat = (x - m) r:
 *
 *   y  = scale xhat + shift
 *   dx = scale r (dy - mean of dy - xhat mean of (dy xhat))
 *   dscale = sum of dy xhat,   dshift = sum of dy
 *
 * x, y (n,c,h,w), norm (2,c,1,1): the scales, then the shifts, statistics (2,c,1,1): m, then v. */
#include "ops/op.h"

unet_value unet_batch_norm(unet_graph *graph, unet_value x, unet_value norm, unet_value *statistics) {
  const unet_value y = unet_graph_add_node(graph, UNET_OP_BATCH_NORM,
                                           (unet_value[]){x, norm, UNET_NO_VALUE, UNET_NO_VALUE}, NULL);
  *statistics = y == UNET_NO_VALUE ? UNET_NO_VALUE : unet_producer(graph, y)->outputs[1];
  return y;
}

static void infer_batch_norm(unet_graph *graph, unet_node *node) {
  const unet_shape x = unet_shape_of(graph, node->inputs[0]), norm = unet_shape_of(graph, node->inputs[1]);
  if (norm.n != 2 || norm.c != x.c || norm.h != 1 || norm.w != 1) {
    unet_graph_fail(graph, UNET_USAGE, "batch_norm: scales and shifts of %zu x %zu do not fit %zu channels",
                    norm.n, norm.c, x.c);
    return;
  }
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, x);
  unet_op_output(graph, node, 1, UNET_VALUE_SUMS, norm);
}

static void differentiate_batch_norm(unet_graph *graph, const unet_node *node, unet_value dy) {
  const unet_value x = node->inputs[0], norm = node->inputs[1];
  const unet_value dx = unet_graph_add_node(graph, UNET_OP_BATCH_NORM_GRAD,
                                            (unet_value[]){x, norm, node->outputs[1], dy}, NULL);
  if (dx == UNET_NO_VALUE) return;
  const unet_value dnorm = unet_producer(graph, dx)->outputs[1];
  unet_info(graph, dnorm)->parameter = norm;
  unet_graph_add_gradient(graph, x, dx);
  unet_graph_add_gradient(graph, norm, dnorm);
}

static void infer_batch_norm_grad(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, unet_shape_of(graph, node->inputs[0]));
  unet_op_output(graph, node, 1, UNET_VALUE_GRADIENT, unet_shape_of(graph, node->inputs[1]));
}

/* Both read their planes twice: for the sums, then for the result. */
static unet_cost cost_batch_norm(const unet_graph *graph, const unet_node *node) {
  unet_cost cost = unet_op_elementwise_cost(graph, node, 8.0);
  cost.bytes += (double)(unet_elements(unet_shape_of(graph, node->inputs[0])) * sizeof(float));
  return cost;
}

static unet_cost cost_batch_norm_grad(const unet_graph *graph, const unet_node *node) {
  unet_cost cost = unet_op_elementwise_cost(graph, node, 10.0);
  cost.bytes += 2.0 * (double)(unet_elements(unet_shape_of(graph, node->inputs[0])) * sizeof(float));
  return cost;
}

const unet_op unet_op_batch_norm = {"batch_norm", infer_batch_norm, differentiate_batch_norm,
                                    cost_batch_norm};
const unet_op unet_op_batch_norm_grad = {"batch_norm_grad", infer_batch_norm_grad, NULL,
                                         cost_batch_norm_grad};
