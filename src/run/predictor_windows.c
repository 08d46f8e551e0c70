#include "run/predictor_windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/windows.h"

/* A strip of windows side by side, added up, as it moves down the picture. */
typedef struct strip {
  unet_predictor *predictor;
  const unet_architecture *network;
  const unet_image *image;
  size_t batch;
  unet_window_axis across, down;
  uint16_t *planes;                    /* (batch, channels, height, width) */
  float *probability;                  /* (batch, height, width) */
  float *sums;                         /* (height, image width): probabilities times weights */
  float *column_weights, *row_weights; /* sums of the weights of all windows at a column, at a row */
} strip;

static unet_status sum_weights(float **out, const unet_window_axis *axis) {
  UNET_TRY(unet_alloc_array((void *)out, axis->length, sizeof **out));
  for (size_t i = 0; i < axis->count; i++) {
    const ptrdiff_t start = unet_window_start(axis, i);
    for (size_t k = 0; k < axis->side; k++) {
      const ptrdiff_t at = start + (ptrdiff_t)k;
      if (at >= 0 && at < (ptrdiff_t)axis->length) (*out)[at] += unet_window_weight(axis, k);
    }
  }
  return UNET_OK;
}

static unet_status allocate(strip *s) {
  const size_t pixels = s->network->height * s->network->width;
  UNET_TRY(unet_alloc_array((void *)&s->planes, s->batch * s->network->channels * pixels, sizeof *s->planes));
  UNET_TRY(unet_alloc_array((void *)&s->probability, s->batch * pixels, sizeof *s->probability));
  UNET_TRY(unet_alloc_array((void *)&s->sums, s->network->height * s->image->width, sizeof *s->sums));
  UNET_TRY(sum_weights(&s->column_weights, &s->across));
  return sum_weights(&s->row_weights, &s->down);
}

static void release(strip *s) {
  free(s->planes);
  free(s->probability);
  free(s->sums);
  free(s->column_weights);
  free(s->row_weights);
}

/* Adds window `index` of the strip to the sums. */
static void add_window(strip *s, size_t index, const float *probability) {
  const ptrdiff_t left = unet_window_start(&s->across, index);
  const size_t width = s->image->width;
  for (size_t y = 0; y < s->down.side; y++) {
    const float row_weight = unet_window_weight(&s->down, y);
    for (size_t x = 0; x < s->across.side; x++) {
      const ptrdiff_t at = left + (ptrdiff_t)x;
      if (at < 0 || at >= (ptrdiff_t)width) continue;
      s->sums[y * width + (size_t)at] +=
          row_weight * unet_window_weight(&s->across, x) * probability[y * s->across.side + x];
    }
  }
}

static unet_status add_strip(strip *s, ptrdiff_t top) {
  const unet_architecture *a = s->network;
  const size_t pixels = a->height * a->width, values = pixels * a->channels;
  for (size_t first = 0; first < s->across.count; first += s->batch) {
    const size_t left = s->across.count - first, n = left < s->batch ? left : s->batch;
    for (size_t i = 0; i < n; i++)
      unet_image_window(s->planes + i * values, a->channels, a->height, a->width, s->image, top,
                        unet_window_start(&s->across, first + i));
    UNET_TRY(unet_predictor_run(s->predictor, s->planes, n, s->probability));
    for (size_t i = 0; i < n; i++) add_window(s, first + i, s->probability + i * pixels);
  }
  return UNET_OK;
}

/* The strip's first `rows` rows, which no later window reaches, go into the map; the others move up. */
static void take_rows(strip *s, uint16_t *map, ptrdiff_t top, size_t rows) {
  const size_t width = s->image->width, side = s->down.side;
  for (size_t y = 0; y < rows; y++) {
    const ptrdiff_t at = top + (ptrdiff_t)y;
    if (at < 0 || at >= (ptrdiff_t)s->image->height) continue;
    for (size_t x = 0; x < width; x++) {
      const float weight = s->row_weights[at] * s->column_weights[x];
      map[(size_t)at * width + x] =
          (uint16_t)(fminf(s->sums[y * width + x] / weight, 1.0f) * 65535.0f + 0.5f);
    }
  }
  memmove(s->sums, s->sums + rows * width, (side - rows) * width * sizeof *s->sums);
  memset(s->sums + (side - rows) * width, 0, rows * width * sizeof *s->sums);
}

unet_status unet_predict_windows(uint16_t *map, unet_predictor *predictor,
                                 const unet_architecture *architecture, size_t batch,
                                 const unet_image *image) {
  const size_t height = architecture->height, width = architecture->width;
  strip s = {.predictor = predictor,
             .network = architecture,
             .image = image,
             .batch = batch,
             .across = unet_window_axis_make(image->width, width, width / 4),
             .down = unet_window_axis_make(image->height, height, height / 4)};
  unet_status status = allocate(&s);
  for (size_t i = 0; i < s.down.count && status == UNET_OK; i++) {
    const ptrdiff_t top = unet_window_start(&s.down, i);
    const bool last = i + 1 == s.down.count;
    status = add_strip(&s, top);
    if (status == UNET_OK)
      take_rows(&s, map, top, last ? height : (size_t)(unet_window_start(&s.down, i + 1) - top));
  }
  release(&s);
  return status;
}
