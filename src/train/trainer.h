/* A network in training on a device, and its copy on the host. */
#ifndef UNETCL_TRAIN_TRAINER_H
#define UNETCL_TRAIN_TRAINER_H

#include <stdint.h>

#include "model/network.h"
#include "run/executor.h"
#include "train/batches.h"
#include "train/loss.h"
#include "unetcl/train.h"

typedef struct unet_trainer {
  unet_network network;
  unet_executor *executor;
  unet_augmenter *augmenter; /* NULL: batches come as they are */
  unet_model *model;         /* weights as of the last fetch */
  float *first, *second;     /* Adam's moments, in the order of the model's values */
  float *average;            /* of the weights, in that order; NULL: none is kept */
  size_t pixels;             /* of an image */
  unet_recipe recipe;
  unet_loss_form loss;
  double learning_rate; /* full */
  double plateau;       /* the share of it that PLATEAU leaves */
  uint64_t steps;       /* of Adam so far */
  uint64_t all_steps;   /* of the whole run */
  size_t started;       /* images in the batch that was started */
} unet_trainer;

/* Starts zeroed; release with unet_trainer_close also after a failure. `all_steps`: of the whole run;
 * `algorithms`: those of an earlier run (see unet_executor_options), or NULL. The model is created, with zero
 * weights. */
unet_status unet_trainer_open(unet_trainer *trainer, unet_device *device, const unet_train_options *options,
                              uint64_t all_steps, const char *algorithms);
void unet_trainer_close(unet_trainer *trainer);

/* Glorot uniform weights, made on the device, and zero biases. */
unet_status unet_trainer_initialise(unet_trainer *trainer, unet_device *device, uint64_t seed);

/* Model, moments and average: from the host to the device, and back. The latter fails (UNET_USAGE) when a
 * weight is not finite, and then leaves the host's copy of the weights unusable. */
unet_status unet_trainer_send(unet_trainer *trainer);
unet_status unet_trainer_fetch(unet_trainer *trainer);

/* Makes the trainer take batches of up to so many images that are to be augmented, too, from sources of up to
 * so many pixels each. */
unet_status unet_trainer_augment(unet_trainer *trainer, unet_device *device, size_t batch, size_t pixels);

/* The rate of the step that is next. */
double unet_trainer_rate(const unet_trainer *trainer);

/* Where an average is kept: exchanges it and the weights on the device, for measuring, or in the host's copy,
 * for saving. A second call puts them back. */
void unet_trainer_swap_on_device(unet_trainer *trainer);
void unet_trainer_swap_on_host(unet_trainer *trainer);

/* Puts a batch into the device's queue: UNET_RUN_ALL is a training step, UNET_RUN_FORWARD measures and
 * changes no weight. Returns while the device computes; the batch's memory is free again, for the next one.
 */
unet_status unet_trainer_start(unet_trainer *trainer, unet_run_part part, const unet_batch *batch);

/* Waits for what was started and adds its sums: those before the step. */
unet_status unet_trainer_finish(unet_trainer *trainer, unet_loss_sums *sums);

#endif
