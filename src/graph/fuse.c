/* Fusion: rewrites pairs of nodes into one that does both in a single pass over memory.
 *
 *   {conv2d, batch_norm} -> elu        becomes  the producer with ELU
 *   conv2d 1x1 -> sigmoid              becomes  the convolution with sigmoid
 *   add(g, maxpool_grad)               becomes  maxpool_grad with an addend
 *   {conv2d_input_grad, conv_transpose_input_grad, maxpool_grad} -> elu_grad
 *                                      becomes  the producer, its result times the ELU derivative
 *
 * A pair is rewritten only where the value between the two has no other reader. The producer takes over
 * the consumer's output; the consumer is removed. */
#include "graph/graph.h"

/* Whether the node's output `value` is read once and not kept for the host. */
static bool is_private(const unet_graph *graph, unet_value value) {
  return unet_graph_uses(graph, value) == 1 && !unet_info(graph, value)->kept;
}

/* `producer` now makes the first output of `consumer`, which is marked for removal. */
static void take_over(unet_graph *graph, unet_node *producer, unet_node *consumer) {
  unet_value output = consumer->outputs[0];
  graph->values[producer->outputs[0]].producer = -1;
  producer->outputs[0] = output;
  graph->values[output].producer = (int)(producer - graph->nodes);
  *consumer = (unet_node){.op = UNET_OP_COUNT,
                          .inputs = {UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE},
                          .outputs = {UNET_NO_VALUE, UNET_NO_VALUE}};
}

static void fold_elu(unet_graph *graph, unet_node *elu) {
  unet_value x = elu->inputs[0];
  unet_node *producer = unet_producer(graph, x);
  if (!producer || producer->attributes.elu || producer->attributes.sigmoid || !is_private(graph, x)) return;
  if (producer->op != UNET_OP_CONV2D && producer->op != UNET_OP_BATCH_NORM) return;
  producer->attributes.elu = true;
  take_over(graph, producer, elu);
}

static void fold_sigmoid(unet_graph *graph, unet_node *sigmoid) {
  unet_value x = sigmoid->inputs[0];
  unet_node *producer = unet_producer(graph, x);
  if (!producer || producer->op != UNET_OP_CONV2D || producer->attributes.elu || !is_private(graph, x))
    return;
  if (unet_shape_of(graph, producer->inputs[1]).h != 1) return;
  producer->attributes.sigmoid = true;
  take_over(graph, producer, sigmoid);
}

/* The other term must exist before the gradient of the pooling runs. */
static void fold_add(unet_graph *graph, unet_node *add) {
  for (int slot = 0; slot < 2; slot++) {
    unet_value term = add->inputs[slot], other = add->inputs[1 - slot];
    unet_node *producer = unet_producer(graph, term);
    if (!producer || producer->op != UNET_OP_MAXPOOL_GRAD || producer->inputs[2] != UNET_NO_VALUE) continue;
    if (!is_private(graph, term) || unet_info(graph, other)->producer > (int)(producer - graph->nodes))
      continue;
    producer->inputs[2] = other;
    take_over(graph, producer, add);
    return;
  }
}

static void fold_elu_grad(unet_graph *graph, unet_node *elu_grad) {
  unet_value activation = elu_grad->inputs[0], dy = elu_grad->inputs[1];
  unet_node *producer = unet_producer(graph, dy);
  if (!producer || producer->attributes.elu || !is_private(graph, dy)) return;
  switch (producer->op) {
    case UNET_OP_CONV2D_INPUT_GRAD:
    case UNET_OP_CONV_TRANSPOSE_INPUT_GRAD:
      producer->inputs[2] = activation;
      break;
    case UNET_OP_MAXPOOL_GRAD:
      if (producer->inputs[0] != activation) return;
      break;
    default:
      return;
  }
  producer->attributes.elu = true;
  take_over(graph, producer, elu_grad);
}

static void remove_marked(unet_graph *graph) {
  size_t kept = 0;
  for (size_t i = 0; i < graph->n_nodes; i++) {
    if (graph->nodes[i].op == UNET_OP_COUNT) continue;
    graph->nodes[kept] = graph->nodes[i];
    for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
      unet_value output = graph->nodes[kept].outputs[slot];
      if (output != UNET_NO_VALUE) graph->values[output].producer = (int)kept;
    }
    kept++;
  }
  graph->n_nodes = kept;
}

unet_status unet_graph_fuse(unet_graph *graph) {
  UNET_TRY(unet_graph_status(graph));
  for (size_t i = 0; i < graph->n_nodes; i++) {
    unet_node *node = &graph->nodes[i];
    if (node->op == UNET_OP_ELU) fold_elu(graph, node);
    if (node->op == UNET_OP_SIGMOID) fold_sigmoid(graph, node);
    if (node->op == UNET_OP_ADD) fold_add(graph, node);
    if (node->op == UNET_OP_ELU_GRAD) fold_elu_grad(graph, node);
  }
  remove_marked(graph);
  return UNET_OK;
}
