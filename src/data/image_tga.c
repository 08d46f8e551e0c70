/* TGA: what must hold before stb_image decodes it. stb_image fills up a file that ends too early, and
 * ignores the mark of a picture stored from right to left. */
#include "data/image_format.h"

enum { HEADER = 18, FROM_RIGHT = 0x10, RUN_LENGTH_CODED = 8, MIRRORED = 2 };

typedef struct tga_header {
  unsigned has_palette, type, palette_start, palette_bits, bits, flags;
  size_t palette_length, width, height, data; /* data: offset of the pixels */
} tga_header;

static unsigned read_u16(const uint8_t *b) { return b[0] | (unsigned)b[1] << 8; }

static tga_header read_header(const uint8_t *b) {
  tga_header header = {.has_palette = b[1],
                       .type = b[2],
                       .palette_start = read_u16(b + 3),
                       .palette_length = read_u16(b + 5),
                       .palette_bits = b[7],
                       .width = read_u16(b + 12),
                       .height = read_u16(b + 14),
                       .bits = b[16],
                       .flags = b[17]};
  size_t palette_bytes = b[1] == 1 ? header.palette_length * ((header.palette_bits + 7u) / 8) : 0;
  header.data = HEADER + b[0] + palette_bytes;
  return header;
}

/* Kinds of pictures: 1 palette, 2 colour, 3 grey. */
static bool is_sound(const tga_header *header) {
  unsigned kind = header->type & ~(unsigned)RUN_LENGTH_CODED, bits = header->bits;
  bool deep = bits == 15 || bits == 16 || bits == 24 || bits == 32;
  if (header->width == 0 || header->height == 0 || (header->flags & 0xC0) != 0) return false;
  if (kind == 1) {
    unsigned p = header->palette_bits;
    return header->has_palette == 1 && (bits == 8 || bits == 16) && header->palette_length > 0 &&
           header->palette_start == 0 && (p == 8 || p == 15 || p == 16 || p == 24 || p == 32);
  }
  if (header->has_palette != 0) return false;
  return (kind == 2 && deep) || (kind == 3 && (bits == 8 || bits == 16));
}

bool unet_tga_is_plausible(const uint8_t *bytes, size_t size) {
  if (size < HEADER) return false;
  tga_header header = read_header(bytes);
  return is_sound(&header);
}

/* Whether the run-length packets up to the file's end hold all pixels. */
static bool packets_are_whole(const tga_header *header, const unet_blob *file, size_t pixel_bytes) {
  size_t left = header->width * header->height, at = header->data;
  while (left > 0) {
    if (at >= file->size) return false;
    unsigned packet = file->bytes[at];
    size_t pixels = (packet & 127u) + 1;
    at += 1 + (packet & 128u ? pixel_bytes : pixels * pixel_bytes);
    if (at > file->size) return false;
    left -= pixels < left ? pixels : left;
  }
  return true;
}

unet_status unet_tga_decode(unet_image *out, const unet_blob *file) {
  if (file->size < HEADER) return unet_image_cut_off(file->name, "TGA");
  tga_header header = read_header(file->bytes);
  if (!is_sound(&header)) return unet_image_damaged(file->name, "TGA", "no kind of TGA that is known");
  UNET_TRY(unet_image_check_size(header.width, header.height, file->name));
  size_t pixel_bytes = (header.bits + 7u) / 8;
  bool whole = header.type & RUN_LENGTH_CODED
                   ? packets_are_whole(&header, file, pixel_bytes)
                   : file->size >= header.data &&
                         file->size - header.data >= header.width * header.height * pixel_bytes;
  if (!whole) return unet_image_cut_off(file->name, "TGA");
  unet_image image = {0};
  UNET_TRY(unet_stb_decode(&image, file, "TGA"));
  unet_status status = unet_image_orient(&image, header.flags & FROM_RIGHT ? MIRRORED : 1);
  if (status != UNET_OK) {
    unet_image_free(&image);
    return status;
  }
  *out = image;
  return UNET_OK;
}
