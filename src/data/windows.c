#include "data/windows.h"

#include "data/resize.h"

unet_window_axis unet_window_axis_make(size_t length, size_t side, size_t overlap) {
  unet_window_axis axis = {.length = length, .side = side, .overlap = overlap, .count = 1};
  const size_t step = side - overlap;
  if (length > side) axis.count += (length - side + step - 1) / step;
  return axis;
}

ptrdiff_t unet_window_start(const unet_window_axis *axis, size_t index) {
  if (axis->length <= axis->side) return -(ptrdiff_t)((axis->side - axis->length) / 2);
  return (ptrdiff_t)(index * (axis->length - axis->side) / (axis->count - 1));
}

float unet_window_weight(const unet_window_axis *axis, size_t offset) {
  const size_t from_end = axis->side - 1 - offset, inside = offset < from_end ? offset : from_end;
  return inside < axis->overlap ? (float)(inside + 1) / (float)(axis->overlap + 1) : 1.0f;
}

size_t unet_reflect(ptrdiff_t position, size_t length) {
  const ptrdiff_t last = (ptrdiff_t)length - 1, period = 2 * last;
  if (last == 0) return 0;
  position %= period;
  if (position < 0) position += period;
  return (size_t)(position > last ? period - position : position);
}

void unet_image_window(uint16_t *planes, size_t channels, size_t height, size_t width,
                       const unet_image *image, ptrdiff_t top, ptrdiff_t left) {
  const size_t pixels = height * width;
  for (size_t y = 0; y < height; y++) {
    const uint16_t *row =
        image->samples + unet_reflect(top + (ptrdiff_t)y, image->height) * image->width * image->channels;
    for (size_t x = 0; x < width; x++) {
      const uint16_t *sample = row + unet_reflect(left + (ptrdiff_t)x, image->width) * image->channels;
      for (size_t c = 0; c < channels; c++)
        planes[c * pixels + y * width + x] = unet_sample_channel(sample, image->channels, c, channels);
    }
  }
}
