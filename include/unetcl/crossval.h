/* Cross-validation: how good a way of training is, told by images that none of the models was trained on. */
#ifndef UNETCL_CROSSVAL_H
#define UNETCL_CROSSVAL_H

#include "unetcl/evaluate.h"
#include "unetcl/train.h"

typedef struct unet_crossval_options {
  /* Each fold is trained with these. `folder` is that of the cross-validation (NULL: runs/crossval); `seed`
   * deals out the images, too; `val` is not used, `split_file` must be NULL. Without `select` the two targets
   * speak of the images of the other folds. */
  unet_train_options train;
  size_t folds; /* 2 or more, and no more than a defect type has images */
  bool tta;     /* predict with it, see unet_predictor_set_tta */
} unet_crossval_options;

/* unet_train_options_default and 5 folds. */
UNET_API unet_crossval_options unet_crossval_options_default(void);

/* As unet_train_check. */
UNET_API unet_status unet_crossval_check(const unet_crossval_options *options);

/* The options that the cross-validation in `folder` (NULL: runs/crossval) was started with, with resume set;
 * *run holds their texts and is released with unet_run_options_free. *run = NULL, and *out untouched, where
 * there is none. UNET_BAD_INPUT for a folder that holds something else. */
UNET_API unet_status unet_crossval_options_load(unet_crossval_options *out, unet_run_options **run,
                                                const char *folder);

typedef struct unet_crossval_result {
  char *folder;
  unet_evaluation *folds; /* of the images that each holds out, at its threshold */
  size_t n_folds;
  unet_evaluation all; /* of all images, each at its fold's threshold; `threshold` is the folds' mean */
  /* Of the folds' figures, those that exist; Dice, IoU, precision and recall also not of folds without a
   * defect. The deviation is that of a sample (n - 1). UNET_UNDEFINED where too few are left. Counts are 0.
   */
  unet_scores mean, deviation;
  char *json; /* what crossval.json holds */
  /* For the model to use, which is trained on all images: the threshold chosen in the same way on the maps of
   * all folds (or given), and the command line. */
  float final_threshold;
  char *command;
} unet_crossval_result;

/* Deals the images out to folds type by type, each image held out by one of them; trains a model for each
 * fold on the others (unet_train), predicts what the fold holds out at the images' own size, and scores every
 * image once, by the model that has not seen it. The threshold of a fold's images is that of its model where
 * there is `select`, else it is chosen on the maps of all other folds: never on the images that it is used
 * for; that of the fold's model becomes the same. Writes into the folder config.json, fold-K.json (the fold's
 * split), fold-K/ (its run, see unet_train), maps/NAME.EXT_prob.png (16-bit grey, probability x 65535),
 * out_of_fold.csv (image, type, fold, dice, score, verdict), crossval.json. With resume it goes on where it
 * was stopped: folds whose maps are all there are not trained again, one that was interrupted goes on from
 * its checkpoint, and the result is the same as without the interruption. Errors are those of unet_train;
 * other options, folds or images than those that it was started with are UNET_USAGE. A folder in which no
 * epoch was finished is removed. */
UNET_API unet_status unet_crossval(unet_device *device, const unet_crossval_options *options,
                                   const unet_train_callbacks *callbacks, unet_crossval_result *result);
UNET_API void unet_crossval_result_free(unet_crossval_result *result);

#endif
