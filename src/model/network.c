#include "model/network.h"

#include <stdio.h>

typedef struct builder {
  unet_network *network;
  unet_graph *graph;
  const unet_architecture *architecture;
  bool normalise;
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

static unet_value normalise(builder *b, const char *layer, unet_value x) {
  char name[64];
  snprintf(name, sizeof name, "%s.norm", layer);
  const unet_value norm = unet_graph_parameter(b->graph, name, (unet_shape){2, channels_of(b, x), 1, 1});
  unet_norm_layer *entry = &b->network->norms[b->network->n_norms++];
  entry->norm = norm;
  x = unet_batch_norm(b->graph, x, norm, &entry->statistics);
  unet_graph_keep(b->graph, entry->statistics);
  return x;
}

/* Two 3x3 convolutions with ELU: enc<k> or dec<k>. */
static unet_value add_block(builder *b, const char *block, size_t level, unet_value x, size_t out) {
  for (int i = 1; i <= 2; i++) {
    char layer[32];
    snprintf(layer, sizeof layer, "%s%zu.conv%d", block, level, i);
    x = convolve(b, layer, x, out, 3);
    if (b->normalise) x = normalise(b, layer, x);
    x = unet_elu(b->graph, x);
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

/* What is built, beside the layers. */
typedef struct building {
  const unet_architecture *architecture;
  size_t batch;
  const unet_loss_form *loss;     /* NULL: probabilities */
  const unet_training_form *form; /* NULL: no training */
} building;

static unet_status add_end(unet_network *network, const building *what) {
  const unet_architecture *a = what->architecture;
  unet_graph *graph = network->graph;
  if (!what->loss) {
    network->probability = unet_sigmoid(graph, network->logits);
    unet_graph_keep(graph, network->probability);
    return UNET_OK;
  }
  network->target = unet_graph_input(graph, "target", (unet_shape){what->batch, 1, a->height, a->width});
  network->sums = unet_segmentation_loss(graph, network->logits, network->target, what->loss);
  unet_graph_keep(graph, network->sums);
  if (!what->form) return UNET_OK;
  network->scalars = unet_graph_scalars(graph, "adam", UNET_ADAM_SCALARS);
  UNET_TRY(unet_graph_differentiate(graph, network->sums));
  return unet_graph_add_adam(graph, network->scalars, &what->form->adam);
}

static unet_status build(unet_network *out, const building *what) {
  const unet_architecture *a = what->architecture;
  UNET_TRY(unet_architecture_check(a));
  unet_network network = {
      .probability = UNET_NO_VALUE, .target = UNET_NO_VALUE, .scalars = UNET_NO_VALUE, .sums = UNET_NO_VALUE};
  UNET_TRY(unet_graph_create(&network.graph));
  network.graph->few_programs = what->loss != NULL;
  builder b = {.network = &network,
               .graph = network.graph,
               .architecture = a,
               .normalise = what->form && what->form->normalise};
  network.images =
      unet_graph_input(network.graph, "images", (unet_shape){what->batch, a->channels, a->height, a->width});
  network.logits = add_layers(&b, network.images);
  unet_status status = unet_graph_status(network.graph);
  if (status == UNET_OK) status = add_end(&network, what);
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
  if (mode == UNET_NETWORK_TRAINING) return unet_network_build_training(out, architecture, batch, &article);
  return build(out, &(building){.architecture = architecture, .batch = batch});
}

unet_status unet_network_build_training(unet_network *out, const unet_architecture *architecture,
                                        size_t batch, const unet_training_form *form) {
  return build(out, &(building){architecture, batch, &form->loss, form});
}

unet_status unet_network_build_measuring(unet_network *out, const unet_architecture *architecture,
                                         size_t batch, const unet_loss_form *loss) {
  return build(out, &(building){architecture, batch, loss, NULL});
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
