/* The threshold, chosen from maps whose masks are known. */
#ifndef UNETCL_METRICS_THRESHOLD_H
#define UNETCL_METRICS_THRESHOLD_H

#include "metrics/histogram.h"
#include "metrics/metrics.h"

/* What is wanted of it; both 0: the highest Dice. At most one is set. */
typedef struct unet_threshold_wish {
  double recall;       /* share of the defect pixels to find, at least */
  double false_alarms; /* share of the good pixels to mark, at most */
} unet_threshold_wish;

/* The pixels of a histogram at a threshold, with regions of any size. */
unet_pixel_counts unet_histogram_above(const unet_histogram *histogram, float threshold);

/* Chooses among v / 65535 for all values v of a map, so that unet_map_is_defect marks the values above v:
 *   highest Dice (the same as the best F1), pooled over all pixels; of equal ones that nearest to 0.5;
 *   recall: the highest threshold that still finds so much (0 where none does);
 *   false_alarms: the lowest threshold that marks so little.
 * Without the pixels that the wish speaks of, 0.5. */
float unet_threshold_from(const unet_histogram *histogram, const unet_threshold_wish *wish);

#endif
