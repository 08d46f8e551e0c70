/* Defects on the surface of the synthetic part: each paints over a colour and says how much of the pixel
 * it covers (0 to 1). Positions are in the part's frame. */
#ifndef UNETCL_DATA_SYNTH_DEFECT_H
#define UNETCL_DATA_SYNTH_DEFECT_H

#include "data/synth_scene.h"

/* How much of a pixel lies inside, from the signed distance of its middle in radii. */
float unet_synth_cover(const unet_synth_part *part, float distance);

float unet_synth_paint_stain(unet_color *color, const unet_synth_part *part, const unet_synth_stain *stain,
                             unet_point at);
float unet_synth_paint_scratch(unet_color *color, const unet_synth_part *part,
                               const unet_synth_scratch *scratch, unet_point at);

#endif
