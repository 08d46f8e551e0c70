/* A network in training on a device, and its copy on the host. */
#ifndef UNETCL_TRAIN_TRAINER_H
#define UNETCL_TRAIN_TRAINER_H

#include <stdint.h>

#include "model/network.h"
#include "run/executor.h"
#include "train/batches.h"
#include "train/loss.h"
#include "train/train_state.h"
#include "unetcl/train.h"

/* A graph with the executor that runs it. */
typedef struct unet_running_network {
  unet_network network;
  unet_executor *executor;
} unet_running_network;

typedef struct unet_trainer {
  unet_running_network training;
  unet_running_network measuring; /* runs the model, as it will be used */
  unet_augmenter *augmenter;      /* NULL: batches come as they are */
  unet_train_state state;         /* as of the last fetch */
  unet_model *model;              /* made of it */
  size_t pixels;                  /* of an image */
  unet_recipe recipe;
  unet_loss_form loss;
  double learning_rate; /* full */
  double plateau;       /* the share of it that PLATEAU leaves */
  uint64_t steps;       /* of Adam so far */
  uint64_t all_steps;   /* of the whole run */
  unet_run_part part;   /* that was started, */
  size_t started;       /* with so many images */
} unet_trainer;

/* Starts zeroed; release with unet_trainer_close also after a failure. `all_steps`: of the whole run;
 * `algorithms`: those of an earlier run, as unet_trainer_algorithms gave them, or NULL. The model is created,
 * with zero weights. */
unet_status unet_trainer_open(unet_trainer *trainer, unet_device *device, const unet_train_options *options,
                              uint64_t all_steps, const char *algorithms);
void unet_trainer_close(unet_trainer *trainer);

/* *text = the algorithms in use; the caller frees it. */
unet_status unet_trainer_algorithms(char **text, const unet_trainer *trainer);

/* The recipe's first weights, made on the device, zero biases, normalisations that change nothing. */
unet_status unet_trainer_initialise(unet_trainer *trainer, uint64_t seed);

/* State and model from the host to the device. */
unet_status unet_trainer_send(unet_trainer *trainer);
/* The state back, the model made of it, and that to the device for measuring. Fails (UNET_USAGE) when a
 * weight is not finite, and then leaves the host's copy unusable. */
unet_status unet_trainer_fetch(unet_trainer *trainer);

/* Makes the trainer take batches of up to so many images that are to be augmented, too, from sources of up to
 * so many pixels each. */
unet_status unet_trainer_augment(unet_trainer *trainer, unet_device *device, size_t batch, size_t pixels);

/* The rate of the step that is next. */
double unet_trainer_rate(const unet_trainer *trainer);

/* Puts a batch into the device's queue: UNET_RUN_ALL is a training step, UNET_RUN_FORWARD measures the
 * model as last fetched. Returns while the device computes; the batch's memory is free again, for the next
 * one.
 */
unet_status unet_trainer_start(unet_trainer *trainer, unet_run_part part, const unet_batch *batch);

/* Waits for what was started and adds its sums: those before the step, and without an average. */
unet_status unet_trainer_finish(unet_trainer *trainer, unet_loss_sums *sums);

#endif
