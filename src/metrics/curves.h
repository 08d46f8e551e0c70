/* Figures that need no threshold, from all thresholds at once. Definitions: docs/metrics.md. */
#ifndef UNETCL_METRICS_CURVES_H
#define UNETCL_METRICS_CURVES_H

#include "metrics/histogram.h"
#include "unetcl/evaluate.h"

/* Each is UNET_UNDEFINED where it does not exist, as said beside it. */

/* Area under the pixels' ROC: the share of pairs of a defect pixel and a good one in which the defect has the
 * higher value; a tie is half a pair (Hanley and McNeil 1982). Without defect or without good pixels there is
 * none. */
double unet_pixel_auroc(const unet_histogram *histogram);

/* Sum of (R_n - R_(n-1)) P_n over the values that occur, from the highest: no interpolation. Without defect
 * pixels there is none. */
double unet_average_precision(const unet_histogram *histogram);

/* Area under the mean overlap of regions (PRO) over the false-positive rate up to 0.3, divided by 0.3
 * (Bergmann et al. 2021). Without defect or without good pixels there is none. */
double unet_aupro(const unet_histogram *histogram);

/* Ten bins of equal width by the predicted probability; the 65535 falls into the last one. */
void unet_calibrate(unet_calibration_bin bins[UNET_CALIBRATION_BINS], const unet_histogram *histogram);
/* Mean of |mean predicted - observed| over all pixels (Naeini et al. 2015). Without pixels there is none. */
double unet_calibration_error(const unet_calibration_bin bins[UNET_CALIBRATION_BINS]);

typedef enum unet_curve_kind {
  UNET_CURVE_PRECISION_RECALL, /* x recall, y precision */
  UNET_CURVE_ROC,              /* x false-positive rate, y recall */
  UNET_CURVE_PRO               /* x false-positive rate, y mean overlap of regions */
} unet_curve_kind;

enum { UNET_CURVE_POINTS = 200 };

/* Points in the order of falling thresholds, at equal distances along the curve; first and last are always
 * there. At a point is marked what exceeds its threshold; at the last one everything, whatever stands
 * there. */
typedef struct unet_curve {
  size_t count; /* 0: the curve does not exist */
  double x[UNET_CURVE_POINTS], y[UNET_CURVE_POINTS], threshold[UNET_CURVE_POINTS];
} unet_curve;
void unet_curve_make(unet_curve *out, unet_curve_kind kind, const unet_histogram *histogram);

#endif
