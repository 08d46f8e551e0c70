/* JPEG: decoded by stb_image once the walk through its segments finds nothing wrong, and turned upright. */
#include "data/image_format.h"
#include "data/jpeg_walk.h"

unet_status unet_jpeg_decode(unet_image *out, const unet_blob *file) {
  unet_jpeg_facts facts = {0};
  UNET_TRY(unet_jpeg_walk(&facts, file));
  UNET_TRY(unet_image_check_size(facts.width, facts.height, file->name));
  /* A block of 8 x 8 takes at least one bit, with the first component thinned at most 4 x 4. */
  const size_t pixels_per_byte = 8192;
  if (facts.width * facts.height / pixels_per_byte > file->size)
    return unet_image_cut_off(file->name, "JPEG");
  unet_image image = {0};
  UNET_TRY(unet_stb_decode(&image, file, "JPEG"));
  unet_status status = unet_image_orient(&image, facts.orientation);
  if (status != UNET_OK) {
    unet_image_free(&image);
    return status;
  }
  *out = image;
  return UNET_OK;
}
