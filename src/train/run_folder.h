/* The folder of a run: its name, its files, and that only one process writes it. */
#ifndef UNETCL_TRAIN_RUN_FOLDER_H
#define UNETCL_TRAIN_RUN_FOLDER_H

#include <stdbool.h>

#include "base/error.h"

typedef enum unet_run_mode { UNET_RUN_NEW, UNET_RUN_RESUME, UNET_RUN_OVERWRITE } unet_run_mode;

/* Starts zeroed. */
typedef struct unet_run_folder {
  char *path;
  char *made; /* the topmost folder that was made for this run; NULL: all were there */
  int lock;   /* the lock file's handle, where `locked` */
  bool locked, started;
} unet_run_folder;

/* *out = the folder that `path` means in this mode: itself, or one of runs/train, runs/train-2, ... (see
 * below); the caller frees it. Makes nothing. */
unet_status unet_run_folder_name(char **out, const char *path, unet_run_mode mode);

/* Makes the folder where it is missing and locks it. `path` NULL: runs/train, runs/train-2, ...: the next
 * one for a new run, the newest for another, the first where there is none.
 * UNET_USAGE when a new run's folder holds a run, or any folder holds something and no run; UNET_NO_RESOURCE
 * when it cannot be written or another process has it. */
unet_status unet_run_folder_claim(unet_run_folder *out, const char *path, unet_run_mode mode);

/* Whether a cross-validation lives there. Its config.json and report.html have the names of a run's. */
bool unet_run_folder_is_crossval(const char *path);

/* Removes the files of an earlier run, the checkpoint first; from now on the folder's files are this run's.
 */
void unet_run_folder_start(unet_run_folder *folder);

/* Unlocks. Without a checkpoint in it, what was written and made for the run is removed. */
void unet_run_folder_release(unet_run_folder *folder);

/* *path = the file's path in the folder. */
unet_status unet_run_folder_file(char **path, const unet_run_folder *folder, const char *name);
/* Whether it has a checkpoint to go on from. */
bool unet_run_folder_has_checkpoint(const unet_run_folder *folder);

#endif
