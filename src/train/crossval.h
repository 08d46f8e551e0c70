/* A cross-validation in hand, and its parts: the folder, the images out of fold, the result. */
#ifndef UNETCL_TRAIN_CROSSVAL_H
#define UNETCL_TRAIN_CROSSVAL_H

#include "report/report.h"
#include "train/run_folder.h"
#include "unetcl/crossval.h"

typedef struct unet_crossval_work {
  unet_device *device;
  const unet_crossval_options *options;
  const unet_train_callbacks *callbacks;
  unet_train_options train; /* of a fold, but for its folder and split */
  unet_dataset *dataset;
  unet_split *folds;
  unet_run_folder folder;
  bool fresh; /* nothing was there to go on from */
} unet_crossval_work;

/* --- crossval_folder.c -------------------------------------------------------------------------------- */

/* Claims the folder and leaves config.json and the folds' splits in it. To resume, they must be there already
 * and say the same. */
unet_status unet_crossval_open_folder(unet_crossval_work *work);
/* Whether the folder has something to go on from. */
bool unet_crossval_is_worth(const unet_crossval_work *work);
/* After a failure, one that is not worth anything is emptied and removed. */
void unet_crossval_close_folder(unet_crossval_work *work, bool failed);

/* Paths; the caller frees them. Folds count from 0 here, from 1 in names. */
unet_status unet_crossval_run_path(char **path, const unet_crossval_work *work, size_t fold);
unet_status unet_crossval_split_path(char **path, const unet_crossval_work *work, size_t fold);
unet_status unet_crossval_map_path(char **path, const unet_crossval_work *work, size_t item);

/* Whether the fold's run has this file: last.safetensors is there to go on from, report.html ends it. */
bool unet_crossval_run_has(const unet_crossval_work *work, size_t fold, const char *name);

/* --- out_of_fold.c ------------------------------------------------------------------------------------ */

/* Whether the maps of all images that the fold holds out are there. */
bool unet_out_of_fold_done(const unet_crossval_work *work, size_t fold);
/* Writes those that are missing, with the fold's best model. */
unet_status unet_out_of_fold_predict(const unet_crossval_work *work, size_t fold);
/* *model = the fold's best. */
unet_status unet_crossval_best(unet_model **model, const unet_crossval_work *work, size_t fold);
/* Fills all of the result but its folder, and writes report.html. */
unet_status unet_out_of_fold_score(unet_crossval_result *result, const unet_crossval_work *work);

/* --- crossval_report.c -------------------------------------------------------------------------------- */

/* A page whose slider starts at this threshold, without the pictures and their scores. */
unet_status unet_crossval_start_report(unet_report **out, const unet_crossval_work *work, float threshold);
/* Adds the folds and their learning curves, and writes the page. */
unet_status unet_crossval_finish_report(unet_report *report, const unet_crossval_work *work,
                                        const unet_crossval_result *result);

/* --- crossval_result.c -------------------------------------------------------------------------------- */

/* Fills mean, deviation and json from the rest. */
unet_status unet_crossval_sum_up(unet_crossval_result *result);
/* Writes crossval.json and out_of_fold.csv. */
unet_status unet_crossval_write(const unet_crossval_result *result, const unet_run_folder *folder);

#endif
