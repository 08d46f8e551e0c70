/* Writing PNG with libpng. */
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "data/image.h"

/* Of zlib's 9: a third of the time of its usual 6, for 5 % larger files (maps and overlays of 256x256). */
enum { COMPRESSION = 2 };

typedef struct png_writer {
  png_structp png;
  png_infop info;
  uint8_t *row;
  FILE *stream;
  char reason[96];
} png_writer;

static void on_error(png_structp png, png_const_charp message) {
  png_writer *writer = png_get_error_ptr(png);
  const char *reason = ferror(writer->stream) && errno ? strerror(errno) : message;
  strncpy(writer->reason, reason, sizeof writer->reason - 1);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

/* PNG stores the upper byte first. */
static void pack_row(uint8_t *row, const uint16_t *samples, size_t count, unsigned depth) {
  for (size_t i = 0; i < count; i++) {
    *row++ = (uint8_t)(samples[i] >> 8);
    if (depth == 16) *row++ = (uint8_t)samples[i];
  }
}

/* All that may jump; see image_png.c. */
static int write_all(png_writer *writer, const unet_image *image, FILE *stream) {
  if (setjmp(png_jmpbuf(writer->png))) return 0;
  png_init_io(writer->png, stream);
  png_set_IHDR(writer->png, writer->info, (png_uint_32)image->width, (png_uint_32)image->height,
               image->depth == 16 ? 16 : 8, image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(writer->png, COMPRESSION);
  png_write_info(writer->png, writer->info);
  size_t count = image->width * image->channels;
  for (size_t y = 0; y < image->height; y++) {
    pack_row(writer->row, image->samples + y * count, count, image->depth);
    png_write_row(writer->png, writer->row);
  }
  png_write_end(writer->png, NULL);
  return 1;
}

/* `name` stands for the file in messages. Errors that the stream holds back are the caller's to find. */
static unet_status write_png(const unet_image *image, FILE *stream, const char *name) {
  png_writer writer = {.stream = stream};
  UNET_TRY(unet_alloc_array((void *)&writer.row, image->width * image->channels, 2));
  unet_status status = UNET_OK;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, on_error, on_warning);
  writer.info = writer.png ? png_create_info_struct(writer.png) : NULL;
  if (!writer.info) {
    status = unet_fail(UNET_NO_RESOURCE, "%s: out of memory for writing the picture", name);
  } else if (!write_all(&writer, image, stream)) {
    status = unet_fail(UNET_NO_RESOURCE, "%s: cannot be written (%s); free space or choose another place",
                       name, writer.reason);
  }
  png_destroy_write_struct(&writer.png, &writer.info);
  free(writer.row);
  return status;
}

unet_status unet_image_write_png(const unet_image *image, const char *path) {
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_atomic_open(&file, path));
  unet_status status = write_png(image, unet_atomic_stream(file), path);
  if (status == UNET_OK) return unet_atomic_commit(file);
  unet_atomic_abandon(file);
  return status;
}

unet_status unet_image_encode_png(char **bytes, size_t *size, const unet_image *image) {
  char *made = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&made, &length);
  unet_status status = UNET_OK;
  if (stream) status = write_png(image, stream, "a picture in memory");
  const int failed = !stream || ferror(stream);
  if ((!stream || fclose(stream) != 0 || failed) && status == UNET_OK)
    status = unet_fail(UNET_NO_RESOURCE, "out of memory for a picture; use smaller images");
  if (status != UNET_OK) {
    free(made);
    return status;
  }
  *bytes = made;
  *size = length;
  return UNET_OK;
}
