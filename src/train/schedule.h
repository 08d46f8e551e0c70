/* The course of the learning rate. */
#ifndef UNETCL_TRAIN_SCHEDULE_H
#define UNETCL_TRAIN_SCHEDULE_H

#include <stdint.h>

#include "unetcl/recipe.h"

/* The share of the full rate at step `step` (from 0) of `steps`; PLATEAU's halvings are not in it. */
double unet_schedule_share(const unet_recipe *recipe, uint64_t step, uint64_t steps);

/* What PLATEAU knows of the epochs so far. Starts as unet_plateau_start. */
typedef struct unet_plateau {
  double best;  /* the lowest loss so far; infinite before the first */
  size_t since; /* epochs since then, or since the rate was halved */
  double share; /* of the full rate */
} unet_plateau;

unet_plateau unet_plateau_start(void);
/* Takes an epoch's loss. */
void unet_plateau_add(unet_plateau *plateau, double loss);

#endif
