#include "data/jpeg_walk.h"

#include "data/exif.h"

enum {
  MARKER_PROGRESSIVE = 0xC2,
  MARKER_HUFFMAN = 0xC4,
  MARKER_SOI = 0xD8,
  MARKER_EOI = 0xD9,
  MARKER_SCAN = 0xDA,
  MARKER_QUANTIZATION = 0xDB,
  MARKER_APP1 = 0xE1,
  MAX_COMPONENTS = 4
};

typedef struct jpeg_walk {
  unet_jpeg_facts facts;
  bool progressive;
  size_t components;
  uint8_t id[MAX_COMPONENTS], table[MAX_COMPONENTS];
  unsigned scanned;                  /* components with a scan, one bit each */
  unsigned quantization, huffman[2]; /* tables defined so far, one bit each; huffman: DC, AC */
} jpeg_walk;

/* A segment's content. Each reader returns what is wrong, or NULL. */
typedef struct segment {
  const uint8_t *bytes;
  size_t size;
} segment;

static const char *read_frame(jpeg_walk *walk, unsigned marker, segment part) {
  if (marker != 0xC0 && marker != 0xC1 && marker != MARKER_PROGRESSIVE)
    return "neither baseline nor progressive";
  if (walk->components) return "two pictures in one";
  if (part.size < 6) return "bad frame header";
  size_t count = part.bytes[5];
  if (count == 0 || count > MAX_COMPONENTS || part.size != 6 + 3 * count) return "bad frame header";
  walk->progressive = marker == MARKER_PROGRESSIVE;
  walk->components = count;
  walk->facts.height = (size_t)part.bytes[1] << 8 | part.bytes[2];
  walk->facts.width = (size_t)part.bytes[3] << 8 | part.bytes[4];
  for (size_t i = 0; i < count; i++) {
    walk->id[i] = part.bytes[6 + 3 * i];
    walk->table[i] = part.bytes[8 + 3 * i] & 3u;
  }
  return NULL;
}

static const char *read_huffman(jpeg_walk *walk, segment part) {
  enum { HEADER = 17, MAX_CODES = 256 };
  size_t at = 0;
  while (at < part.size) {
    if (part.size - at < HEADER) return "bad Huffman table";
    unsigned kind = part.bytes[at] >> 4, table = part.bytes[at] & 15u;
    size_t codes = 0;
    for (size_t i = 1; i < HEADER; i++) codes += part.bytes[at + i];
    if (kind > 1 || table > 3 || codes > MAX_CODES || part.size - at - HEADER < codes)
      return "bad Huffman table";
    walk->huffman[kind] |= 1u << table;
    at += HEADER + codes;
  }
  return NULL;
}

static const char *read_quantization(jpeg_walk *walk, segment part) {
  size_t at = 0;
  while (at < part.size) {
    size_t length = part.bytes[at] >> 4 ? 129 : 65;
    if (part.size - at < length) return "bad quantization table";
    walk->quantization |= 1u << (part.bytes[at] & 3u);
    at += length;
  }
  return NULL;
}

/* The number of the component with this id, or MAX_COMPONENTS. */
static size_t find_component(const jpeg_walk *walk, uint8_t id) {
  for (size_t i = 0; i < walk->components; i++) {
    if (walk->id[i] == id) return i;
  }
  return MAX_COMPONENTS;
}

static const char *read_scan(jpeg_walk *walk, segment part) {
  size_t count = part.size ? part.bytes[0] : 0;
  if (count == 0 || part.size != 4 + 2 * count) return "bad scan header";
  bool starts_at_dc = part.bytes[1 + 2 * count] == 0, refines = part.bytes[3 + 2 * count] >> 4 != 0;
  bool needs_dc = starts_at_dc && !refines, needs_ac = !walk->progressive || !starts_at_dc;
  for (size_t i = 0; i < count; i++) {
    size_t component = find_component(walk, part.bytes[1 + 2 * i]);
    unsigned dc = part.bytes[2 + 2 * i] >> 4 & 3u, ac = part.bytes[2 + 2 * i] & 3u;
    if (component == MAX_COMPONENTS) return "a scan of an unknown component";
    if (!(walk->quantization >> walk->table[component] & 1u)) return "a quantization table is missing";
    if (needs_dc && !(walk->huffman[0] >> dc & 1u)) return "a Huffman table is missing";
    if (needs_ac && !(walk->huffman[1] >> ac & 1u)) return "a Huffman table is missing";
    if (needs_dc) walk->scanned |= 1u << component;
  }
  return NULL;
}

static const char *read_segment(jpeg_walk *walk, unsigned marker, segment part) {
  if (marker == MARKER_HUFFMAN) return read_huffman(walk, part);
  if (marker == MARKER_QUANTIZATION) return read_quantization(walk, part);
  if (marker == MARKER_SCAN) return read_scan(walk, part);
  if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC8 && marker != 0xCC)
    return read_frame(walk, marker, part);
  if (marker == MARKER_APP1 && walk->facts.orientation == 1)
    walk->facts.orientation = unet_exif_orientation(part.bytes, part.size);
  return NULL;
}

static bool stands_alone(unsigned marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= MARKER_SOI);
}

/* Position of the next marker's code at or after `at`, or the file's size. Bytes of coded pictures are
 * passed over: there 0xFF is followed by 0 or by a restart marker. */
static size_t next_marker(const unet_blob *file, size_t at) {
  for (; at + 1 < file->size; at++) {
    unsigned code = file->bytes[at + 1];
    if (file->bytes[at] == 0xFF && code != 0 && code != 0xFF && !(code >= 0xD0 && code <= 0xD7))
      return at + 1;
  }
  return file->size;
}

unet_status unet_jpeg_walk(unet_jpeg_facts *out, const unet_blob *file) {
  jpeg_walk walk = {.facts = {.orientation = 1}};
  size_t at = 2;
  for (;;) {
    at = next_marker(file, at);
    if (at >= file->size) return unet_image_cut_off(file->name, "JPEG");
    unsigned marker = file->bytes[at++];
    if (marker == MARKER_EOI) break;
    if (stands_alone(marker)) continue;
    if (file->size - at < 2) return unet_image_cut_off(file->name, "JPEG");
    size_t length = (size_t)file->bytes[at] << 8 | file->bytes[at + 1];
    if (length < 2) return unet_image_damaged(file->name, "JPEG", "a segment of bad length");
    if (file->size - at < length) return unet_image_cut_off(file->name, "JPEG");
    const char *wrong = read_segment(&walk, marker, (segment){file->bytes + at + 2, length - 2});
    if (wrong) return unet_image_damaged(file->name, "JPEG", wrong);
    at += length;
  }
  if (walk.components == 0 || walk.scanned + 1 != 1u << walk.components)
    return unet_image_damaged(file->name, "JPEG", "the picture in it is not whole");
  *out = walk.facts;
  return UNET_OK;
}
