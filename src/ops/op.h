/* What every op says of itself: its shapes, its gradient, its cost. One file per op family. */
#ifndef UNETCL_OPS_OP_H
#define UNETCL_OPS_OP_H

#include "graph/graph.h"

/* Work of one run of a node at the graph's batch: floating point operations (a multiply-add is two) and
 * bytes that must at least be read and written. */
typedef struct unet_cost {
  double flops;
  double bytes;
} unet_cost;

typedef struct unet_op {
  const char *name;
  /* Checks the inputs and adds the outputs to the graph with their shapes; fails through
   * unet_graph_fail. */
  void (*infer)(unet_graph *graph, unet_node *node);
  /* Adds the nodes that compute the gradients of the node's inputs from that of its output. NULL: has
   * none. `node` is a copy, so it stays valid while nodes are added. */
  void (*differentiate)(unet_graph *graph, const unet_node *node, unet_value gradient);
  unet_cost (*cost)(const unet_graph *graph, const unet_node *node);
} unet_op;

#define UNET_OP(ENUM, name) extern const unet_op unet_op_##name;
#include "ops/op_list.h"
#undef UNET_OP

/* The op of a kind. */
const unet_op *unet_op_of(unet_op_kind kind);

/* For shape rules: the node's next output. */
void unet_op_output(unet_graph *graph, unet_node *node, size_t slot, unet_value_kind kind, unet_shape shape);

/* For costs: bytes of the inputs and outputs, each moved once. */
double unet_op_traffic(const unet_graph *graph, const unet_node *node);

/* A cost of `per_element` operations for each element of the first output. */
unet_cost unet_op_elementwise_cost(const unet_graph *graph, const unet_node *node, double per_element);

/* For layers with weights (inputs x, w, b): adds the weight gradient (x, dy, w) -> dw, db and, where x needs
 * one, the input gradient (dy, w). */
void unet_op_differentiate_layer(unet_graph *graph, const unet_node *node, unet_value dy,
                                 unet_op_kind weight_grad, unet_op_kind input_grad);

/* A multiply and an add for each element of `weights` at each pixel of each image of `pixels`. */
unet_cost unet_op_layer_cost(const unet_graph *graph, const unet_node *node, unet_value weights,
                             unet_value pixels);

#endif
