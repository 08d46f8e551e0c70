#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "check_main.h"
#include "data/image.h"
#include "picture_bytes.h"

static void check_picture(const unet_image *image, size_t channels, const char *what) {
  ck_assert_msg(image->width == PICTURE_WIDTH && image->height == PICTURE_HEIGHT, "%s: %zu x %zu", what,
                image->width, image->height);
  ck_assert_msg(image->channels == channels, "%s: %zu channels", what, image->channels);
  for (size_t i = 0; i < image->width * image->height * channels; i++) {
    size_t pixel = i / channels, y = pixel / image->width, x = pixel % image->width;
    unsigned wanted = picture_value(y, x, i % channels) * 257u;
    ck_assert_msg(image->samples[i] == wanted, "%s: (%zu,%zu) channel %zu is %u, not %u", what, y, x,
                  i % channels, image->samples[i], wanted);
  }
}

static void check_bytes(const uint8_t *bytes, size_t size, size_t channels, const char *what) {
  unet_image image = {0};
  ck_unet_ok(unet_image_decode(&image, bytes, size, what));
  check_picture(&image, channels, what);
  unet_image_free(&image);
}

START_TEST(bmp_tga_and_pnm_give_their_pixels) {
  uint8_t bytes[PICTURE_BYTES];
  check_bytes(bytes, make_bmp(bytes, 24), 3, "BMP 24");
  check_bytes(bytes, make_bmp(bytes, 32), 3, "BMP 32");
  static const unsigned flags[] = {0, TGA_FROM_TOP, TGA_FROM_RIGHT, TGA_FROM_TOP | TGA_FROM_RIGHT};
  for (size_t i = 0; i < 4; i++) {
    for (int packed = 0; packed < 2; packed++) {
      check_bytes(bytes, make_tga(bytes, 24, packed, flags[i]), 3, "TGA 24");
      check_bytes(bytes, make_tga(bytes, 32, packed, flags[i]), 3, "TGA 32");
      check_bytes(bytes, make_tga(bytes, 8, packed, flags[i]), 1, "TGA 8");
    }
  }
  check_bytes(bytes, make_pnm(bytes, 2, 255), 1, "P2");
  check_bytes(bytes, make_pnm(bytes, 3, 255), 3, "P3");
  check_bytes(bytes, make_pnm(bytes, 5, 255), 1, "P5");
  check_bytes(bytes, make_pnm(bytes, 6, 255), 3, "P6");
  check_bytes(bytes, make_pnm(bytes, 6, 65535), 3, "P6 of 16 bit");
}
END_TEST

START_TEST(grey_palette_bmp) {
  uint8_t bytes[PICTURE_BYTES];
  size_t size = make_bmp(bytes, 8);
  unet_image image = {0};
  ck_unet_ok(unet_image_decode(&image, bytes, size, "BMP 8"));
  ck_assert_uint_eq(image.samples[3] / 257, 51);
  unet_image_free(&image);
}
END_TEST

static void check_text(const char *text, size_t size, size_t count, const uint16_t *wanted, unsigned depth) {
  unet_image image = {0};
  ck_unet_ok(unet_image_decode(&image, text, size, "x.pnm"));
  ck_assert_uint_eq(image.depth, depth);
  ck_assert_uint_eq(image.width * image.height * image.channels, count);
  for (size_t i = 0; i < count; i++) ck_assert_uint_eq(image.samples[i], wanted[i]);
  unet_image_free(&image);
}

START_TEST(pnm_ranges_and_bits) {
  check_text("P5 3 1 15\n\x00\x0f\x08", 13, 3, (uint16_t[]){0, 65535, 136 * 257}, 8);
  check_text("P5 2 1 1023\n\x03\xff\x00\x01", 16, 2, (uint16_t[]){65535, 64}, 16);
  check_text("P4 9 2\n\x80\x00\x01\x80", 11, 18,
             (uint16_t[]){0, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
                          65535, 65535, 65535, 65535, 0, 0},
             8);
  check_text("P1 3 1\n101", 10, 3, (uint16_t[]){0, 65535, 0}, 8);
  unet_image image = {0};
  ck_unet_fails(unet_image_decode(&image, "P2 1 1 7 9 ", 11, "x.pgm"), UNET_BAD_INPUT, "above the largest");
  ck_unet_fails(unet_image_decode(&image, "P2 1 1 0 0 ", 11, "x.pgm"), UNET_BAD_INPUT, "largest value");
  ck_unet_fails(unet_image_decode(&image, "P1 2 1\n12", 9, "x.pbm"), UNET_BAD_INPUT, "x.pbm");
  ck_unet_fails(unet_image_decode(&image, "P5 0 4 255\n", 11, "x.pgm"), UNET_BAD_INPUT, "no pixels");
}
END_TEST

