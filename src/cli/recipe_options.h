/* The options of a recipe's parts. */
#ifndef UNETCL_CLI_RECIPE_OPTIONS_H
#define UNETCL_CLI_RECIPE_OPTIONS_H

#include "cli/options.h"
#include "unetcl/recipe.h"

/* The library checks the limits, so they are not repeated here. */
#define UNET_RECIPE_OPTIONS(r)                                                                              \
  UNET_OPTION_CHOICE_OF("init", (r).init, unet_init_names, "first weights: glorot or he"),                  \
      UNET_OPTION_CHOICE_OF("norm", (r).norm, unet_norm_names, "normalisation in training: none or batch"), \
      UNET_OPTION_CHOICE_OF("loss", (r).loss, unet_loss_names,                                              \
                            "what is made small: bce_dice, bce, dice, focal or tversky"),                   \
      UNET_OPTION_CHOICE_OF("schedule", (r).schedule, unet_schedule_names,                                  \
                            "of the learning rate: constant, cosine, one_cycle or plateau"),                \
      {"warmup", UNET_OPTION_REAL, &(r).warmup, "S", "share of the steps over which the rate rises", 0, 1}, \
      {"weight-decay", UNET_OPTION_REAL, &(r).weight_decay, "R", "AdamW's", 0, DBL_MAX},                    \
      {"clip", UNET_OPTION_REAL, &(r).clip, "R", "largest norm of the gradients; 0: any", 0, DBL_MAX},      \
      {"average",                                                                                           \
       UNET_OPTION_REAL,                                                                                    \
       &(r).average,                                                                                        \
       "D",                                                                                                 \
       "decay of the weights' moving average, which then is the model; 0: none",                            \
       0,                                                                                                   \
       1},                                                                                                  \
      {"oversample",                                                                                        \
       UNET_OPTION_SIZE,                                                                                    \
       &(r).oversample,                                                                                     \
       "N",                                                                                                 \
       "show images of rarer defect types up to so many times an epoch",                                    \
       0,                                                                                                   \
       1000},                                                                                               \
  {                                                                                                         \
    "patience", UNET_OPTION_SIZE, &(r).patience, "N",                                                       \
        "stop after so many epochs without a better one on the images of --select; 0: never", 0, 1000000    \
  }

#endif
