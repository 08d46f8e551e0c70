/* A picture in memory. */
#ifndef UNETCL_DATA_IMAGE_H
#define UNETCL_DATA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Interleaved samples (height, width, channels), channels 1 or 3, always 16 bit: 8-bit values are
 * multiplied by 257, so that value / 65535 is the same as their value / 255. `depth` (8 or 16) says what
 * the file had. `turned`: its EXIF orientation was. Starts zeroed; released with unet_image_free. */
typedef struct unet_image {
  size_t width, height, channels;
  unsigned depth;
  bool turned;
  uint16_t *samples;
} unet_image;

/* Makes an image of zeros; UNET_NO_RESOURCE when memory is out. */
unet_status unet_image_make(unet_image *out, size_t width, size_t height, size_t channels, unsigned depth);
void unet_image_free(unet_image *image);

/* Reads PNG, JPEG (turned upright by its EXIF orientation), BMP, TGA or PNM, by content. Alpha is ignored,
 * palettes are expanded. Truncated, corrupt, empty and foreign files, and pictures of over 2^28 pixels, are
 * UNET_BAD_INPUT, naming file and remedy. */
unet_status unet_image_read(unet_image *out, const char *path);
/* The same from memory; `name` stands for the file in messages. */
unet_status unet_image_decode(unet_image *out, const void *bytes, size_t size, const char *name);

/* Whether the file is a PNG whose alpha channel, which unet_image_read leaves out, has more than one value.
 */
bool unet_png_draws_in_alpha(const char *path);

/* Writes a PNG of 8 or 16 bit by image->depth (8: the samples' upper byte), grey or RGB, through a file
 * beside that is renamed. */
unet_status unet_image_write_png(const unet_image *image, const char *path);

/* The same in memory, and a JPEG of 8 bit (quality 1 to 100); the caller frees *bytes. UNET_NO_RESOURCE when
 * memory is out. */
unet_status unet_image_encode_png(char **bytes, size_t *size, const unet_image *image);
unet_status unet_image_encode_jpeg(char **bytes, size_t *size, const unet_image *image, int quality);

/* What a path must end in to be looked at as an image when a folder is walked (case ignored). */
int unet_image_has_known_extension(const char *path);

#endif
