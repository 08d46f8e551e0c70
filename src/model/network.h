/* The U-Net as a graph. */
#ifndef UNETCL_MODEL_NETWORK_H
#define UNETCL_MODEL_NETWORK_H

#include "graph/graph.h"
#include "unetcl/model.h"

typedef enum unet_network_mode {
  UNET_NETWORK_INFERENCE, /* images -> probability */
  UNET_NETWORK_TRAINING   /* images, target -> sums; backward; Adam */
} unet_network_mode;

/* A normalisation of a network in training: its parameter (2,c,1,1) and what it found in the last batch. */
typedef struct unet_norm_layer {
  unet_value norm, statistics;
} unet_norm_layer;

enum { UNET_MAX_NORMS = 4 * UNET_MAX_LEVELS };

/* The graph and the values that a host needs to know. Those of the other mode are UNET_NO_VALUE. */
typedef struct unet_network {
  unet_graph *graph;
  unet_value images;                     /* (n,channels,height,width), values in [0,1] */
  unet_value logits;                     /* (n,1,height,width); kept in neither mode */
  unet_value probability;                /* INFERENCE, kept: (n,1,height,width) */
  unet_value target;                     /* TRAINING: (n,1,height,width), 0 or 1 */
  unet_value scalars;                    /* TRAINING: Adam's, see unet_graph_add_adam */
  unet_value sums;                       /* TRAINING, kept: see unet_segmentation_loss */
  unet_norm_layer norms[UNET_MAX_NORMS]; /* TRAINING, of a form that normalises; the statistics are kept */
  size_t n_norms;
} unet_network;

/* What is trained, and how. */
typedef struct unet_training_form {
  unet_loss_form loss;
  unet_adam_form adam;
  bool normalise; /* a batch normalisation between each 3x3 convolution and its ELU, NAME.norm */
} unet_training_form;

/* Builds, differentiates (TRAINING) and fuses. The parameters are named as in the model file and stand in
 * its order. Training is the article's: bce_dice_loss and plain Adam. */
unet_status unet_network_build(unet_network *out, const unet_architecture *architecture, size_t batch,
                               unet_network_mode mode);
/* TRAINING, with a say in the loss, the optimizer and the layers. */
unet_status unet_network_build_training(unet_network *out, const unet_architecture *architecture,
                                        size_t batch, const unet_training_form *form);
/* Images and target to sums, as TRAINING measures them, without what changes weights. */
unet_status unet_network_build_measuring(unet_network *out, const unet_architecture *architecture,
                                         size_t batch, const unet_loss_form *loss);
void unet_network_destroy(unet_network *network);

/* The next parameter value after `previous` (UNET_NO_VALUE: the first), or UNET_NO_VALUE at the end. */
unet_value unet_network_next_parameter(const unet_network *network, unet_value previous);

#endif
