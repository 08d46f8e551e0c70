#include "kernels/node_key.h"

#include <stdio.h>
#include <string.h>

#include "ops/op.h"

static bool has(unet_value value) { return value != UNET_NO_VALUE; }

static bool makes_weight_grad(const unet_node *node) {
  return node->op == UNET_OP_CONV2D_WEIGHT_GRAD || node->op == UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD;
}

static size_t channels_made(const unet_graph *graph, const unet_node *node) {
  return unet_shape_of(graph, makes_weight_grad(node) ? node->inputs[1] : node->outputs[0]).c;
}

/* 0: no weights. */
static size_t kernel_size(const unet_graph *graph, const unet_node *node) {
  if (makes_weight_grad(node)) return unet_shape_of(graph, node->outputs[0]).w;
  if (!has(node->inputs[1]) || unet_info(graph, node->inputs[1])->kind != UNET_VALUE_PARAMETER) return 0;
  return unet_shape_of(graph, node->inputs[1]).w;
}

static size_t all_parameters(const unet_graph *graph) {
  size_t count = 0;
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kind == UNET_VALUE_PARAMETER) count += unet_elements(graph->values[i].shape);
  }
  return count;
}

void unet_node_key(char key[UNET_NODE_KEY_BYTES], const unet_graph *graph, const unet_node *node) {
  const char *name = unet_op_of(node->op)->name;
  if (!has(node->inputs[0]) || !has(node->outputs[0])) { /* over whole regions */
    snprintf(key, UNET_NODE_KEY_BYTES, "%s %zu", name, all_parameters(graph));
    return;
  }
  unet_shape x = unet_shape_of(graph, node->inputs[0]);
  size_t k = kernel_size(graph, node);
  char kernel[32] = "";
  if (k) snprintf(kernel, sizeof kernel, " k%zu", k);
  bool kept = node->op == UNET_OP_CONV2D && !graph->trains;
  bool addend = node->op == UNET_OP_MAXPOOL_GRAD && has(node->inputs[2]);
  snprintf(key, UNET_NODE_KEY_BYTES, "%s n%zu %zu->%zu %zux%zu%s%s%s%s%s", name, x.n, x.c,
           channels_made(graph, node), x.h, x.w, kernel, addend ? " addend" : "",
           node->attributes.elu ? " elu" : "", node->attributes.sigmoid ? " sigmoid" : "",
           kept ? " kept" : "");
}
