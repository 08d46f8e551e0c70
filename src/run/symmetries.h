/* The symmetries of a picture: its mirror images and, for a square one, its turns by a quarter. */
#ifndef UNETCL_RUN_SYMMETRIES_H
#define UNETCL_RUN_SYMMETRIES_H

#include <stddef.h>

/* 8 for a square, else 4; symmetry 0 is the picture as it is. */
size_t unet_symmetry_count(size_t height, size_t width);

/* Index of the pixel (height x width) that symmetry `symmetry` shows at `index`; one-to-one. */
size_t unet_symmetry_source(size_t symmetry, size_t index, size_t height, size_t width);

#endif
