/* The geometry of cl/tiles.cl: how the tiles of a batch lie in vectors, and how much of them a group keeps.
 */
#ifndef UNETCL_KERNELS_TILES_H
#define UNETCL_KERNELS_TILES_H

#include "kernels/lanes.h"

/* Channels in registers beside vectors of tiles, as in the programs. */
enum { UNET_TILES_CHANNELS = 8 };

typedef struct unet_tiles {
  size_t vw;      /* floats in a vector */
  size_t run;     /* pixels in a run of tiles along x: vw or vw / 2, what leaves fewer lanes empty */
  size_t vectors; /* of tiles, in all images */
} unet_tiles;

/* Tiles of `rows` by 2 pixels, for images of height by width. */
unet_tiles unet_tiles_of(const unet_device_info *device, size_t rows, size_t images, size_t height,
                         size_t width);

/* Bytes of local memory that a group may fill: two thirds, for what streams through the cache beside it. */
size_t unet_tiles_budget(const unet_device_info *device);

/* Halves *span (blocks of channels for a group) while there are too few groups to keep the cores evenly busy:
 * `groups` times the spans of `blocks`. */
void unet_tiles_share(size_t *span, const unet_device_info *device, size_t groups, size_t blocks);

static inline size_t unet_tiles_blocks(size_t channels) {
  return unet_divide_up(channels, UNET_TILES_CHANNELS);
}

#endif
