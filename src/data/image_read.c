/* Reading a picture: tells the format by the first bytes and hands over to its decoder. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "data/image.h"
#include "data/image_format.h"

/* A decoded picture of this size takes 1.5 GiB in colour. */
static const size_t max_pixels = (size_t)1 << 28;

unet_status unet_image_check_size(size_t width, size_t height, const char *name) {
  if (width == 0 || height == 0) {
    return unet_fail(UNET_BAD_INPUT, "%s: the picture has no pixels; replace the file", name);
  }
  if (width > max_pixels / height) {
    return unet_fail(UNET_BAD_INPUT, "%s: %zu x %zu pixels are too many (at most %zu in all); scale it down",
                     name, width, height, max_pixels);
  }
  return UNET_OK;
}

unet_status unet_image_cut_off(const char *name, const char *format) {
  return unet_fail(UNET_BAD_INPUT, "%s: the %s file ends too early; copy it again", name, format);
}

unet_status unet_image_damaged(const char *name, const char *format, const char *what) {
  return unet_fail(UNET_BAD_INPUT, "%s: the %s file cannot be read (%s); copy it again or save it as PNG",
                   name, format, what);
}

static bool starts_with(const unet_blob *file, const char *mark, size_t length) {
  return file->size >= length && memcmp(file->bytes, mark, length) == 0;
}

/* The name of a picture format that people do have but that is not read, or NULL. */
static const char *foreign_format(const unet_blob *file) {
  if (starts_with(file, "GIF8", 4)) return "GIF";
  if (starts_with(file, "II*\0", 4) || starts_with(file, "MM\0*", 4)) return "TIFF";
  if (starts_with(file, "8BPS", 4)) return "Photoshop";
  if (starts_with(file, "\0\0\0\x0CjP  ", 8)) return "JPEG 2000";
  if (starts_with(file, "v/1\x01", 4)) return "OpenEXR";
  if (starts_with(file, "P7", 2)) return "PAM";
  if (starts_with(file, "RIFF", 4) && file->size >= 12 && memcmp(file->bytes + 8, "WEBP", 4) == 0) {
    return "WebP";
  }
  if (file->size >= 12 && memcmp(file->bytes + 4, "ftyp", 4) == 0) return "HEIF or AVIF";
  return NULL;
}

static bool is_pnm(const unet_blob *file) {
  return file->size >= 3 && file->bytes[0] == 'P' && file->bytes[1] >= '1' && file->bytes[1] <= '6' &&
         strchr("# \t\r\n\v\f", file->bytes[2]) && file->bytes[2];
}

static unet_status refuse(const unet_blob *file) {
  if (file->size == 0) return unet_fail(UNET_BAD_INPUT, "%s: the file is empty; replace it", file->name);
  const char *foreign = foreign_format(file);
  if (foreign) {
    return unet_fail(UNET_BAD_INPUT, "%s: %s files are not read; convert it to PNG", file->name, foreign);
  }
  return unet_fail(UNET_BAD_INPUT,
                   "%s: not a PNG, JPEG, BMP, TGA or PNM picture; convert it to PNG or replace it",
                   file->name);
}

unet_status unet_image_decode(unet_image *out, const void *bytes, size_t size, const char *name) {
  unet_blob file = {.bytes = bytes, .size = size, .name = name};
  if (starts_with(&file, "\x89PNG", 4)) return unet_png_decode(out, &file);
  if (starts_with(&file, "\xFF\xD8\xFF", 3)) return unet_jpeg_decode(out, &file);
  if (starts_with(&file, "BM", 2)) return unet_bmp_decode(out, &file);
  if (is_pnm(&file)) return unet_pnm_decode(out, &file);
  if (foreign_format(&file)) return refuse(&file);
  bool called_tga = size > 0 && strcasecmp(unet_path_extension(name), "tga") == 0;
  if (called_tga || unet_tga_is_plausible(bytes, size)) return unet_tga_decode(out, &file);
  return refuse(&file);
}

unet_status unet_image_read(unet_image *out, const char *path) {
  char *bytes = NULL;
  size_t size = 0;
  UNET_TRY(unet_read_file(&bytes, &size, path));
  unet_status status = unet_image_decode(out, bytes, size, path);
  free(bytes);
  return status;
}
