/* The looks of the synthetic part's surfaces under its light. */
#ifndef UNETCL_DATA_SYNTH_SURFACE_H
#define UNETCL_DATA_SYNTH_SURFACE_H

#include "data/synth_scene.h"

/* base + (over - base) x share. */
unet_color unet_color_mix(unet_color base, unet_color over, float share);

/* What lies around the part; position in pixels. */
unet_color unet_synth_ground(const unet_synth_part *part, float pixel_x, float pixel_y);

/* The part's face and the inside of its bore. `slope` is the gradient of the height in the picture's
 * plane (rise over run). */
unet_color unet_synth_metal(const unet_synth_part *part, unet_point at, unet_point slope);

/* Torn metal of a prong, a position in the part's frame. */
unet_color unet_synth_torn_metal(const unet_synth_part *part, unet_point at, float brightness);

#endif
