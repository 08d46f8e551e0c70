#include "model/network.h"

#include <stdio.h>

typedef struct builder {
  unet_graph *graph;
  const unet_architecture *architecture;
} builder;

/* A layer's weights and biases, named as in the model file. */
typedef struct layer_parameters {
  unet_value weight, bias;
} layer_parameters;

static layer_parameters add_parameters(builder *b, const char *layer, unet_shape weight, size_t out) {
  char name[64];
  layer_parameters p;
  snprintf(name, sizeof name, "%s.weight", layer);
  p.weight = unet_graph_parameter(b->graph, name, weight);
  snprintf(name, sizeof name, "%s.bias", layer);
  p.bias = unet_graph_parameter(b->graph, name, (unet_shape){1, out, 1, 1});
  return p;
}

static size_t channels_of(const builder *b, unet_value x) {
  return x == UNET_NO_VALUE ? 1 : unet_shape_of(b->graph, x).c;
}

static unet_value convolve(builder *b, const char *layer, unet_value x, size_t out, size_t kernel) {
  layer_parameters p = add_parameters(b, layer, (unet_shape){out, channels_of(b, x), kernel, kernel}, out);
  return unet_conv2d(b->graph, x, p.weight, p.bias);
}

/* Two 3x3 convolutions with ELU: enc<k> or dec<k>. */
static unet_value add_block(builder *b, const char *block, size_t level, unet_value x, size_t out) {
  for (int i = 1; i <= 2; i++) {
    char layer[32];
    snprintf(layer, sizeof layer, "%s%zu.conv%d", block, level, i);
    x = unet_elu(b->graph, convolve(b, layer, x, out, 3));
  }
  return x;
}

/* Doubles the size and joins the encoder's activation of that size: [up, skip]. */
static unet_value add_up(builder *b, size_t level, unet_value x, unet_value skip, size_t out) {
  char layer[32];
  snprintf(layer, sizeof layer, "dec%zu.up", level);
  layer_parameters p = add_parameters(b, layer, (unet_shape){channels_of(b, x), out, 2, 2}, out);
  return unet_concat(b->graph, unet_conv_transpose(b->graph, x, p.weight, p.bias), skip);
}

static unet_value add_layers(builder *b, unet_value images) {
  const unet_architecture *a = b->architecture;
  unet_value skips[UNET_MAX_LEVELS] = {0};
  unet_value x = images;
  for (size_t level = 0; level < a->n_levels; level++) {
    if (level > 0) x = unet_maxpool(b->graph, x);
    skips[level] = x = add_block(b, "enc", level + 1, x, a->filters[level]);
  }
  for (size_t level = a->n_levels - 1; level > 0; level--) {
    size_t out = a->filters[level] / 2;
    x = add_block(b, "dec", level, add_up(b, level, x, skips[level - 1], out), out);
  }
  return convolve(b, "head", x, 1, 1);
}

static unet_status add_training(unet_network *network, size_t batch, const unet_architecture *a,
                                const unet_training_form *form) {
  unet_graph *graph = network->graph;
  network->target = unet_graph_input(graph, "target", (unet_shape){batch, 1, a->height, a->width});
  network->sums = unet_segmentation_loss(graph, network->logits, network->target, &form->loss);
  unet_graph_keep(graph, network->sums);
  network->scalars = unet_graph_scalars(graph, "adam", UNET_ADAM_SCALARS);
  UNET_TRY(unet_graph_differentiate(graph, network->sums));
  return unet_graph_add_adam(graph, network->scalars, &form->adam);
}

/* `form` NULL: for inference. */
static unet_status build(unet_network *out, const unet_architecture *architecture, size_t batch,
                         const unet_training_form *form) {
  UNET_TRY(unet_architecture_check(architecture));
  unet_network network = {
      .probability = UNET_NO_VALUE, .target = UNET_NO_VALUE, .scalars = UNET_NO_VALUE, .sums = UNET_NO_VALUE};
  UNET_TRY(unet_graph_create(&network.graph));
  builder b = {.graph = network.graph, .architecture = architecture};
  network.images = unet_graph_input(
      network.graph, "images",
      (unet_shape){batch, architecture->channels, architecture->height, architecture->width});
  network.logits = add_layers(&b, network.images);
  unet_status status = unet_graph_status(network.graph);
  if (status == UNET_OK && form) status = add_training(&network, batch, architecture, form);
  if (status == UNET_OK && !form) {
    network.probability = unet_sigmoid(network.graph, network.logits);
    unet_graph_keep(network.graph, network.probability);
  }
  if (status == UNET_OK) status = unet_graph_fuse(network.graph);
  if (status != UNET_OK) {
    unet_network_destroy(&network);
    return status;
  }
  *out = network;
  return UNET_OK;
}

unet_status unet_network_build(unet_network *out, const unet_architecture *architecture, size_t batch,
                               unet_network_mode mode) {
  const unet_training_form article = {.loss = unet_bce_dice_loss()};
  return build(out, architecture, batch, mode == UNET_NETWORK_TRAINING ? &article : NULL);
}

unet_status unet_network_build_training(unet_network *out, const unet_architecture *architecture,
                                        size_t batch, const unet_training_form *form) {
  return build(out, architecture, batch, form);
}

void unet_network_destroy(unet_network *network) {
  unet_graph_destroy(network->graph);
  network->graph = NULL;
}

unet_value unet_network_next_parameter(const unet_network *network, unet_value previous) {
  for (size_t i = (size_t)(previous + 1); i < network->graph->n_values; i++) {
    if (network->graph->values[i].kind == UNET_VALUE_PARAMETER) return (unet_value)i;
  }
  return UNET_NO_VALUE;
}