START_TEST(jpeg_in_grey_and_colour) {
  unet_image image = {0};
  ck_unet_ok(unet_image_decode(&image, jpeg_grey, jpeg_grey_size, "grey.jpg"));
  ck_assert_uint_eq(image.channels, 1);
  for (size_t block = 0; block < 6; block++) {
    size_t at = (block / 3 * 8 + 4) * 24 + block % 3 * 8 + 4;
    ck_assert_uint_eq(image.samples[at], (20 + 40 * block) * 257);
  }
  unet_image_free(&image);
  static const int colors[4][3] = {{225, 27, 28}, {31, 199, 41}, {39, 39, 215}, {230, 220, 61}};
  ck_unet_ok(unet_image_decode(&image, jpeg_progressive, jpeg_progressive_size, "colour.jpg"));
  ck_assert_uint_eq(image.channels, 3);
  for (size_t i = 0; i < 12; i++) {
    size_t block = i / 3, at = (block / 2 * 8 + 1) * 16 + block % 2 * 8 + 1;
    int value = image.samples[at * 3 + i % 3] / 257;
    ck_assert_msg(abs(value - colors[block][i % 3]) <= 4, "block %zu channel %zu: %d", block, i % 3, value);
  }
  unet_image_free(&image);
}
END_TEST

/* For each orientation the greys of the upright picture, row by row. */
START_TEST(jpeg_is_turned_upright) {
  static const unsigned upright[9][6] = {
      {20, 60, 100, 140, 180, 220}, {20, 60, 100, 140, 180, 220}, {100, 60, 20, 220, 180, 140},
      {220, 180, 140, 100, 60, 20}, {140, 180, 220, 20, 60, 100}, {20, 140, 60, 180, 100, 220},
      {140, 20, 180, 60, 220, 100}, {220, 100, 180, 60, 140, 20}, {100, 220, 60, 180, 20, 140}};
  for (unsigned orientation = 0; orientation <= 9; orientation++) {
    for (int big_endian = 0; big_endian < 2; big_endian++) {
      uint8_t bytes[PICTURE_BYTES];
      unet_image image = {0};
      size_t size = make_exif_jpeg(bytes, orientation, big_endian);
      ck_unet_ok(unet_image_decode(&image, bytes, size, "x.jpg"));
      int turned = orientation >= 5 && orientation <= 8;
      size_t columns = turned ? 2 : 3;
      ck_assert_uint_eq(image.width, columns * 8);
      ck_assert_uint_eq(image.height, turned ? 24 : 16);
      for (size_t block = 0; block < 6; block++) {
        size_t at = (block / columns * 8 + 2) * image.width + block % columns * 8 + 2;
        ck_assert_msg(image.samples[at] == upright[orientation % 9][block] * 257,
                      "orientation %u: block %zu is %u", orientation, block, image.samples[at] / 257u);
      }
      unet_image_free(&image);
    }
  }
}
END_TEST

START_TEST(png_comes_back_as_written) {
  char folder[256];
  char *path = NULL;
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "a.png"));
  for (size_t channels = 1; channels <= 3; channels += 2) {
    for (unsigned depth = 8; depth <= 16; depth += 8) {
      unet_image image = {0}, back = {0};
      ck_unet_ok(unet_image_make(&image, 13, 7, channels, depth));
      size_t count = image.width * image.height * channels;
      for (size_t i = 0; i < count; i++)
        image.samples[i] = (uint16_t)(depth == 8 ? i * 7 % 256 * 257 : i * 241 % 65536);
      ck_unet_ok(unet_image_write_png(&image, path));
      ck_unet_ok(unet_image_read(&back, path));
      ck_assert_uint_eq(back.depth, depth);
      ck_assert_uint_eq(back.channels, channels);
      ck_assert_mem_eq(back.samples, image.samples, count * sizeof *image.samples);
      unet_image_free(&image);
      unet_image_free(&back);
    }
  }
  unet_image image = {0};
  ck_unet_ok(unet_image_make(&image, 2, 2, 1, 8));
  ck_unet_fails(unet_image_write_png(&image, folder), UNET_NO_RESOURCE, "cannot be written");
  unet_image_free(&image);
  free(path);
  unet_remove_folder(folder);
}
END_TEST

