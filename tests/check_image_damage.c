/* Damaged, foreign and hostile picture files: refused with the file's name, never a crash. */
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "base/rng.h"
#include "check_main.h"
#include "data/image.h"
#include "picture_bytes.h"

typedef struct sample_file {
  const char *name;
  uint8_t bytes[PICTURE_BYTES];
  size_t size;
} sample_file;

enum { SAMPLES = 11 };

static size_t make_png(uint8_t bytes[PICTURE_BYTES]) {
  char folder[256];
  char *path = NULL, *content = NULL;
  size_t size = 0;
  unet_image image = {0};
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "a.png"));
  ck_unet_ok(unet_image_make(&image, 9, 6, 3, 8));
  for (size_t i = 0; i < image.width * image.height * 3; i++)
    image.samples[i] = (uint16_t)(i * 37 % 256 * 257);
  ck_unet_ok(unet_image_write_png(&image, path));
  ck_unet_ok(unet_read_file(&content, &size, path));
  ck_assert_uint_le(size, PICTURE_BYTES);
  memcpy(bytes, content, size);
  unet_image_free(&image);
  free(content);
  free(path);
  unet_remove_folder(folder);
  return size;
}

static size_t copy_bytes(uint8_t *target, const uint8_t *bytes, size_t size) {
  memcpy(target, bytes, size);
  return size;
}

static sample_file *make_samples(void) {
  sample_file *files = calloc(SAMPLES, sizeof *files), *next = files;
  ck_assert_ptr_nonnull(files);
  next->name = "a.png";
  next->size = make_png(next->bytes);
  (++next)->name = "grey.jpg";
  next->size = copy_bytes(next->bytes, jpeg_grey, jpeg_grey_size);
  (++next)->name = "progressive.jpg";
  next->size = copy_bytes(next->bytes, jpeg_progressive, jpeg_progressive_size);
  (++next)->name = "exif.jpg";
  next->size = make_exif_jpeg(next->bytes, 6, 0);
  (++next)->name = "palette.bmp";
  next->size = make_bmp(next->bytes, 8);
  (++next)->name = "colour.bmp";
  next->size = make_bmp(next->bytes, 24);
  (++next)->name = "plain.tga";
  next->size = make_tga(next->bytes, 24, 0, 0);
  (++next)->name = "packed.tga";
  next->size = make_tga(next->bytes, 32, 1, TGA_FROM_RIGHT);
  (++next)->name = "grey.pgm";
  next->size = make_pnm(next->bytes, 5, 65535);
  (++next)->name = "colour.ppm";
  next->size = make_pnm(next->bytes, 6, 255);
  (++next)->name = "text.ppm";
  next->size = make_pnm(next->bytes, 3, 255);
  return files;
}

/* Decodes from memory of exactly this size, so that a sanitizer sees reads past the end. */
static unet_status decode_exactly(const sample_file *file, size_t size) {
  unet_image image = {0};
  uint8_t *bytes = malloc(size ? size : 1);
  ck_assert_ptr_nonnull(bytes);
  memcpy(bytes, file->bytes, size);
  unet_status status = unet_image_decode(&image, bytes, size, file->name);
  free(bytes);
  if (status == UNET_OK) {
    ck_assert_uint_gt(image.width * image.height * image.channels, 0);
  } else {
    ck_assert_ptr_null(image.samples);
    ck_assert_msg(strstr(unet_last_error(), file->name) != NULL, "no name in: %s", unet_last_error());
  }
  unet_image_free(&image);
  return status;
}

START_TEST(every_truncation_is_refused) {
  sample_file *files = make_samples();
  for (size_t i = 0; i < SAMPLES; i++) {
    const sample_file *file = &files[i];
    /* A text can end in the middle of its last number and look whole. */
    size_t whole = strcmp(file->name, "text.ppm") == 0 ? file->size - 5 : file->size;
    ck_unet_ok(decode_exactly(file, file->size));
    for (size_t size = 0; size < whole; size++) {
      ck_assert_msg(decode_exactly(file, size) == UNET_BAD_INPUT, "%s: %zu of %zu bytes were taken",
                    file->name, size, file->size);
    }
  }
  free(files);
}
END_TEST

/* Formats without checksums cannot tell every flip; what matters is a clean end. PNG must tell all. */
START_TEST(every_bit_flip_ends_cleanly) {
  sample_file *files = make_samples();
  for (size_t i = 0; i < SAMPLES; i++) {
    sample_file *file = &files[i];
    size_t refused = 0;
    for (size_t bit = 0; bit < file->size * 8; bit++) {
      file->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
      unet_status status = decode_exactly(file, file->size);
      file->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
      ck_assert_msg(status == UNET_OK || status == UNET_BAD_INPUT, "%s: bit %zu: status %d", file->name, bit,
                    status);
      ck_assert_msg(i > 0 || status == UNET_BAD_INPUT, "PNG: flipped bit %zu was not seen", bit);
      refused += status == UNET_BAD_INPUT;
    }
    ck_assert_msg(refused > 0, "%s: no flip was refused", file->name);
  }
  free(files);
}
END_TEST

