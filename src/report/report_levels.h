/* The thresholds that the report's slider has, and what each of them marks: enough to know every count of
 * pixels without the maps. */
#ifndef UNETCL_REPORT_REPORT_LEVELS_H
#define UNETCL_REPORT_REPORT_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { UNET_REPORT_LEVELS = 256 };

/* Level k's threshold is k / 255; only the one nearest to the model's threshold is that one itself, so that
 * the page agrees with the other figures to the pixel. */
typedef struct unet_levels {
  double thresholds[UNET_REPORT_LEVELS];
  size_t chosen;         /* the level of the model's threshold */
  uint8_t passed[65536]; /* of a value of a map: it exceeds the levels below this one */
} unet_levels;

void unet_levels_make(unet_levels *levels, float threshold);

/* marked (height x width) = at which levels each pixel of the map is marked: at those below. It is where its
 * value exceeds the threshold, in a region of min_area pixels at least (8-connected, see
 * unet_predictor_judge). */
unet_status unet_levels_mark(uint8_t *marked, const unet_levels *levels, const uint16_t *map, size_t height,
                             size_t width, size_t min_area);

/* How many pixels are marked at the levels below each one and no other: at level k are marked those of k + 1
 * and above. */
typedef struct unet_level_counts {
  uint64_t defect[UNET_REPORT_LEVELS], good[UNET_REPORT_LEVELS]; /* by the mask; all good without one */
} unet_level_counts;

/* `truth` (defect where not 0) may be NULL. */
void unet_level_counts_of(unet_level_counts *out, const uint8_t *marked, const uint8_t *truth, size_t pixels);

#endif
