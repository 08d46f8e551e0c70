/* The one thing of EXIF that changes how a picture looks. */
#ifndef UNETCL_DATA_EXIF_H
#define UNETCL_DATA_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* The orientation (1 to 8) in a JPEG APP1 segment's content (from "Exif\0\0" on); 1 where it has none or
 * makes no sense. */
unsigned unet_exif_orientation(const uint8_t *segment, size_t size);

#endif
