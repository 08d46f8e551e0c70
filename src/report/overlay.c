#include "report/overlay.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

const unet_ink unet_predicted_ink = {255, 40, 96}, unet_true_ink = {40, 225, 190};

/* One mask on its way over the picture. */
typedef struct overlay_layer {
  const uint8_t *mask;
  unet_ink ink;
  uint16_t *column; /* per pixel: rows to the nearest defect pixel of its column, capped at reach + 1 */
  float *distance;  /* of one row: pixels to the nearest defect pixel, 0 on it */
} overlay_layer;

/* Width of the outline in pixels: thin on small pictures, seen at arm's length on large ones. */
static float outline_width(const unet_image *image) {
  size_t side = image->width < image->height ? image->width : image->height;
  return fmaxf(1.4f, (float)side / 280.0f);
}

static void measure_columns(const overlay_layer *layer, size_t height, size_t width, uint16_t reach) {
  uint16_t *column = layer->column;
  uint16_t far = (uint16_t)(reach + 1);
  for (size_t i = 0; i < height * width; i++) {
    uint16_t above = i < width ? far : column[i - width];
    column[i] = layer->mask[i] ? 0 : (uint16_t)(above < far ? above + 1 : far);
  }
  for (size_t i = height * width; i-- > width;) {
    if (column[i - width] > column[i] + 1) column[i - width] = (uint16_t)(column[i] + 1);
  }
}

/* The exact Euclidean distance from the column distances of one row, up to `reach`. */
static void measure_row(const overlay_layer *layer, size_t y, size_t width, size_t reach) {
  const uint16_t *column = layer->column + y * width;
  float far = (float)(reach + 1);
  for (size_t x = 0; x < width; x++) {
    size_t first = x > reach ? x - reach : 0, last = x + reach < width ? x + reach : width - 1;
    float best = far * far;
    for (size_t i = first; i <= last && best > 0.0f; i++) {
      float dx = (float)i - (float)x, dy = (float)column[i];
      best = fminf(best, dx * dx + dy * dy);
    }
    layer->distance[x] = sqrtf(best);
  }
}

static float blend(float base, float over, float share) { return base + (over - base) * share; }

static void blend_ink(float pixel[3], unet_ink ink, float share) {
  pixel[0] = blend(pixel[0], (float)ink.r, share);
  pixel[1] = blend(pixel[1], (float)ink.g, share);
  pixel[2] = blend(pixel[2], (float)ink.b, share);
}

/* How much of a pixel lies within `limit` of the defect's edge, outside of it. */
static float band(float distance, float limit) {
  return distance > 0.0f ? fminf(fmaxf(limit + 1.0f - distance, 0.0f), 1.0f) : 0.0f;
}

/* A dark seam sets the line off from a bright picture. */
static void draw_outline(float pixel[3], const overlay_layer *layer, size_t x, float width) {
  static const unet_ink seam = {0, 0, 0};
  blend_ink(pixel, seam, 0.4f * band(layer->distance[x], 1.8f * width));
  blend_ink(pixel, layer->ink, band(layer->distance[x], width));
}

static void draw_row(unet_image *out, const overlay_layer layer[2], size_t y, float width) {
  for (size_t x = 0; x < out->width; x++) {
    size_t at = y * out->width + x;
    uint16_t *sample = out->samples + 3 * at;
    float pixel[3] = {(float)sample[0] / 257.0f, (float)sample[1] / 257.0f, (float)sample[2] / 257.0f};
    bool predicted = layer[0].mask && layer[0].mask[at];
    bool missed = layer[1].mask && layer[1].mask[at] && !predicted;
    if (predicted) blend_ink(pixel, layer[0].ink, 0.36f);
    if (missed) blend_ink(pixel, layer[1].ink, 0.30f);
    if (layer[1].mask) draw_outline(pixel, &layer[1], x, width);
    if (layer[0].mask) draw_outline(pixel, &layer[0], x, width);
    for (size_t c = 0; c < 3; c++) sample[c] = (uint16_t)(257 * lroundf(pixel[c]));
  }
}

static unet_status make_layer(overlay_layer *layer, const unet_image *image) {
  if (!layer->mask) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&layer->column, image->width * image->height, sizeof(uint16_t)));
  return unet_alloc_array((void *)&layer->distance, image->width, sizeof(float));
}

static void copy_as_rgb(unet_image *out, const unet_image *image) {
  for (size_t i = 0; i < image->width * image->height; i++) {
    for (size_t c = 0; c < 3; c++) {
      out->samples[3 * i + c] = image->samples[image->channels == 3 ? 3 * i + c : i];
    }
  }
}

unet_status unet_overlay_draw(unet_image *out, const unet_image *image, const uint8_t *prediction,
                              const uint8_t *truth) {
  overlay_layer layer[2] = {{.mask = prediction, .ink = unet_predicted_ink},
                            {.mask = truth, .ink = unet_true_ink}};
  float width = outline_width(image);
  uint16_t reach = (uint16_t)ceilf(1.8f * width + 1.0f);
  unet_image drawn = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(end, unet_image_make(&drawn, image->width, image->height, 3, 8));
  UNET_TRY_GOTO(end, make_layer(&layer[0], image));
  UNET_TRY_GOTO(end, make_layer(&layer[1], image));
  copy_as_rgb(&drawn, image);
  for (size_t i = 0; i < 2; i++) {
    if (layer[i].mask) measure_columns(&layer[i], image->height, image->width, reach);
  }
  for (size_t y = 0; y < image->height; y++) {
    for (size_t i = 0; i < 2; i++) {
      if (layer[i].mask) measure_row(&layer[i], y, image->width, reach);
    }
    draw_row(&drawn, layer, y, width);
  }
  *out = drawn;
  drawn = (unet_image){0};
end:
  unet_image_free(&drawn);
  for (size_t i = 0; i < 2; i++) {
    free(layer[i].column);
    free(layer[i].distance);
  }
  return status;
}
