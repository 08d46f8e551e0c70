/* Scores of many maps, image by image: the maps themselves need not be kept. */
#ifndef UNETCL_METRICS_SCORING_H
#define UNETCL_METRICS_SCORING_H

#include "metrics/curves.h"
#include "metrics/histogram.h"
#include "unetcl/evaluate.h"

/* 1.5 MB for each type, and a line for each image. */
typedef struct unet_scoring unet_scoring;

unet_status unet_scoring_create(unet_scoring **out);
void unet_scoring_destroy(unet_scoring *scoring);

/* What is added; needs to live only during the call. Each image may have a threshold of its own, as out of
 * fold: the mask and the verdict follow from it and min_area, as unet_map_judge says. Curves and the figures
 * made of them see the map alone. */
typedef struct unet_scored_image {
  const char *name, *type;
  const uint16_t *map;  /* (height, width), probability x 65535 */
  const uint8_t *truth; /* (height, width), not 0 is defect */
  size_t height, width;
  float threshold;
  size_t min_area;
  bool known; /* see unet_image_scores */
} unet_scored_image;

/* *image_score = see unet_image_score, unless it is NULL. */
unet_status unet_scoring_add(unet_scoring *scoring, const unet_scored_image *image, double *image_score);

/* Fills everything; `threshold` is only named in the result. Types stand in the order in which they came
 * first. */
unet_status unet_scoring_finish(unet_evaluation *out, const unet_scoring *scoring, float threshold);

/* *out = the pixels of a type, or of all (NULL; of a type that never came: none); released with free. */
unet_status unet_scoring_histogram(unet_histogram **out, const unet_scoring *scoring, const char *type);

#endif
