/* A picture with a mask laid over it: the defect tinted and outlined, the picture still seen. */
#ifndef UNETCL_REPORT_OVERLAY_H
#define UNETCL_REPORT_OVERLAY_H

#include <stdint.h>

#include "base/error.h"
#include "data/image.h"
#include "report/canvas.h"

/* The colours of what was predicted and of what is true, for legends. */
extern const unet_ink unet_predicted_ink, unet_true_ink;

/* *out = an RGB copy of the image (8 bit; the caller frees it) with the masks laid over it. A mask has
 * (height, width) bytes of the image's size, defect where not 0; either may be NULL. The prediction is
 * tinted and outlined; the truth is outlined, and tinted where the prediction misses it. The outline lies
 * just outside the defect, so that it hides nothing of it, and its width follows the image's size. */
unet_status unet_overlay_draw(unet_image *out, const unet_image *image, const uint8_t *prediction,
                              const uint8_t *truth);

#endif
