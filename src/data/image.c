/* Memory of pictures, and turning them. */
#include "data/image.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/image_format.h"

unet_status unet_image_make(unet_image *out, size_t width, size_t height, size_t channels, unsigned depth) {
  unet_image image = {.width = width, .height = height, .channels = channels, .depth = depth};
  size_t count = 0;
  UNET_TRY(unet_multiply_sizes(&count, width, height));
  UNET_TRY(unet_multiply_sizes(&count, count, channels));
  UNET_TRY(unet_alloc_array((void *)&image.samples, count, sizeof *image.samples));
  *out = image;
  return UNET_OK;
}

void unet_image_free(unet_image *image) {
  free(image->samples);
  *image = (unet_image){0};
}

void unet_image_widen(uint16_t *samples, size_t count) {
  /* Backwards: sample i is written at bytes 2i and 2i + 1, behind all that is still to be read. */
  const uint8_t *packed = (const uint8_t *)samples;
  for (size_t i = count; i-- > 0;) samples[i] = (uint16_t)(packed[i] * 257u);
}

/* Where the pixel (y,x) of the upright picture lies in the stored one. */
static size_t source_pixel(const unet_image *stored, unsigned orientation, size_t y, size_t x) {
  size_t w = stored->width, h = stored->height;
  switch (orientation) {
    case 2:
      return y * w + (w - 1 - x);
    case 3:
      return (h - 1 - y) * w + (w - 1 - x);
    case 4:
      return (h - 1 - y) * w + x;
    case 5:
      return x * w + y;
    case 6:
      return (h - 1 - x) * w + y;
    case 7:
      return (h - 1 - x) * w + (w - 1 - y);
    case 8:
      return x * w + (w - 1 - y);
    default:
      return y * w + x;
  }
}

unet_status unet_image_orient(unet_image *image, unsigned orientation) {
  if (orientation < 2 || orientation > 8) return UNET_OK;
  int swapped = orientation >= 5;
  unet_image turned = {0};
  UNET_TRY(unet_image_make(&turned, swapped ? image->height : image->width,
                           swapped ? image->width : image->height, image->channels, image->depth));
  uint16_t *to = turned.samples;
  for (size_t y = 0; y < turned.height; y++) {
    for (size_t x = 0; x < turned.width; x++) {
      const uint16_t *from = image->samples + source_pixel(image, orientation, y, x) * image->channels;
      for (size_t c = 0; c < image->channels; c++) *to++ = from[c];
    }
  }
  turned.turned = true;
  unet_image_free(image);
  *image = turned;
  return UNET_OK;
}

int unet_image_has_known_extension(const char *path) {
  static const char *const known[] = {"png", "jpg", "jpeg", "bmp", "tga", "pnm", "pbm", "pgm", "ppm"};
  const char *extension = unet_path_extension(path);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strcasecmp(extension, known[i]) == 0) return 1;
  }
  return 0;
}
