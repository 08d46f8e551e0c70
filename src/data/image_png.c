/* Reading PNG with libpng: checksums are held to, a file must be whole to its end mark. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/image_format.h"

typedef struct png_source {
  const unet_blob *file;
  size_t at;
  int ended; /* the decoder asked for more than there is */
  char reason[96];
} png_source;

static void feed(png_structp png, png_bytep target, size_t wanted) {
  png_source *source = png_get_io_ptr(png);
  if (source->file->size - source->at < wanted) {
    source->ended = 1;
    png_error(png, "end of file");
  }
  memcpy(target, source->file->bytes + source->at, wanted);
  source->at += wanted;
}

static void on_error(png_structp png, png_const_charp message) {
  png_source *source = png_get_error_ptr(png);
  strncpy(source->reason, message, sizeof source->reason - 1);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static int is_little_endian(void) {
  const uint16_t one = 1;
  return *(const uint8_t *)&one == 1;
}

/* Asks for 1 or 3 channels of 8 or 16 bit in the machine's byte order, without alpha. */
static void set_transforms(png_structp png, png_infop info) {
  if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_bit_depth(png, info) == 16 && is_little_endian()) png_set_swap(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

/* Deflate shrinks at most 1032 to 1, so a small file cannot hold a large picture. */
static int can_hold(const unet_blob *file, size_t width, size_t height, size_t bits) {
  return (width * bits / 8 + 1) * height / 1032 <= file->size;
}

/* Reads what stands before the pixels and takes the memory. */
static unet_status start(unet_image *image, png_structp png, png_infop info, const unet_blob *file) {
  png_read_info(png, info);
  size_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  UNET_TRY(unet_image_check_size(width, height, file->name));
  size_t bits = (size_t)png_get_channels(png, info) * png_get_bit_depth(png, info);
  if (!can_hold(file, width, height, bits)) return unet_image_cut_off(file->name, "PNG");
  set_transforms(png, info);
  return unet_image_make(image, width, height, png_get_channels(png, info),
                         png_get_bit_depth(png, info) == 16 ? 16 : 8);
}

/* 8-bit pixels go to the front half of the samples and are widened there. */
static void read_pixels(png_structp png, png_infop info, const unet_image *image, uint8_t **rows) {
  size_t stride = png_get_rowbytes(png, info);
  for (size_t y = 0; y < image->height; y++) rows[y] = (uint8_t *)image->samples + y * stride;
  png_read_image(png, rows);
  png_read_end(png, NULL);
  if (image->depth == 8) unet_image_widen(image->samples, image->width * image->height * image->channels);
}

typedef struct png_work {
  png_structp png;
  png_infop info;
  uint8_t **rows;
  unet_image image;
} png_work;

/* All that may jump: what must survive a jump lives in *work, outside this function's frame. */
static unet_status read_all(png_work *work, png_source *source) {
  const unet_blob *file = source->file;
  if (setjmp(png_jmpbuf(work->png))) {
    return source->ended ? unet_image_cut_off(file->name, "PNG")
                         : unet_image_damaged(file->name, "PNG", source->reason);
  }
  png_set_read_fn(work->png, source, feed);
  png_set_user_limits(work->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are told more clearly */
  png_set_crc_action(work->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  UNET_TRY(start(&work->image, work->png, work->info, file));
  UNET_TRY(unet_alloc_array((void *)&work->rows, work->image.height, sizeof *work->rows));
  read_pixels(work->png, work->info, &work->image, work->rows);
  return UNET_OK;
}

unet_status unet_png_decode(unet_image *out, const unet_blob *file) {
  png_source source = {.file = file};
  png_work work = {0};
  work.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
  work.info = work.png ? png_create_info_struct(work.png) : NULL;
  unet_status status = UNET_OK;
  if (work.info) {
    status = read_all(&work, &source);
  } else {
    status = unet_fail(UNET_NO_RESOURCE, "%s: out of memory for the picture; use smaller images", file->name);
  }
  png_destroy_read_struct(&work.png, &work.info, NULL);
  free(work.rows);
  if (status != UNET_OK) {
    unet_image_free(&work.image);
    return status;
  }
  *out = work.image;
  return UNET_OK;
}

bool unet_png_draws_in_alpha(const char *path) {
  enum { GREY_ALPHA = 2 };
  png_image picture = {.version = PNG_IMAGE_VERSION};
  uint8_t *pixels = NULL;
  bool drawn = false;
  if (png_image_begin_read_from_file(&picture, path) && (picture.format & PNG_FORMAT_FLAG_ALPHA)) {
    picture.format = PNG_FORMAT_GA;
    if (unet_alloc_array((void *)&pixels, PNG_IMAGE_SIZE(picture), 1) == UNET_OK &&
        png_image_finish_read(&picture, NULL, pixels, 0, NULL)) {
      for (size_t i = 1; i < PNG_IMAGE_SIZE(picture); i += GREY_ALPHA)
        drawn = drawn || pixels[i] != pixels[1];
    }
  }
  free(pixels);
  png_image_free(&picture);
  return drawn;
}
