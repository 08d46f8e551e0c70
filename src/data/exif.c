#include "data/exif.h"

#include <stdbool.h>
#include <string.h>

/* A TIFF structure in memory; reads outside give 0. */
typedef struct tiff {
  const uint8_t *bytes;
  size_t size;
  bool little;
} tiff;

static unsigned read_u16(const tiff *file, size_t at) {
  if (at > file->size || file->size - at < 2) return 0;
  const uint8_t *b = file->bytes + at;
  return file->little ? b[0] | (unsigned)b[1] << 8 : b[1] | (unsigned)b[0] << 8;
}

static uint32_t read_u32(const tiff *file, size_t at) {
  uint32_t first = read_u16(file, at), second = read_u16(file, at + 2);
  return file->little ? first | second << 16 : second | first << 16;
}

unsigned unet_exif_orientation(const uint8_t *segment, size_t size) {
  enum { HEADER = 6, ENTRY = 12, TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };
  if (size < HEADER + 8 || memcmp(segment, "Exif\0\0", HEADER) != 0) return 1;
  tiff file = {.bytes = segment + HEADER, .size = size - HEADER, .little = segment[HEADER] == 'I'};
  if (read_u16(&file, 2) != 42) return 1;
  size_t directory = read_u32(&file, 4);
  unsigned entries = read_u16(&file, directory);
  for (unsigned i = 0; i < entries; i++) {
    size_t at = directory + 2 + (size_t)ENTRY * i;
    if (read_u16(&file, at) != TAG_ORIENTATION) continue;
    unsigned value = read_u16(&file, at + 8);
    bool sound = read_u16(&file, at + 2) == TYPE_SHORT && value >= 1 && value <= 8;
    return sound ? value : 1;
  }
  return 1;
}
