/* PNM, all six kinds: P1 P4 black and white, P2 P5 grey, P3 P6 colour; the first of each pair as text. */
#include <ctype.h>
#include <stdbool.h>

#include "data/image_format.h"

typedef struct pnm_reader {
  const unet_blob *file;
  size_t at;
} pnm_reader;

/* White space, and comments up to the line's end. */
static void skip_space(pnm_reader *reader) {
  const unet_blob *file = reader->file;
  bool comment = false;
  for (; reader->at < file->size; reader->at++) {
    unsigned char c = file->bytes[reader->at];
    if (c == '#') comment = true;
    if (!comment && !isspace(c)) break;
    if (c == '\n' || c == '\r') comment = false;
  }
}

static unet_status read_number(pnm_reader *reader, size_t *out) {
  const unet_blob *file = reader->file;
  skip_space(reader);
  if (reader->at >= file->size) return unet_image_cut_off(file->name, "PNM");
  if (!isdigit(file->bytes[reader->at])) return unet_image_damaged(file->name, "PNM", "a number is missing");
  size_t value = 0;
  for (; reader->at < file->size && isdigit(file->bytes[reader->at]); reader->at++) {
    value = value * 10 + (size_t)(file->bytes[reader->at] - '0');
    if (value > UINT32_MAX) return unet_image_damaged(file->name, "PNM", "a number is too large");
  }
  *out = value;
  return UNET_OK;
}

/* One white space ends the header before binary pixels. */
static unet_status read_header(pnm_reader *reader, unsigned kind, size_t *width, size_t *height,
                               size_t *top) {
  const unet_blob *file = reader->file;
  UNET_TRY(read_number(reader, width));
  UNET_TRY(read_number(reader, height));
  *top = 1;
  if (kind % 3 != 1) UNET_TRY(read_number(reader, top));
  if (*top == 0 || *top > 65535) return unet_image_damaged(file->name, "PNM", "bad largest value");
  if (reader->at >= file->size) return unet_image_cut_off(file->name, "PNM");
  if (!isspace(file->bytes[reader->at])) return unet_image_damaged(file->name, "PNM", "bad header");
  reader->at++;
  return unet_image_check_size(*width, *height, file->name);
}

static unet_status store(uint16_t *target, size_t value, size_t top, unsigned depth, const char *name) {
  if (top == 0 || value > top) return unet_image_damaged(name, "PNM", "a value above the largest");
  size_t full = depth == 8 ? 255 : 65535; /* rounded to the depth, so that 8-bit masks keep their values */
  size_t scaled = (value * full + top / 2) / top;
  *target = (uint16_t)(depth == 8 ? scaled * 257 : scaled);
  return UNET_OK;
}

static unet_status read_text(pnm_reader *reader, unet_image *image, bool bits, size_t top) {
  const unet_blob *file = reader->file;
  size_t count = image->width * image->height * image->channels;
  for (size_t i = 0; i < count; i++) {
    size_t value = 0;
    if (bits) { /* the digits of P1 need no space between them; 1 is black */
      skip_space(reader);
      if (reader->at >= file->size) return unet_image_cut_off(file->name, "PNM");
      value = (size_t)('1' - file->bytes[reader->at++]);
    } else {
      UNET_TRY(read_number(reader, &value));
    }
    UNET_TRY(store(&image->samples[i], value, top, image->depth, file->name));
  }
  return UNET_OK;
}

static void read_bits(const uint8_t *bytes, unet_image *image) {
  size_t stride = (image->width + 7) / 8;
  for (size_t y = 0; y < image->height; y++) {
    for (size_t x = 0; x < image->width; x++) {
      unsigned black = (unsigned)bytes[y * stride + x / 8] >> (7 - x % 8) & 1u;
      image->samples[y * image->width + x] = black ? 0 : 65535;
    }
  }
}

static unet_status read_binary(const uint8_t *bytes, unet_image *image, size_t top, const char *name) {
  size_t count = image->width * image->height * image->channels;
  for (size_t i = 0; i < count; i++) {
    size_t value = image->depth == 8 ? bytes[i] : (size_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
    UNET_TRY(store(&image->samples[i], value, top, image->depth, name));
  }
  return UNET_OK;
}

/* The fewest bytes that the pixels can take. */
static size_t least_bytes(unsigned kind, size_t width, size_t height, size_t channels, size_t top) {
  if (kind == 4) return (width + 7) / 8 * height;
  size_t samples = width * height * channels;
  return kind <= 3 ? samples : samples * (top > 255 ? 2 : 1);
}

unet_status unet_pnm_decode(unet_image *out, const unet_blob *file) {
  pnm_reader reader = {.file = file, .at = 2};
  unsigned kind = file->bytes[1] - (unsigned)'0';
  size_t width = 0, height = 0, top = 0, channels = kind % 3 == 0 ? 3 : 1;
  UNET_TRY(read_header(&reader, kind, &width, &height, &top));
  if (file->size - reader.at < least_bytes(kind, width, height, channels, top))
    return unet_image_cut_off(file->name, "PNM");
  unet_image image = {0};
  UNET_TRY(unet_image_make(&image, width, height, channels, top > 255 ? 16 : 8));
  unet_status status = UNET_OK;
  if (kind <= 3) status = read_text(&reader, &image, kind == 1, top);
  if (kind == 4) read_bits(file->bytes + reader.at, &image);
  if (kind > 4) status = read_binary(file->bytes + reader.at, &image, top, file->name);
  if (status != UNET_OK) {
    unet_image_free(&image);
    return status;
  }
  *out = image;
  return UNET_OK;
}
