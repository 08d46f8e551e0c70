/* BMP: what must hold before stb_image decodes it. stb_image fills up a file that ends too early and
 * reads palette entries that the file does not have. */
#include <stdbool.h>

#include "data/image_format.h"

static size_t read_u16(const uint8_t *b) { return b[0] | (size_t)b[1] << 8; }
static size_t read_u32(const uint8_t *b) { return read_u16(b) | read_u16(b + 2) << 16; }

typedef struct bmp_header {
  size_t offset, header_size, width, height, bits, palette;
} bmp_header;

static unet_status read_header(bmp_header *out, const unet_blob *file) {
  enum { SMALLEST = 26, FILE_HEADER = 14, OLD_HEADER = 12, NEW_HEADER = 40 };
  if (file->size < SMALLEST) return unet_image_cut_off(file->name, "BMP");
  const uint8_t *b = file->bytes;
  bmp_header header = {.offset = read_u32(b + 10), .header_size = read_u32(b + 14)};
  bool old = header.header_size == OLD_HEADER;
  if (!old && header.header_size < NEW_HEADER) return unet_image_damaged(file->name, "BMP", "bad header");
  if (header.offset >= file->size || header.header_size > file->size - FILE_HEADER)
    return unet_image_cut_off(file->name, "BMP");
  header.width = old ? read_u16(b + 18) : read_u32(b + 18);
  header.height = old ? read_u16(b + 20) : read_u32(b + 22);
  if (header.height > INT32_MAX) header.height = (size_t)UINT32_MAX + 1 - header.height; /* top row first */
  header.bits = read_u16(b + (old ? 24 : 28));
  if (header.bits < 16) {
    size_t palette_start = FILE_HEADER + header.header_size;
    if (header.offset < palette_start) return unet_image_damaged(file->name, "BMP", "bad palette");
    header.palette = (header.offset - palette_start) / (old ? 3 : 4);
  }
  *out = header;
  return UNET_OK;
}

/* All palette indices must lie in the palette. */
static bool indices_fit(const bmp_header *header, const unet_blob *file, size_t stride) {
  unsigned bits = (unsigned)header->bits, mask = (1u << bits) - 1;
  if (header->palette > mask) return true;
  for (size_t y = 0; y < header->height; y++) {
    const uint8_t *row = file->bytes + header->offset + y * stride;
    for (size_t x = 0; x < header->width; x++) {
      size_t bit = x * bits;
      unsigned index = (unsigned)row[bit / 8] >> (8 - bits - bit % 8) & mask;
      if (index >= header->palette) return false;
    }
  }
  return true;
}

unet_status unet_bmp_decode(unet_image *out, const unet_blob *file) {
  bmp_header header = {0};
  UNET_TRY(read_header(&header, file));
  UNET_TRY(unet_image_check_size(header.width, header.height, file->name));
  size_t bits = header.bits;
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
    return unet_image_damaged(file->name, "BMP", "unknown number of bits per pixel");
  bool coded = header.header_size >= 40 && read_u32(file->bytes + 30) != 0 && read_u32(file->bytes + 30) != 3;
  if (coded) return unet_image_damaged(file->name, "BMP", "compressed");
  size_t row = (header.width * bits + 7) / 8, stride = (row + 3) / 4 * 4;
  /* Some writers leave out the padding of the last row. */
  if (file->size - header.offset < stride * (header.height - 1) + row)
    return unet_image_cut_off(file->name, "BMP");
  if (bits < 16 && !indices_fit(&header, file, stride))
    return unet_image_damaged(file->name, "BMP", "colours outside the palette");
  return unet_stb_decode(out, file, "BMP");
}
