/* JPEG: walks the file's segments for what stb_image does not look at: whether the file is whole, how
 * large the picture claims to be, and which way up it is. */
#include "data/exif.h"
#include "data/image_format.h"

enum { MARKER_SOI = 0xD8, MARKER_EOI = 0xD9, MARKER_SOS = 0xDA, MARKER_APP1 = 0xE1 };

typedef struct jpeg_facts {
  size_t width, height;
  unsigned orientation;
  int scans;
} jpeg_facts;

static int is_frame_header(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static int stands_alone(unsigned marker) {
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

static void note_segment(jpeg_facts *facts, unsigned marker, const uint8_t *content, size_t size) {
  if (is_frame_header(marker) && size >= 5) {
    facts->height = (size_t)content[1] << 8 | content[2];
    facts->width = (size_t)content[3] << 8 | content[4];
  } else if (marker == MARKER_APP1 && facts->orientation == 1) {
    facts->orientation = unet_exif_orientation(content, size);
  } else if (marker == MARKER_SOS) {
    facts->scans++;
  }
}

static unet_status walk_segments(jpeg_facts *facts, const unet_blob *file) {
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
    note_segment(facts, marker, file->bytes + at + 2, length - 2);
    at += length;
  }
  if (facts->scans == 0) return unet_image_damaged(file->name, "JPEG", "no picture in it");
  return UNET_OK;
}

unet_status unet_jpeg_decode(unet_image *out, const unet_blob *file) {
  jpeg_facts facts = {.orientation = 1};
  UNET_TRY(walk_segments(&facts, file));
  UNET_TRY(unet_image_check_size(facts.width, facts.height, file->name));
  /* A block of 8 x 8 takes at least one bit, with the first component thinned at most 4 x 4. */
  if (facts.width * facts.height / (64 * 16) / 8 > file->size) return unet_image_cut_off(file->name, "JPEG");
  unet_image image = {0};
  UNET_TRY(unet_stb_decode(&image, file, "JPEG"));
  unet_status status = unet_image_orient(&image, facts.orientation);
  if (status != UNET_OK) {
    unet_image_free(&image);
    return status;
  }
  *out = image;
  return UNET_OK;
}
