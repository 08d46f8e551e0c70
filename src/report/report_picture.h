/* Pictures as the page holds them: small, and in its text. */
#ifndef UNETCL_REPORT_REPORT_PICTURE_H
#define UNETCL_REPORT_REPORT_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "data/image.h"

/* Data URIs, the caller's to free. Starts zeroed. */
typedef struct unet_report_picture {
  size_t width, height;
  char *image;  /* JPEG */
  char *marked; /* 8-bit grey PNG: the levels at which each pixel is marked are those below */
  char *truth;  /* 8-bit grey PNG, 0 or 255; NULL where it is unknown */
} unet_report_picture;

/* The longer side is `side` at most. A pixel of the smaller `marked` is the highest of those it
 * stands for, so that no region vanishes at any threshold. `truth` may be NULL. */
unet_status unet_report_picture_make(unet_report_picture *out, size_t side, const unet_image *image,
                                     const uint8_t *marked, const uint8_t *truth);
void unet_report_picture_free(unet_report_picture *picture);

#endif
