/* Drawing a synthetic scene. */
#ifndef UNETCL_DATA_SYNTH_RENDER_H
#define UNETCL_DATA_SYNTH_RENDER_H

#include "base/error.h"
#include "data/image.h"
#include "data/synth_scene.h"

/* *image = the picture (RGB, 8 bit), *mask = its defect (grey, 8 bit, 0 or full), both scene->size square;
 * a pixel is defect when at least half of it is. The caller frees both. UNET_NO_RESOURCE without memory. */
unet_status unet_synth_render(unet_image *image, unet_image *mask, const unet_synth_scene *scene);

#endif
