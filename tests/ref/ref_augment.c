#include "ref_augment.h"

#include <math.h>

#include "base/rng.h"

static double spline(double distance) { /* the cubic B-spline */
  const double d = fabs(distance);
  if (d < 1.0) return (4.0 - 6.0 * d * d + 3.0 * d * d * d) / 6.0;
  return d < 2.0 ? pow(2.0 - d, 3.0) / 6.0 : 0.0;
}

void ref_augment_place(double *x, double *y, const unet_augmentation *item, size_t height, size_t width,
                       size_t X, size_t Y) {
  const double u = ((double)X + 0.5) * UNET_ELASTIC_CELLS / (double)width + 1.0;
  const double v = ((double)Y + 0.5) * UNET_ELASTIC_CELLS / (double)height + 1.0;
  double bent_x = (double)X, bent_y = (double)Y;
  for (int k = 0; item->elastic && k < UNET_ELASTIC_KNOTS * UNET_ELASTIC_KNOTS; k++) {
    const int column = k % UNET_ELASTIC_KNOTS, row = k / UNET_ELASTIC_KNOTS;
    const double weight = spline(u - column) * spline(v - row);
    bent_x += weight * (double)item->knots_x[k];
    bent_y += weight * (double)item->knots_y[k];
  }
  *x = (double)item->x[0] * bent_x + (double)item->x[1] * bent_y + (double)item->x[2];
  *y = (double)item->y[0] * bent_x + (double)item->y[1] * bent_y + (double)item->y[2];
}

static size_t mirrored(double position, int32_t n) {
  long i = (long)position;
  if (i < 0) i = -1 - i;
  if (i >= n) i = 2L * n - 1 - i;
  return (size_t)(i < 0 ? 0 : i >= n ? n - 1 : i);
}

static double bilinear(const uint16_t *plane, const unet_augmentation *item, double x, double y) {
  double sum = 0.0;
  for (int j = 0; j < 2; j++) {
    for (int i = 0; i < 2; i++) {
      const size_t at =
          mirrored(floor(y) + j, item->height) * (size_t)item->width + mirrored(floor(x) + i, item->width);
      const double fx = x - floor(x), fy = y - floor(y);
      sum += (i ? fx : 1.0 - fx) * (j ? fy : 1.0 - fy) * plane[at];
    }
  }
  return sum / 65535.0;
}

static double blurred(const uint16_t *plane, const unet_augmentation *item, double x, double y) {
  static const double weights[] = {2.0 / 9.0, 5.0 / 9.0, 2.0 / 9.0};
  const double step = 1.5 * (double)item->blur;
  double sum = 0.0;
  if (item->blur == 0.0f) return bilinear(plane, item, x, y);
  for (int k = 0; k < 9; k++) {
    const int column = k % 3, row = k / 3;
    const double dx = step * (column - 1), dy = step * (row - 1);
    sum += weights[column] * weights[row] *
           bilinear(plane, item, x + (double)item->x[0] * dx + (double)item->x[1] * dy,
                    y + (double)item->y[0] * dx + (double)item->y[1] * dy);
  }
  return sum;
}

static double clamped(double v) { return v < 0.0 ? 0.0 : v > 1.0 ? 1.0 : v; }

static double noise(const unet_augmentation *item, size_t channel, size_t pixel) {
  uint32_t words[4];
  const uint32_t counter[4] = {(uint32_t)pixel, item->number[0], UNET_STREAM_NOISE, item->number[1]};
  unet_philox(words, item->key, counter);
  const double fraction = (double)(words[3] >> (8 * channel) & 255u) / 256.0;
  return (__builtin_popcount(words[channel]) - 16.0 + fraction - 127.5 / 256.0) / sqrt(8.0 + 1.0 / 12.0);
}

void ref_augment(float *image, float *target, size_t channels, size_t height, size_t width,
                 const uint16_t *source, const uint8_t *mask, const unet_augmentation *item) {
  const size_t plane = (size_t)item->height * (size_t)item->width;
  for (size_t pixel = 0; pixel < height * width; pixel++) {
    double x = 0.0, y = 0.0, from[3];
    ref_augment_place(&x, &y, item, height, width, pixel % width, pixel / width);
    for (size_t c = 0; c < channels; c++) from[c] = blurred(source + c * plane, item, x, y);
    for (size_t c = 0; c < channels; c++) {
      double v = (double)item->offset;
      for (size_t d = 0; d < channels; d++) v += (double)item->colour[3 * c + d] * from[d];
      v = pow(clamped(v), (double)item->gamma);
      image[c * height * width + pixel] = (float)clamped(v + (double)item->noise * noise(item, c, pixel));
    }
    target[pixel] = mask[mirrored(floor(y + 0.5), item->height) * (size_t)item->width +
                         mirrored(floor(x + 0.5), item->width)];
  }
}