/* Several bytes at once, which also reaches past checks that one wrong bit trips. */
START_TEST(random_damage_ends_cleanly) {
  sample_file *files = make_samples();
  unet_rng rng;
  unet_rng_start(&rng, 1, UNET_STREAM_SHUFFLE, 0);
  for (size_t round = 0; round < (size_t)2000 * SAMPLES; round++) {
    sample_file file = files[round % SAMPLES];
    size_t changes = 1 + unet_rng_below(&rng, 8);
    for (size_t i = 0; i < changes; i++)
      file.bytes[unet_rng_below(&rng, (uint32_t)file.size)] = (uint8_t)unet_rng_below(&rng, 256);
    unet_status status = decode_exactly(&file, file.size);
    ck_assert_msg(status == UNET_OK || status == UNET_BAD_INPUT, "%s: round %zu: status %d", file.name, round,
                  status);
  }
  free(files);
}
END_TEST

static uint32_t png_checksum(const uint8_t *bytes, size_t size) {
  uint32_t sum = 0xFFFFFFFFu;
  for (size_t i = 0; i < size; i++) {
    sum ^= bytes[i];
    for (int k = 0; k < 8; k++) sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320u : 0);
  }
  return ~sum;
}

static void put_big_endian(uint8_t *at, size_t value) {
  for (int i = 3; i >= 0; i--, value >>= 8) at[i] = (uint8_t)value;
}

static void set_png_size(sample_file *png, size_t width, size_t height) {
  put_big_endian(png->bytes + 16, width);
  put_big_endian(png->bytes + 20, height);
  put_big_endian(png->bytes + 29, png_checksum(png->bytes + 12, 17));
}

static void set_jpeg_size(uint8_t *frame, uint8_t upper) {
  frame[4] = frame[6] = upper;
  frame[5] = frame[7] = 0;
}

START_TEST(absurd_sizes_are_refused_before_memory_is_taken) {
  sample_file *files = make_samples();
  unet_image image = {0};
  set_png_size(&files[0], 2000000000, 2000000000);
  ck_unet_fails(decode_exactly(&files[0], files[0].size), UNET_BAD_INPUT, "too many");
  set_png_size(&files[0], 16384, 16384);
  ck_unet_fails(decode_exactly(&files[0], files[0].size), UNET_BAD_INPUT, "too early");
  uint8_t *frame = memchr(files[1].bytes, 0xC0, files[1].size);
  ck_assert(frame != NULL && frame[-1] == 0xFF);
  set_jpeg_size(frame, 0xFF);
  ck_unet_fails(decode_exactly(&files[1], files[1].size), UNET_BAD_INPUT, "too many");
  set_jpeg_size(frame, 0x40);
  ck_unet_fails(decode_exactly(&files[1], files[1].size), UNET_BAD_INPUT, "too early");
  memcpy(files[5].bytes + 18, "\xFF\xFF\xFF\x7F\xFF\xFF\xFF\x7F", 8);
  ck_unet_fails(decode_exactly(&files[5], files[5].size), UNET_BAD_INPUT, "too many");
  memcpy(files[6].bytes + 12, "\xFF\xFF\xFF\xFF", 4);
  ck_unet_fails(decode_exactly(&files[6], files[6].size), UNET_BAD_INPUT, "too many");
  ck_unet_fails(unet_image_decode(&image, "P5 99999 99999 255 ", 19, "x.pgm"), UNET_BAD_INPUT, "too many");
  ck_unet_fails(unet_image_decode(&image, "P5 99999999999 1 255 ", 21, "x.pgm"), UNET_BAD_INPUT, "too large");
  free(files);
}
END_TEST

START_TEST(foreign_files_are_named) {
  static const struct {
    const char *bytes, *part;
    size_t size;
  } files[] = {{"", "empty", 0},
               {"GIF89a............", "GIF", 18},
               {"II*\0............", "TIFF", 16},
               {"RIFF....WEBPVP8 ...", "WebP", 19},
               {"\0\0\0\x18"
                "ftypheic....",
                "HEIF", 16},
               {"P7\nWIDTH 3\n", "PAM", 11},
               {"just some text, no picture", "not a PNG", 26},
               {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "not a PNG", 20}};
  unet_image image = {0};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    ck_unet_fails(unet_image_decode(&image, files[i].bytes, files[i].size, "x.png"), UNET_BAD_INPUT,
                  files[i].part);
  ck_unet_fails(unet_image_read(&image, "/nowhere/x.png"), UNET_BAD_INPUT, "/nowhere/x.png: cannot be read");
  ck_unet_fails(unet_image_read(&image, "/tmp"), UNET_BAD_INPUT, "/tmp: cannot be read");
}
END_TEST

START_TEST(bmp_without_its_colours) {
  uint8_t bytes[PICTURE_BYTES];
  size_t size = make_bmp(bytes, 8);
  memmove(bytes + 54 + 16, bytes + 54 + 1024, size - 54 - 1024); /* leaves a palette of 4 colours */
  bytes[10] = 54 + 16;
  bytes[11] = 0;
  unet_image image = {0};
  ck_unet_fails(unet_image_decode(&image, bytes, size - 1008, "x.bmp"), UNET_BAD_INPUT,
                "outside the palette");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("image_damage");
  TCase *damage = unet_test_case(suite, "damage", 120);
  tcase_add_test(damage, every_truncation_is_refused);
  tcase_add_test(damage, every_bit_flip_ends_cleanly);
  tcase_add_test(damage, random_damage_ends_cleanly);
  tcase_add_test(damage, absurd_sizes_are_refused_before_memory_is_taken);
  tcase_add_test(damage, foreign_files_are_named);
  tcase_add_test(damage, bmp_without_its_colours);
  return suite;
}
