/* Decoders of single file formats, called by image_read.c after it has looked at the first bytes. Each
 * checks its file strictly: a picture comes out whole or not at all. */
#ifndef UNETCL_DATA_IMAGE_FORMAT_H
#define UNETCL_DATA_IMAGE_FORMAT_H

#include <stdbool.h>

#include "data/image.h"

/* The bytes of a file and how messages call it. */
typedef struct unet_blob {
  const uint8_t *bytes;
  size_t size;
  const char *name;
} unet_blob;

unet_status unet_png_decode(unet_image *out, const unet_blob *file);
unet_status unet_jpeg_decode(unet_image *out, const unet_blob *file);
unet_status unet_bmp_decode(unet_image *out, const unet_blob *file);
unet_status unet_tga_decode(unet_image *out, const unet_blob *file);
unet_status unet_pnm_decode(unet_image *out, const unet_blob *file);

/* TGA files carry no mark, so this asks whether the header makes sense. */
bool unet_tga_is_plausible(const uint8_t *bytes, size_t size);

/* Runs stb_image over a JPEG, BMP or TGA that has passed our own checks; `format` names it in messages. */
unet_status unet_stb_decode(unet_image *out, const unet_blob *file, const char *format);

/* Refuses pictures without pixels and pictures of absurd size, before memory is taken for them. */
unet_status unet_image_check_size(size_t width, size_t height, const char *name);

/* UNET_BAD_INPUT for a file that ends too early. */
unet_status unet_image_cut_off(const char *name, const char *format);
/* UNET_BAD_INPUT for contents that make no sense; `what` says which. */
unet_status unet_image_damaged(const char *name, const char *format, const char *what);

/* Widens `count` 8-bit samples, packed at the start of the array, to 16 bit in place. */
void unet_image_widen(uint16_t *samples, size_t count);

/* Turns the picture upright: orientation 1 to 8 as EXIF numbers them. */
unet_status unet_image_orient(unet_image *image, unsigned orientation);

#endif
