/* log.csv: a row for each epoch; with `select` its last column is select_loss. */
#ifndef UNETCL_TRAIN_HISTORY_H
#define UNETCL_TRAIN_HISTORY_H

#include "unetcl/train.h"

/* Begins the file with its heading, and with the rows up to `epoch` that an earlier file of this path has. */
unet_status unet_history_start(const char *path, size_t epoch, bool select);

/* Adds a row and has it on the disk; a row that cannot be written whole is taken back. */
unet_status unet_history_add(const char *path, const unet_train_epoch *row, bool select);

#endif