/* A PNG of 8 x 4 with kinds that our writer does not make. Pixel i of a row is i in each channel. */
static void write_odd_png(const char *path, int color, int depth, int interlace) {
  uint8_t row[64] = {0};
  unsigned channels = color == PNG_COLOR_TYPE_RGB_ALPHA ? 4 : color == PNG_COLOR_TYPE_GRAY_ALPHA ? 2 : 1;
  for (unsigned x = 0; x < 8; x++) {
    unsigned bit = x * (unsigned)depth * channels;
    if (depth < 8) row[bit / 8] |= (uint8_t)((x & ((1u << depth) - 1)) << (8 - (unsigned)depth - bit % 8));
    for (unsigned c = 0; depth >= 8 && c < channels; c++) {
      row[bit / 8 + c * (unsigned)depth / 8] = (uint8_t)x;
    }
  }
  FILE *stream = fopen(path, "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, stream);
  png_set_IHDR(png, info, 8, 4, depth, color, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_color palette[16];
  for (int i = 0; i < 16; i++)
    palette[i] = (png_color){(png_byte)(200 + i), (png_byte)(100 + i), (png_byte)i};
  if (color == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(png, info, palette, 1 << depth);
    png_set_tRNS(png, info, (png_byte[]){0, 128}, 2, NULL);
  }
  png_write_info(png, info);
  png_bytep rows[4] = {row, row, row, row};
  png_write_image(png, rows);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  (void)fclose(stream);
}

START_TEST(png_of_every_kind) {
  static const struct {
    int color, depth, channels;
    unsigned first, step; /* sample of pixel x, channel 0: (first + step * x) of 16 bit */
  } kinds[] = {{PNG_COLOR_TYPE_GRAY, 4, 1, 0, 4369},       {PNG_COLOR_TYPE_GRAY, 8, 1, 0, 257},
               {PNG_COLOR_TYPE_GRAY, 16, 1, 0, 256},       {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 1, 0, 257},
               {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 1, 0, 256}, {PNG_COLOR_TYPE_RGB_ALPHA, 8, 3, 0, 257},
               {PNG_COLOR_TYPE_RGB_ALPHA, 16, 3, 0, 256},  {PNG_COLOR_TYPE_PALETTE, 4, 3, 200 * 257, 257}};
  char folder[256];
  char *path = NULL;
  unet_make_test_folder(folder);
  ck_unet_ok(unet_path_join(&path, folder, "a.png"));
  for (size_t k = 0; k < 2 * sizeof kinds / sizeof *kinds; k++) {
    size_t i = k / 2;
    write_odd_png(path, kinds[i].color, kinds[i].depth, k % 2 ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE);
    unet_image image = {0};
    ck_unet_ok(unet_image_read(&image, path));
    ck_assert_uint_eq(image.channels, (size_t)kinds[i].channels);
    ck_assert_uint_eq(image.depth, kinds[i].depth == 16 ? 16 : 8);
    for (size_t p = 0; p < 32; p++) {
      unsigned wanted = kinds[i].first + kinds[i].step * (unsigned)(p % 8);
      unsigned value = image.samples[p * image.channels];
      ck_assert_msg(value == wanted, "kind %zu: pixel %zu is %u, not %u", k, p, value, wanted);
    }
    unet_image_free(&image);
  }
  free(path);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(known_extensions) {
  ck_assert_int_eq(unet_image_has_known_extension("a/b.PNG"), 1);
  ck_assert_int_eq(unet_image_has_known_extension("b.JpEg"), 1);
  ck_assert_int_eq(unet_image_has_known_extension("png"), 0);
  ck_assert_int_eq(unet_image_has_known_extension("b.tif"), 0);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("image");
  TCase *image = unet_test_case(suite, "image", 30);
  tcase_add_test(image, bmp_tga_and_pnm_give_their_pixels);
  tcase_add_test(image, grey_palette_bmp);
  tcase_add_test(image, pnm_ranges_and_bits);
  tcase_add_test(image, jpeg_in_grey_and_colour);
  tcase_add_test(image, jpeg_is_turned_upright);
  tcase_add_test(image, png_comes_back_as_written);
  tcase_add_test(image, png_of_every_kind);
  tcase_add_test(image, known_extensions);
  return suite;
}
