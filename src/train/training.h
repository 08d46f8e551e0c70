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
  double started;       /* when the first step of this call began */
  size_t steps_done;    /* by this call */
  unet_loss_sums shown; /* of the training images in the epoch in hand */
  /* Of the best model, once training has ended. */
  float threshold;
  unet_threshold_reached reached;
  unet_evaluation held_out;
} unet_training;

/* Trains for one epoch and measures on the held-out images and those set aside; *row = its figures.
 * UNET_INTERRUPTED when asked to stop, UNET_USAGE when the loss is not finite. The trainer's host copy holds
 * the new weights then. */
unet_status unet_epoch_run(unet_training *training, size_t epoch, unet_train_epoch *row);

/* Reads best.safetensors. */
unet_status unet_training_best(unet_model **model, const unet_training *training);

/* Writes best.safetensors with the threshold that suits the images set aside to choose on, at their own
 * sizes: that is where the model will mark; tells where these are few. Without such images, or where it was
 * given, it stays what it is. UNET_INTERRUPTED when asked to stop. */
unet_status unet_threshold_choose(unet_training *training);

/* Evaluates the best model on the held-out images: writes report.html, and comparison.png and overlay.png of
 * up to eight of them into figures. Without held-out images it writes nothing. */
unet_status unet_train_report(unet_training *training);

/* Tells, once, when the network has marked next to nothing for many epochs, and what may help. */
void unet_silence_warn(const unet_training *training);
/* The same of the best model, where it marks next to nothing of the held-out defects; without any of these
 * the last epoch tells. */
void unet_silence_judge(const unet_training *training);

/* Tells a line. */
void unet_training_note(const unet_training *training, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
