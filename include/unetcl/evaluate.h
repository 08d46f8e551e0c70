/* Measuring a model on labelled pictures. */
#ifndef UNETCL_EVALUATE_H
#define UNETCL_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>

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
  const unet_model *split_of; /* the model whose split it is; NULL: the one that is evaluated */
  const char *out;            /* folder for report.html, comparison.png and overlay.png; NULL: none */
  unet_problem_fn on_problem; /* each problem of the data set; may be NULL */
  bool (*stop)(void *user);   /* asked after each image; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
  void (*on_note)(void *user,
                  const char *line); /* images of the split that are not needed and gone; may be NULL */
} unet_evaluate_options;

/* A figure that does not exist, such as the area under a curve where there is no defect; never NaN. */
#define UNET_UNDEFINED (-1.0)

/* Over the pixels of all images, at their own sizes; definitions in docs/metrics.md. Where there is nothing
 * to find, or nothing was predicted, those of the first line are 1; those of the second are UNET_UNDEFINED
 * where one of the two kinds of pixels (image_auroc: of images) is missing. */
typedef struct unet_scores {
  double dice, dice_mean, iou, precision, recall; /* at the threshold; dice_mean over images with a defect */
  double average_precision, pixel_auroc, image_auroc, aupro, calibration_error; /* of the map itself */
  size_t images, defect_images; /* all, and those whose mask has a pixel */
  size_t missed, false_alarms;  /* images with a defect judged OK, images without judged NG */
} unet_scores;

/* The scores of one defect type, or of the good images ("good"): over the images of that type alone, but for
 * image_auroc, which holds them against all images without a defect. */
typedef struct unet_type_scores {
  char *type; /* owned */
  unet_scores scores;
} unet_type_scores;

typedef struct unet_image_scores {
  char *name, *type;             /* owned; as the data set has them */
  unsigned long long tp, fp, fn; /* pixels marked rightly, marked wrongly, missed */
  double dice;                   /* 1 where neither mask has a pixel */
  double score;                  /* highest mean of the map over 21x21 pixels */
  bool defect;                   /* the mask has a pixel */
  bool marked;                   /* the verdict is NG: a region is left, as predict says it */
  bool known;                    /* the model's split names it among those it was trained or chosen on */
} unet_image_scores;

enum { UNET_CALIBRATION_BINS = 10 };

/* Pixels whose probability lies in [k/10, (k+1)/10), the last bin with its end; UNET_UNDEFINED without any.
 */
typedef struct unet_calibration_bin {
  double predicted; /* mean probability */
  double observed;  /* share of defect pixels */
  unsigned long long count;
} unet_calibration_bin;

typedef struct unet_evaluation {
  unet_scores all;
  unet_calibration_bin calibration[UNET_CALIBRATION_BINS];
  float threshold;
  unet_type_scores *types; /* in the order of the data set */
  size_t n_types;
  unet_image_scores *images; /* in the order of the split */
  size_t n_images;
} unet_evaluation;

/* Predicts every image of the split as unet_predict_files does (the same 16-bit map, mask and verdict, from
 * the model's threshold and min_area) and compares with its mask. UNET_BAD_INPUT: problems of the data set, a
 * model without a split, or images of the part to be measured that this data set does not hold. Where
 * options->data.mask_threshold is -1, masks of val and train are read with the one that the model was trained
 * with. Release with unet_evaluation_free. */
UNET_API unet_status unet_evaluate(unet_evaluation *out, unet_device *device, const unet_model *model,
                                   const unet_evaluate_options *options);
UNET_API void unet_evaluation_free(unet_evaluation *evaluation);

/* *text = the evaluation as `evaluate --json` prints it (docs/formats.md), with that of another model as
 * `other` unless it is NULL; the caller frees it. */
UNET_API unet_status unet_evaluation_json(char **text, const unet_evaluation *evaluation,
                                          const unet_evaluation *other);

#endif
