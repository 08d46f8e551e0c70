#include "plan/storage.h"

/* `value` is a part of `whole` from a channel on; parts of parts are found by following the links. */
static void link_part(unet_storage *storage, unet_value value, unet_value whole, size_t first_channel) {
  storage[value] = (unet_storage){.root = whole, .first_channel = first_channel};
}

static void resolve(unet_storage *storage, unet_value value) {
  while (storage[storage[value].root].root != storage[value].root) {
    unet_storage whole = storage[storage[value].root];
    storage[value].first_channel += whole.first_channel;
    storage[value].root = whole.root;
  }
}

void unet_find_storage(unet_storage *storage, const unet_graph *graph) {
  for (size_t i = 0; i < graph->n_values; i++) storage[i] = (unet_storage){.root = (unet_value)i};
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    if (node->op == UNET_OP_CONCAT) {
      link_part(storage, node->inputs[0], node->outputs[0], 0);
      link_part(storage, node->inputs[1], node->outputs[0], unet_shape_of(graph, node->inputs[0]).c);
    } else if (node->op == UNET_OP_SLICE) {
      link_part(storage, node->outputs[0], node->inputs[0], node->attributes.first_channel);
    }
  }
  for (size_t i = 0; i < graph->n_values; i++) resolve(storage, (unet_value)i);
}
