/* Small picture files of every format but PNG, made in memory. */
#ifndef UNETCL_TESTS_PICTURE_BYTES_H
#define UNETCL_TESTS_PICTURE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* The picture that the makers below store; a file of it fits PICTURE_BYTES. */
enum { PICTURE_WIDTH = 5, PICTURE_HEIGHT = 3, PICTURE_BYTES = 2048 };
/* Channel c of pixel (y,x); a grey picture has channel 0. */
uint8_t picture_value(size_t y, size_t x, size_t c);

/* Each returns the file's size; no byte of it can be spared. bits: 8 (grey), 24, 32. */
size_t make_bmp(uint8_t bytes[PICTURE_BYTES], unsigned bits);
enum { TGA_FROM_RIGHT = 0x10, TGA_FROM_TOP = 0x20 };
size_t make_tga(uint8_t bytes[PICTURE_BYTES], unsigned bits, int packed, unsigned flags);
/* kind: 2 or 5 (grey), 3 or 6 (colour); top: 255, or 65535 for a binary kind. */
size_t make_pnm(uint8_t bytes[PICTURE_BYTES], unsigned kind, unsigned top);

/* 24 x 16, blocks of 8 x 8 of the greys 20, 60, 100 over 140, 180, 220. */
extern const uint8_t jpeg_grey[];
extern const size_t jpeg_grey_size;
/* 16 x 16 in colour, progressive: mostly red, green over blue, yellow. */
extern const uint8_t jpeg_progressive[];
extern const size_t jpeg_progressive_size;
/* jpeg_grey with an EXIF orientation. */
size_t make_exif_jpeg(uint8_t bytes[PICTURE_BYTES], unsigned orientation, int big_endian);

#endif
