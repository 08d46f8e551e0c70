/* The inside of a graph: values and nodes. Knows no device. */
#ifndef UNETCL_GRAPH_GRAPH_H
#define UNETCL_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "unetcl/graph.h"

typedef enum unet_op_kind {
#define UNET_OP(ENUM, name) UNET_OP_##ENUM,
#include "ops/op_list.h"
#undef UNET_OP
  UNET_OP_COUNT
} unet_op_kind;

typedef enum unet_value_kind {
  UNET_VALUE_INPUT,     /* written by the host, planes */
  UNET_VALUE_SCALARS,   /* written by the host, dense */
  UNET_VALUE_PARAMETER, /* dense */
  UNET_VALUE_GRADIENT,  /* of a parameter, dense, same place as the parameter in a buffer of its own */
  UNET_VALUE_PLANES,    /* an activation or the gradient of one */
  UNET_VALUE_SUMS       /* a few numbers made on the device, dense */
} unet_value_kind;

typedef struct unet_value_info {
  char *name; /* owned; NULL for values between nodes */
  unet_shape shape;
  unet_value_kind kind;
  int producer;         /* node, or -1 */
  unet_value parameter; /* of a GRADIENT: the parameter it belongs to */
  unet_value gradient;  /* the value that holds d loss / d this, or UNET_NO_VALUE */
  bool needs_gradient;  /* a parameter is among what it is made of */
  bool kept;            /* readable after the run */
} unet_value_info;

enum { UNET_MAX_INPUTS = 4, UNET_MAX_OUTPUTS = 2 };

/* What a node computes beyond its op. */
typedef struct unet_attributes {
  bool elu;     /* CONV2D, BATCH_NORM: ELU on the result. *_GRAD: the result times the ELU derivative, from
                   the activation in the node's activation slot */
  bool sigmoid; /* CONV2D 1x1: the logistic function of the result */
  size_t first_channel, channels; /* SLICE */
  unet_loss_form loss;            /* SEGMENTATION_LOSS and its gradient */
  unet_adam_form adam;            /* ADAM */
} unet_attributes;

/* Inputs by op (an optional one may be UNET_NO_VALUE):
 *   CONV2D x, w, b                        CONV2D_INPUT_GRAD dy, w, activation?
 *   CONV2D_WEIGHT_GRAD x, dy -> dw, db    CONV_TRANSPOSE* likewise
 *   MAXPOOL x                             MAXPOOL_GRAD x, dy, addend?   (x is the activation, too)
 *   CONCAT a, b      SLICE x              ADD a, b
 *   BATCH_NORM x, norm -> y, statistics   BATCH_NORM_GRAD x, norm, statistics, dy -> dx, dnorm
 *   ELU x            ELU_GRAD y, dy       SIGMOID x
 *   SEGMENTATION_LOSS logits, target          SEGMENTATION_LOSS_GRAD logits, target, sums
 *   GRADIENT_NORM: none; reads every gradient
 *   ADAM scalars, norm?; reads every gradient and updates every parameter, always the last node */
typedef struct unet_node {
  unet_op_kind op;
  unet_value inputs[UNET_MAX_INPUTS];
  unet_value outputs[UNET_MAX_OUTPUTS];
  unet_attributes attributes;
  bool backward; /* not needed for inference */
} unet_node;

struct unet_graph {
  unet_value_info *values;
  size_t n_values, value_capacity;
  unet_node *nodes; /* in an order in which they can run */
  size_t n_nodes, node_capacity;
  bool trains; /* has a backward pass, to which nodes added from now on belong: its parameters change from run
                  to run */
  bool few_programs; /* belongs to a training, whose first start waits a second for each program: algorithms
                        keep to those that the others have, too */
  unet_status status;
  char *message; /* of the failure */
};

static inline unet_value_info *unet_info(const unet_graph *graph, unet_value value) {
  return &graph->values[value];
}

static inline unet_shape unet_shape_of(const unet_graph *graph, unet_value value) {
  return graph->values[value].shape;
}

static inline size_t unet_elements(unet_shape shape) { return shape.n * shape.c * shape.h * shape.w; }

/* Adds a value; UNET_NO_VALUE after a failure. */
unet_value unet_graph_add_value(unet_graph *graph, unet_value_kind kind, const char *name, unet_shape shape);

/* Adds a node: its op's shape rule checks the inputs and makes the outputs. Returns the first output
 * (UNET_NO_VALUE for ADAM and after a failure). */
unet_value unet_graph_add_node(unet_graph *graph, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                               const unet_attributes *attributes);

/* Records the graph's first failure. */
void unet_graph_fail(unet_graph *graph, unet_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For gradient rules: `gradient` is (a part of) d loss / d value; parts are summed by ADD nodes. */
void unet_graph_add_gradient(unet_graph *graph, unet_value value, unet_value gradient);

/* How many node inputs read the value. */
size_t unet_graph_uses(const unet_graph *graph, unet_value value);

/* The node's number, from the value it makes first. */
static inline unet_node *unet_producer(const unet_graph *graph, unet_value value) {
  int node = graph->values[value].producer;
  return node < 0 ? NULL : &graph->nodes[node];
}

#endif
