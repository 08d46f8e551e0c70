/* The geometry of the synthetic part: where its material is and how high its top face lies. Positions are
 * in the part's frame, in shares of its outer radius. Signed distances are negative inside. */
#ifndef UNETCL_DATA_SYNTH_SHAPE_H
#define UNETCL_DATA_SYNTH_SHAPE_H

#include "data/synth_scene.h"

/* Angle of the middle of arm 0; the others follow by quarter turns. */
#define UNET_SYNTH_ARM_ANGLE 0.50f

/* From the middle of a pixel to the part's frame, before a fold moves anything. */
unet_point unet_synth_to_part(const unet_synth_part *part, float pixel_x, float pixel_y);

/* From the seen position on a folded arm to the one on the straight arm; the identity elsewhere. */
unet_point unet_synth_unfold(const unet_synth_fold *fold, unet_point seen);

/* How far beyond the fold's line a position lies; negative on the side that did not move. */
float unet_synth_beyond_fold(const unet_synth_fold *fold, unet_point at);

/* Into the frame of the nearest notch: its axis is x, its wall on the side of positive y. *notch gets its
 * number. A flipped part is mirrored here. */
unet_point unet_synth_to_notch(const unet_synth_part *part, unet_point at, int *notch);

/* Signed distance to the outer edge: a round plate with four notches (the bore is not cut out). */
float unet_synth_outline(const unet_synth_part *part, unet_point at);

/* Height of the surface above the face, given its outline distance. */
float unet_synth_height(const unet_synth_part *part, unet_point at, float outline);

/* Signed distance to a prong, a position in its notch's frame. */
float unet_synth_prong_distance(const unet_synth_prong *prong, unet_point at);

#endif
