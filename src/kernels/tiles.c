#include "kernels/tiles.h"

/* The run that leaves fewer lanes without a tile; the wider one at equal. */
static size_t run_of(size_t vw, size_t width) {
  size_t narrow = vw > 4 ? vw / 2 : vw;
  return unet_divide_up(width, narrow) * narrow < unet_divide_up(width, vw) * vw ? narrow : vw;
}

unet_tiles unet_tiles_of(const unet_device_info *device, size_t rows, size_t images, size_t height,
                         size_t width) {
  unet_tiles tiles = {.vw = unet_lanes_of(UNET_WINOGRAD, device).vw};
  tiles.run = run_of(tiles.vw, width);
  size_t runs = images * unet_divide_up(height, rows) * unet_divide_up(width, tiles.run);
  tiles.vectors = unet_divide_up(runs, 2 * tiles.vw / tiles.run);
  return tiles;
}

size_t unet_tiles_budget(const unet_device_info *device) { return (size_t)(device->local_memory / 3 * 2); }

void unet_tiles_share(size_t *span, const unet_device_info *device, size_t groups, size_t blocks) {
  size_t wanted = (size_t)device->compute_units * 2;
  while (*span > 1 && groups * unet_divide_up(blocks, *span) < wanted) *span = (*span + 1) / 2;
}
