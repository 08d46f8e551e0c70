/* A node of a network by itself, in a graph of its own with random inputs, so that one way to compute it can
 * be compared with another. */
#ifndef UNETCL_RUN_LONE_NODE_H
#define UNETCL_RUN_LONE_NODE_H

#include "graph/graph.h"
#include "run/executor.h"

enum { UNET_LONE_NODE_VALUES = UNET_MAX_INPUTS + 2 * UNET_MAX_OUTPUTS };

typedef struct unet_lone_node {
  unet_graph *graph;
  size_t batch;                       /* images; 1 where the node has none */
  float *data[UNET_LONE_NODE_VALUES]; /* per value: what the host writes; NULL: nothing */
  unet_value results[UNET_MAX_OUTPUTS];
  size_t n_results;
} unet_lone_node;

/* Inputs are drawn from [-1,1), scalars from [0.5,1); the same every time. Release with unet_lone_node_free
 * also after a failure; starts zeroed. */
unet_status unet_lone_node_make(unet_lone_node *out, const unet_graph *graph, const unet_node *node);
void unet_lone_node_free(unet_lone_node *lone);

/* Gives the executor of lone->graph all inputs. */
unet_status unet_lone_node_write(const unet_lone_node *lone, unet_executor *executor);

/* Floats of a result after a run of `images`. */
size_t unet_lone_node_count(const unet_lone_node *lone, size_t result, size_t images);
/* *values = a result; room for unet_lone_node_count floats. */
unet_status unet_lone_node_read(const unet_lone_node *lone, unet_executor *executor, size_t result,
                                float *values, size_t images);

#endif
