/* A network in training on a device, and its copy on the host. */
#ifndef UNETCL_TRAIN_TRAINER_H
#define UNETCL_TRAIN_TRAINER_H

#include <stdint.h>

#include "model/network.h"
#include "run/executor.h"
#include "train/batches.h"
#include "train/loss.h"

typedef struct unet_trainer {
  unet_network network;
  unet_executor *executor;
  unet_model *model;     /* weights as of the last fetch */
  float *first, *second; /* Adam's moments, in the order of the model's values */
  size_t pixels;         /* of an image */
  double learning_rate;
  uint64_t steps; /* of Adam so far */
} unet_trainer;

/* Starts zeroed; release with unet_trainer_close also after a failure. `algorithms`: those of an earlier run
 * (see unet_executor_options), or NULL. The model is created, with zero weights. */
unet_status unet_trainer_open(unet_trainer *trainer, unet_device *device,
                              const unet_architecture *architecture, size_t batch, double learning_rate,
                              const char *algorithms);
void unet_trainer_close(unet_trainer *trainer);

/* Glorot uniform weights, made on the device, and zero biases. */
unet_status unet_trainer_initialise(unet_trainer *trainer, unet_device *device, uint64_t seed);

/* Model and moments: from the host to the device, and back. The latter fails (UNET_USAGE) when a weight is
 * not finite, and then leaves the host's copy of the weights unusable. */
unet_status unet_trainer_send(unet_trainer *trainer);
unet_status unet_trainer_fetch(unet_trainer *trainer);

/* A step on a batch; *sums = those of the batch before the step. */
unet_status unet_trainer_step(unet_trainer *trainer, const unet_batch *batch, unet_loss_sums *sums);

/* Adds the sums of a batch; changes no weight. */
unet_status unet_trainer_measure(unet_trainer *trainer, const unet_batch *batch, unet_loss_sums *sums);

#endif
