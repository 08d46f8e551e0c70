/* The defects that a mask marks, one by one. */
#ifndef UNETCL_DATA_REGIONS_H
#define UNETCL_DATA_REGIONS_H

#include <stdint.h>

#include "base/error.h"
#include "unetcl/predict.h"

/* *out = the 8-connected regions of `defect` (height x width; not 0 is defect) with their probabilities from
 * `map` (probability x 65535), in the order of unet_regions. Those with fewer than min_area pixels do not
 * count: their pixels in `defect` become 0. On failure there are no regions in *out. */
unet_status unet_regions_find(unet_regions *out, uint8_t *defect, const uint16_t *map, size_t height,
                              size_t width, size_t min_area);

/* Whether a value of such a map is defect at the threshold. */
static inline int unet_map_is_defect(uint16_t value, float threshold) {
  return (float)value / 65535.0f > threshold;
}

/* What such a map marks at the threshold: defect (height x width) becomes 0 or 1, *out its regions as
 * above. */
unet_status unet_map_judge(unet_regions *out, uint8_t *defect, const uint16_t *map, size_t height,
                           size_t width, float threshold, size_t min_area);

#endif
