/* Probability maps of pictures of any size, from overlapping windows at their own scale. */
#ifndef UNETCL_RUN_PREDICTOR_WINDOWS_H
#define UNETCL_RUN_PREDICTOR_WINDOWS_H

#include "run/predictor.h"
#include "unetcl/model.h"

/* *map (height x width of the image, probability x 65535): windows of the architecture's size that overlap by
 * a quarter of their sides at least, `batch` of them at a time, blended with weights that fall towards a
 * window's border; the picture is mirrored where a window reaches beyond it. Beside the image and the map it
 * takes memory for one strip of windows. The windows' order is fixed, so the same picture gives the same
 * bits.
 */
unet_status unet_predict_windows(uint16_t *map, unet_predictor *predictor,
                                 const unet_architecture *architecture, size_t batch,
                                 const unet_image *image);

#endif
