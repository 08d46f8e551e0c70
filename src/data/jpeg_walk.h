/* What the segments of a JPEG file say, checked. */
#ifndef UNETCL_DATA_JPEG_WALK_H
#define UNETCL_DATA_JPEG_WALK_H

#include "data/image_format.h"

typedef struct unet_jpeg_facts {
  size_t width, height;
  unsigned orientation; /* of EXIF, 1 to 8 */
} unet_jpeg_facts;

/* Walks the file from segment to segment up to its end mark. Makes sure of what stb_image takes on trust:
 * the file is whole, Huffman tables fit their memory, each scan's tables have been defined, and each
 * component is there. */
unet_status unet_jpeg_walk(unet_jpeg_facts *out, const unet_blob *file);

#endif
