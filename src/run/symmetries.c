#include "run/symmetries.h"

size_t unet_symmetry_count(size_t height, size_t width) { return height == width ? 8 : 4; }

/* Bit 0: left and right change places; bit 1: top and bottom; bit 2: rows and columns, at last. */
size_t unet_symmetry_source(size_t symmetry, size_t index, size_t height, size_t width) {
  size_t y = index / width, x = index % width;
  if (symmetry & 4) {
    const size_t held = y;
    y = x;
    x = held;
  }
  if (symmetry & 2) y = height - 1 - y;
  if (symmetry & 1) x = width - 1 - x;
  return y * width + x;
}
