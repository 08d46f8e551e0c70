/* What tuning shows while it runs: a line for each node. */
#ifndef UNETCL_CLI_TUNE_PROGRESS_H
#define UNETCL_CLI_TUNE_PROGRESS_H

#include <stdio.h>

#include "unetcl/tune.h"

/* Starts zeroed but for `out`. */
typedef struct unet_tune_progress {
  FILE *out;
  size_t nodes, changed; /* all, and those whose winner is not the rule's choice */
} unet_tune_progress;

void unet_tune_progress_node(unet_tune_progress *progress, const unet_tuned_node *node);

/* The last line: how many, and where the table is. */
void unet_tune_progress_end(const unet_tune_progress *progress, const char *path);

#endif
