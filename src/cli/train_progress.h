/* What training shows while it runs: on a terminal a bar that is drawn over and a line for each epoch,
 * elsewhere the lines alone. */
#ifndef UNETCL_CLI_TRAIN_PROGRESS_H
#define UNETCL_CLI_TRAIN_PROGRESS_H

#include <stdio.h>

#include "cli/tune_progress.h"
#include "unetcl/train.h"

typedef struct unet_train_progress {
  FILE *out;
  bool bar;       /* `out` is a terminal */
  bool bar_drawn; /* on the line in hand */
  double drawn_at;
  unet_tune_progress tune;
} unet_train_progress;

/* `out`: standard output, or standard error where that is for something else. */
void unet_train_progress_start(unet_train_progress *progress, FILE *out);

/* Takes the bar away, so that something else can be printed. */
void unet_train_progress_clear(unet_train_progress *progress);

/* What training calls: it shows on this progress, and stops on Ctrl-C. */
unet_train_callbacks unet_train_progress_callbacks(unet_train_progress *progress);

#endif
