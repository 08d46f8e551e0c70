/* The U-Net as a graph. */
#ifndef UNETCL_MODEL_NETWORK_H
#define UNETCL_MODEL_NETWORK_H

#include "graph/graph.h"
#include "unetcl/model.h"

typedef enum unet_network_mode {
  UNET_NETWORK_INFERENCE, /* images -> probability */
  UNET_NETWORK_TRAINING   /* images, target -> sums; backward; Adam */
} unet_network_mode;

/* The graph and the values that a host needs to know. Those of the other mode are UNET_NO_VALUE. */
typedef struct unet_network {
  unet_graph *graph;
  unet_value images;      /* (n,channels,height,width), values in [0,1] */
  unet_value logits;      /* (n,1,height,width); kept in neither mode */
  unet_value probability; /* INFERENCE, kept: (n,1,height,width) */
  unet_value target;      /* TRAINING: (n,1,height,width), 0 or 1 */
  unet_value scalars;     /* TRAINING: Adam's, see unet_graph_add_adam */
  unet_value sums;        /* TRAINING, kept: see unet_segmentation_loss */
} unet_network;

/* What is trained, and how. */
typedef struct unet_training_form {
  unet_loss_form loss;
  unet_adam_form adam;
} unet_training_form;

/* Builds, differentiates (TRAINING) and fuses. The parameters are named as in the model file and stand in
 * its order. Training is the article's: bce_dice_loss and plain Adam. */
unet_status unet_network_build(unet_network *out, const unet_architecture *architecture, size_t batch,
                               unet_network_mode mode);
/* TRAINING, with a say in the loss and the optimizer. */
unet_status unet_network_build_training(unet_network *out, const unet_architecture *architecture,
                                        size_t batch, const unet_training_form *form);
void unet_network_destroy(unet_network *network);

/* The next parameter value after `previous` (UNET_NO_VALUE: the first), or UNET_NO_VALUE at the end. */
unet_value unet_network_next_parameter(const unet_network *network, unet_value previous);

#endif
