/* Resampling with a separable triangle filter, as wide as the step between target pixels, at least one
 * source pixel: the antialiased bilinear resize of Pillow and PyTorch. */
#include "data/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* For each target position along an axis, the source positions it sums and their weights. */
typedef struct filter {
  size_t taps;    /* room per target position */
  size_t *first;  /* (target) */
  size_t *count;  /* (target) */
  float *weights; /* (target, taps) */
} filter;

static void free_filter(filter *axis) {
  free(axis->first);
  free(axis->count);
  free(axis->weights);
}

/* Weights of one target position: a triangle around its centre, cut at the edges and normalised. */
static void fill_taps(filter *axis, size_t i, size_t source, double step) {
  double reach = step > 1.0 ? step : 1.0, centre = ((double)i + 0.5) * step;
  double low = floor(centre - reach), high = ceil(centre + reach);
  size_t from = low > 0.0 ? (size_t)low : 0, to = high < (double)source ? (size_t)high : source;
  float *weights = axis->weights + i * axis->taps;
  double sum = 0.0;
  for (size_t k = from; k < to; k++) sum += fmax(0.0, 1.0 - fabs((double)k + 0.5 - centre) / reach);
  for (size_t k = from; k < to; k++) {
    weights[k - from] = (float)(fmax(0.0, 1.0 - fabs((double)k + 0.5 - centre) / reach) / sum);
  }
  axis->first[i] = from;
  axis->count[i] = to - from;
}

static unet_status make_filter(filter *out, size_t target, size_t source) {
  double step = (double)source / (double)target;
  filter axis = {.taps = 2 * (size_t)ceil(step > 1.0 ? step : 1.0) + 2};
  size_t total = 0;
  unet_status status = unet_multiply_sizes(&total, target, axis.taps);
  if (status == UNET_OK) status = unet_alloc_array((void *)&axis.first, target, sizeof *axis.first);
  if (status == UNET_OK) status = unet_alloc_array((void *)&axis.count, target, sizeof *axis.count);
  if (status == UNET_OK) status = unet_alloc_array((void *)&axis.weights, total, sizeof *axis.weights);
  if (status != UNET_OK) {
    free_filter(&axis);
    return status;
  }
  for (size_t i = 0; i < target; i++) fill_taps(&axis, i, source, step);
  *out = axis;
  return UNET_OK;
}

/* target (rows,dw) from source (rows,sw). */
static void filter_rows(float *target, size_t dw, const float *source, size_t sw, size_t rows,
                        const filter *axis) {
  for (size_t y = 0; y < rows; y++) {
    for (size_t x = 0; x < dw; x++) {
      const float *from = source + y * sw + axis->first[x], *weights = axis->weights + x * axis->taps;
      float sum = 0.0f;
      for (size_t k = 0; k < axis->count[x]; k++) sum += weights[k] * from[k];
      target[y * dw + x] = sum;
    }
  }
}

/* target (dh,width) from source (sh,width). */
static void filter_columns(float *target, size_t dh, const float *source, size_t width, const filter *axis) {
  for (size_t y = 0; y < dh; y++) {
    float *row = target + y * width;
    memset(row, 0, width * sizeof *row);
    for (size_t k = 0; k < axis->count[y]; k++) {
      const float *from = source + (axis->first[y] + k) * width;
      float weight = axis->weights[y * axis->taps + k];
      for (size_t x = 0; x < width; x++) row[x] += weight * from[x];
    }
  }
}

unet_status unet_resize_planes(float *target, size_t dh, size_t dw, const float *source, size_t sh, size_t sw,
                               size_t channels) {
  if (dh == sh && dw == sw) {
    memcpy(target, source, channels * dh * dw * sizeof *target);
    return UNET_OK;
  }
  filter across = {0}, down = {0};
  float *half = NULL; /* (sh,dw): one plane with its rows done */
  size_t half_size = 0;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, make_filter(&across, dw, sw));
  UNET_TRY_GOTO(done, make_filter(&down, dh, sh));
  UNET_TRY_GOTO(done, unet_multiply_sizes(&half_size, sh, dw));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&half, half_size, sizeof *half));
  for (size_t c = 0; c < channels; c++) {
    filter_rows(half, dw, source + c * sh * sw, sw, sh, &across);
    filter_columns(target + c * dh * dw, dh, half, dw, &down);
  }
done:
  free(half);
  free_filter(&across);
  free_filter(&down);
  return status;
}

/* Rec. 601. */
static float grey_of(const uint16_t *rgb) {
  return 0.299f * (float)rgb[0] + 0.587f * (float)rgb[1] + 0.114f * (float)rgb[2];
}

/* One plane of the picture: channel c, or its grey. */
static void take_plane(float *plane, const unet_image *image, size_t c, int grey) {
  const uint16_t *samples = image->samples;
  for (size_t i = 0; i < image->width * image->height; i++, samples += image->channels)
    plane[i] = grey ? grey_of(samples) : (float)samples[c];
}

uint16_t unet_sample_channel(const uint16_t *sample, size_t from, size_t c, size_t channels) {
  if (channels == 1 && from == 3) return (uint16_t)lrintf(fminf(grey_of(sample), 65535.0f));
  return sample[c < from ? c : 0];
}

unet_status unet_image_to_planes(uint16_t *target, size_t channels, size_t height, size_t width,
                                 const unet_image *image) {
  size_t pixels = height * width, distinct = channels < image->channels ? channels : image->channels;
  float *plane = NULL, *resized = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&plane, image->width * image->height, sizeof *plane));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&resized, pixels, sizeof *resized));
  for (size_t c = 0; c < channels; c++) {
    uint16_t *to = target + c * pixels;
    if (c >= distinct) { /* grey, repeated */
      memcpy(to, target, pixels * sizeof *to);
      continue;
    }
    take_plane(plane, image, c, channels == 1 && image->channels == 3);
    UNET_TRY_GOTO(done, unet_resize_planes(resized, height, width, plane, image->height, image->width, 1));
    /* Weights sum to 1 only nearly. */
    for (size_t i = 0; i < pixels; i++) to[i] = (uint16_t)lrintf(fminf(fmaxf(resized[i], 0.0f), 65535.0f));
  }
done:
  free(plane);
  free(resized);
  return status;
}
