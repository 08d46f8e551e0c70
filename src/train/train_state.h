/* What training keeps of a network on the host, and the model that is made of it. */
#ifndef UNETCL_TRAIN_TRAIN_STATE_H
#define UNETCL_TRAIN_TRAIN_STATE_H

#include "model/network.h"

/* Tensors in the network's order; the arrays hold all of them, one after the other. */
typedef struct unet_train_state {
  unet_parameter *tensors; /* their values are `weights`, their names the graph's */
  size_t n_tensors;
  size_t count; /* floats of an array */
  float *weights;
  float *first, *second; /* Adam's moments */
  float *average;        /* of the weights; NULL: none is kept */
  float *running; /* in the place of each NAME.norm its means and variances; NULL: nothing is normalised */
  float *found;   /* like running, of the last batch alone */
} unet_train_state;

/* For a network in training that must outlive the state; all zero, variances 1. Release with
 * unet_train_state_free also after a failure. */
unet_status unet_train_state_make(unet_train_state *out, const unet_network *network, bool average);
void unet_train_state_free(unet_train_state *state);

/* Whether these are the scales and shifts of a normalisation: (2,c,1,1). */
bool unet_is_norm(const unet_parameter *tensor);

/* Moves the running statistics towards those found by the share `blend`. */
void unet_train_state_follow(unet_train_state *state, float blend);

/* The model to use: the weights or, where one is kept, their average, each normalisation folded into the
 * convolution before it:
 *   w' = w scale / sqrt(variance + eps),  b' = (b - mean) scale / sqrt(variance + eps) + shift */
void unet_train_state_model(const unet_train_state *state, unet_model *model);

#endif
