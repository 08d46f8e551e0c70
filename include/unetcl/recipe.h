/* How a network is trained: the loss, the learning rate's course, the optimizer's extras. */
#ifndef UNETCL_RECIPE_H
#define UNETCL_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "unetcl/graph.h"

/* See unet_loss_form. */
typedef enum unet_loss {
  UNET_LOSS_BCE_DICE, /* mean BCE + 1 - Dice */
  UNET_LOSS_BCE,
  UNET_LOSS_DICE,
  UNET_LOSS_FOCAL,  /* gamma 2 */
  UNET_LOSS_TVERSKY /* alpha 0.3, beta 0.7: a missed pixel costs more than a false one; with mean BCE */
} unet_loss;

/* The share of --lr that a step takes. */
typedef enum unet_schedule {
  UNET_SCHEDULE_CONSTANT,
  UNET_SCHEDULE_COSINE,    /* falls to 0 along half a cosine (Loshchilov and Hutter 2017, without restarts) */
  UNET_SCHEDULE_ONE_CYCLE, /* rises from 1/25 over 30 % of the steps, then falls to 0 (Smith 2018) */
  UNET_SCHEDULE_PLATEAU    /* halved after 10 epochs in which the loss did not improve */
} unet_schedule;

/* The weights before the first step; biases are 0 but where it is said. */
typedef enum unet_init {
  UNET_INIT_GLOROT, /* uniform (Glorot and Bengio 2010), as Keras has it */
  UNET_INIT_HE      /* uniform, so that activations keep their size through ELU (He et al. 2015); the head's
                       bias is that of one defect pixel in twenty (Lin et al. 2017) */
} unet_init;

/* What stands between a 3x3 convolution and its ELU in training; the model that comes of it has it folded
 * into its convolutions. */
typedef enum unet_norm {
  UNET_NORM_NONE,
  UNET_NORM_BATCH /* batch normalisation (Ioffe and Szegedy 2015) */
} unet_norm;

/* Zeroed: the article's. */
typedef struct unet_recipe {
  unet_init init;
  unet_norm norm;
  unet_loss loss;
  unet_schedule schedule;
  double warmup;       /* share of all steps over which the rate rises from 0; not with ONE_CYCLE */
  double weight_decay; /* AdamW's */
  double clip;         /* largest norm of all gradients together; 0: any */
  double average;      /* decay of the weights' moving average, which then is the model; 0: none */
  size_t oversample;   /* images of rarer types are shown up to so many times an epoch; 0, 1: once */
  size_t patience; /* stop after so many epochs without a better one on the images to select on; 0: never */
} unet_recipe;

/* The names of the enumerations' values, in their order; each list ends with NULL. */
UNET_API extern const char *const unet_init_names[];
UNET_API extern const char *const unet_norm_names[];
UNET_API extern const char *const unet_loss_names[];
UNET_API extern const char *const unet_schedule_names[];

/* The loss as the graph takes it. */
UNET_API unet_loss_form unet_recipe_loss(const unet_recipe *recipe);

#endif
