/* A picture cut into overlapping windows of one size, at its own scale. */
#ifndef UNETCL_DATA_WINDOWS_H
#define UNETCL_DATA_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include "data/image.h"

/* The windows along one axis of a picture: as few as overlap by `overlap` pixels at least, spread evenly. A
 * picture that is smaller than a window gets one, with the picture in its middle. */
typedef struct unet_window_axis {
  size_t length, side, overlap; /* of the picture; of a window */
  size_t count;
} unet_window_axis;

/* overlap < side. */
unet_window_axis unet_window_axis_make(size_t length, size_t side, size_t overlap);

/* Where window `index` starts; negative in a smaller picture. */
ptrdiff_t unet_window_start(const unet_window_axis *axis, size_t index);

/* What a window's pixel counts where windows overlap: rises from its border over `overlap` pixels to 1, and
 * is never 0. `offset` < side. */
float unet_window_weight(const unet_window_axis *axis, size_t offset);

/* The pixel of 0..length-1 that `position` shows, the picture being mirrored at its borders, without the
 * border's own pixel twice. */
size_t unet_reflect(ptrdiff_t position, size_t length);

/* Planes (channels, height, width) in 16-bit fixed point: the picture from row `top` and column `left` on,
 * mirrored beyond its borders; grey and colour as unet_image_to_planes makes them. */
void unet_image_window(uint16_t *planes, size_t channels, size_t height, size_t width,
                       const unet_image *image, ptrdiff_t top, ptrdiff_t left);

#endif
