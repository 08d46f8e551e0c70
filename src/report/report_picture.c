#include "report/report_picture.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "data/resize.h"

enum { JPEG_QUALITY = 85 };

/* A length of a picture whose longer side becomes `side` at most. */
static size_t shrunk(size_t length, size_t longer, size_t side) {
  if (longer <= side) return length;
  const size_t small = (length * side + longer / 2) / longer;
  return small ? small : 1;
}

static unet_status png_uri(char **uri, const unet_image *image) {
  char *bytes = NULL;
  size_t size = 0;
  UNET_TRY(unet_image_encode_png(&bytes, &size, image));
  unet_status status = unet_base64_encode(uri, "data:image/png;base64,", bytes, size);
  free(bytes);
  return status;
}

static unet_status jpeg_uri(char **uri, const unet_image *image) {
  char *bytes = NULL;
  size_t size = 0;
  UNET_TRY(unet_image_encode_jpeg(&bytes, &size, image, JPEG_QUALITY));
  unet_status status = unet_base64_encode(uri, "data:image/jpeg;base64,", bytes, size);
  free(bytes);
  return status;
}

static unet_status add_image(unet_report_picture *out, const unet_image *image) {
  const size_t pixels = out->width * out->height, channels = image->channels;
  uint16_t *planes = NULL;
  unet_image small = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_make(&small, out->width, out->height, channels, 8));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&planes, pixels * channels, sizeof *planes));
  UNET_TRY_GOTO(done, unet_image_to_planes(planes, channels, out->height, out->width, image));
  for (size_t i = 0; i < pixels; i++) {
    for (size_t c = 0; c < channels; c++) small.samples[i * channels + c] = planes[c * pixels + i];
  }
  UNET_TRY_GOTO(done, jpeg_uri(&out->image, &small));
done:
  free(planes);
  unet_image_free(&small);
  return status;
}

static unet_status add_marked(unet_report_picture *out, const uint8_t *marked, size_t height, size_t width) {
  unet_image small = {0};
  UNET_TRY(unet_image_make(&small, out->width, out->height, 1, 8));
  for (size_t y = 0; y < height; y++) {
    uint16_t *row = small.samples + y * out->height / height * out->width;
    for (size_t x = 0; x < width; x++) {
      const uint16_t value = (uint16_t)(marked[y * width + x] * 257);
      uint16_t *pixel = &row[x * out->width / width];
      if (value > *pixel) *pixel = value;
    }
  }
  unet_status status = png_uri(&out->marked, &small);
  unet_image_free(&small);
  return status;
}

static unet_status add_truth(unet_report_picture *out, const uint8_t *truth, size_t height, size_t width) {
  const size_t pixels = out->width * out->height;
  unet_image small = {0};
  uint8_t *mask = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_make(&small, out->width, out->height, 1, 8));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&mask, pixels, 1));
  UNET_TRY_GOTO(done, unet_resize_mask(mask, out->height, out->width, truth, height, width));
  for (size_t i = 0; i < pixels; i++) small.samples[i] = mask[i] ? 65535 : 0;
  UNET_TRY_GOTO(done, png_uri(&out->truth, &small));
done:
  free(mask);
  unet_image_free(&small);
  return status;
}

unet_status unet_report_picture_make(unet_report_picture *out, size_t side, const unet_image *image,
                                     const uint8_t *marked, const uint8_t *truth) {
  const size_t height = image->height, width = image->width, longer = height > width ? height : width;
  unet_report_picture made = {.width = shrunk(width, longer, side), .height = shrunk(height, longer, side)};
  unet_status status = add_image(&made, image);
  if (status == UNET_OK) status = add_marked(&made, marked, height, width);
  if (status == UNET_OK && truth) status = add_truth(&made, truth, height, width);
  if (status != UNET_OK) {
    unet_report_picture_free(&made);
    return status;
  }
  *out = made;
  return UNET_OK;
}

void unet_report_picture_free(unet_report_picture *picture) {
  free(picture->image);
  free(picture->marked);
  free(picture->truth);
  *picture = (unet_report_picture){0};
}
