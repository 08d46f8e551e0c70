/* A run in hand: everything that unet_train holds. */
#ifndef UNETCL_TRAIN_TRAINING_H
#define UNETCL_TRAIN_TRAINING_H

#include "metrics/threshold.h"
#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/train_data.h"
#include "train/trainer.h"

typedef struct unet_training {
  unet_device *device;
  const unet_train_options *options;
  const unet_train_callbacks *callbacks;
  json_t *stored_options; /* as the checkpoint keeps them */
  unet_run_folder folder;
  unet_train_data data;
  unet_batches train, val, select;
  unet_trainer trainer;
  unet_progress progress;
  double started;    /* when the first step of this call began */
  size_t steps_done; /* by this call */
  size_t silent_epochs;
} unet_training;

/* Trains for one epoch and measures on the held-out images; *row = its figures, *select_loss = the loss on
 * the images set aside to choose on (0 without any). UNET_INTERRUPTED when asked to stop, UNET_USAGE when
 * the loss is not finite. The trainer's host copy holds the new weights then. */
unet_status unet_epoch_run(unet_training *training, size_t epoch, unet_train_epoch *row, double *select_loss);

/* *threshold = what unet_threshold_from says of the samples, at the network's size. */
unet_status unet_threshold_choose(float *threshold, unet_device *device, const unet_model *model,
                                  const unet_samples *samples, size_t batch, const unet_threshold_wish *wish);

/* Evaluates the best model on the held-out images: writes report.html, and comparison.png and overlay.png of
 * up to eight of them into figures. Without held-out images it writes nothing. */
unet_status unet_train_report(const unet_training *training);

/* Tells a line. */
void unet_training_note(const unet_training *training, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
