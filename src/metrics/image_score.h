/* One number for an image, and how well it tells images with a defect from others. */
#ifndef UNETCL_METRICS_IMAGE_SCORE_H
#define UNETCL_METRICS_IMAGE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Side of the square that the map is smoothed with, in pixels of the image (as in DRAEM, Zavrtanik et al.
 * 2021). */
enum { UNET_SCORE_WINDOW = 21 };

/* *score = the highest mean of the map (height x width, probability x 65535) over a square of
 * UNET_SCORE_WINDOW pixels that lies wholly in the image (of a smaller image: over all its rows or columns),
 * as a probability. Exact: sums of whole numbers, divided once. */
unet_status unet_image_score(double *score, const uint16_t *map, size_t height, size_t width);

typedef struct unet_labelled_score {
  double score;
  bool defect;
} unet_labelled_score;

/* Area under the ROC of scores: the share of pairs of an image with a defect and one without in which the
 * former scores higher, a tie being half a pair. Sorts the scores. UNET_UNDEFINED without one of the kinds.
 */
double unet_image_auroc(unet_labelled_score *scores, size_t count);

#endif
