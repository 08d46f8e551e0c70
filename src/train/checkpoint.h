/* Checkpoints: best.safetensors to use, last.safetensors to go on from. */
#ifndef UNETCL_TRAIN_CHECKPOINT_H
#define UNETCL_TRAIN_CHECKPOINT_H

#include <jansson.h>

#include "model/safetensors.h"
#include "train/run_folder.h"
#include "train/schedule.h"
#include "train/trainer.h"
#include "unetcl/model.h"

/* How far a run is. The texts are owned. */
typedef struct unet_progress {
  size_t epoch;   /* finished */
  uint64_t steps; /* of Adam */
  size_t best_epoch;
  double best_loss;     /* on the select set; infinite before the first and without one */
  size_t silent_epochs; /* up to this one, without a break; see unet_loss_is_silent */
  unet_plateau plateau;
  uint32_t checksum; /* of the samples */
  char *algorithms;  /* of the executor */
  char *device;      /* its name and driver */
} unet_progress;

void unet_progress_free(unet_progress *progress);

/* Writes the model, as it is after this epoch, as best.safetensors. */
unet_status unet_checkpoint_save_best(const unet_run_folder *folder, unet_model *model, size_t epoch);

/* Writes last.safetensors: the model, Adam's moments, the weights' average, the progress and the run's
 * options. */
unet_status unet_checkpoint_save_last(const unet_run_folder *folder, const unet_trainer *trainer,
                                      const unet_progress *progress, const json_t *options);

/* A checkpoint as it was read. Starts zeroed. */
typedef struct unet_checkpoint {
  unet_model *model;
  unet_safetensors file;
  unet_progress progress;
  json_t *options;
} unet_checkpoint;

unet_status unet_checkpoint_load(unet_checkpoint *out, const unet_run_folder *folder);
void unet_checkpoint_free(unet_checkpoint *checkpoint);

/* Copies all of it into the trainer's state. UNET_BAD_INPUT when moments are
 * missing. */
unet_status unet_checkpoint_restore(const unet_checkpoint *checkpoint, unet_trainer *trainer);

#endif
