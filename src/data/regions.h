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

#endif
