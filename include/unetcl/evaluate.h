/* Measuring a model on labelled pictures. */
#ifndef UNETCL_EVALUATE_H
#define UNETCL_EVALUATE_H

#include "unetcl/dataset.h"
#include "unetcl/device.h"
#include "unetcl/model.h"

typedef enum unet_evaluate_split {
  UNET_EVALUATE_VAL,   /* what was held out when the model was trained */
  UNET_EVALUATE_TRAIN, /* what it was trained on */
  UNET_EVALUATE_ALL    /* every image of the data set */
} unet_evaluate_split;

typedef struct unet_evaluate_options {
  unet_dataset_options data;
  unet_evaluate_split split;
  bool tta;                   /* see unet_predictor_set_tta */
  const char *out;            /* folder for comparison.png and overlay.png; NULL: no figures */
  unet_problem_fn on_problem; /* each problem of the data set; may be NULL */
  bool (*stop)(void *user);   /* asked after each image; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
} unet_evaluate_options;

/* Over the pixels of all images, at their own sizes; dice_mean: the mean over images with a defect. None is
 * ever NaN: where there is nothing to find, or nothing was predicted, the figure that speaks of it is 1. */
typedef struct unet_scores {
  double dice, dice_mean, iou, precision, recall;
  size_t images;
} unet_scores;

/* The scores of one defect type, or of the good images ("good"). */
typedef struct unet_type_scores {
  char *type; /* owned */
  unet_scores scores;
} unet_type_scores;

typedef struct unet_evaluation {
  unet_scores all;
  float threshold;
  unet_type_scores *types; /* in the order of the data set */
  size_t n_types;
} unet_evaluation;

/* Predicts every image of the split as unet_predict_files does (the same 16-bit map, mask = probability >
 * threshold) and compares with its mask. UNET_BAD_INPUT: problems of the data set, a model without a split or
 * with one that this data set does not hold. Release with unet_evaluation_free. */
UNET_API unet_status unet_evaluate(unet_evaluation *out, unet_device *device, const unet_model *model,
                                   const unet_evaluate_options *options);
UNET_API void unet_evaluation_free(unet_evaluation *evaluation);

#endif
