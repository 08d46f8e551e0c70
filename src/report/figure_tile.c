#include "report/figure_tile.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "data/resize.h"

void unet_tile_size(size_t *width, size_t *height, const unet_figure_item *item) {
  size_t longer = item->width > item->height ? item->width : item->height;
  *width = (item->width * UNET_TILE_SIDE + longer / 2) / longer;
  *height = (item->height * UNET_TILE_SIDE + longer / 2) / longer;
  if (*width == 0) *width = 1;
  if (*height == 0) *height = 1;
}

/* Planes of the item's size, resampled and interleaved into `out`, which has the tile's size. */
static unet_status resample(unet_image *out, const float *planes, const unet_figure_item *item) {
  float *sized = NULL;
  size_t pixels = out->width * out->height;
  unet_status status = unet_alloc_array((void *)&sized, pixels * out->channels, sizeof(float));
  if (status == UNET_OK) {
    status =
        unet_resize_planes(sized, out->height, out->width, planes, item->height, item->width, out->channels);
  }
  for (size_t i = 0; status == UNET_OK && i < pixels * out->channels; i++) {
    float value = sized[i] > 0.0f ? sized[i] : 0.0f; /* a NaN is drawn black */
    out->samples[i % pixels * out->channels + i / pixels] =
        (uint16_t)((value < 1.0f ? value : 1.0f) * 65535.0f + 0.5f);
  }
  free(sized);
  return status;
}

static unet_status make_image(unet_image *out, const unet_figure_item *item) {
  size_t count = item->channels * item->height * item->width;
  float *planes = NULL;
  UNET_TRY(unet_alloc_array((void *)&planes, count, sizeof(float)));
  for (size_t i = 0; i < count; i++) planes[i] = (float)item->image[i] / 65535.0f;
  unet_status status = resample(out, planes, item);
  free(planes);
  return status;
}

/* The true mask as a black and white picture, its edge found again after resampling. */
static unet_status make_mask(unet_tile *tile, const unet_figure_item *item) {
  size_t count = item->height * item->width;
  float *plane = NULL;
  UNET_TRY(unet_alloc_array((void *)&plane, count, sizeof(float)));
  for (size_t i = 0; i < count; i++) plane[i] = item->truth[i] ? 1.0f : 0.0f;
  unet_status status = resample(&tile->mask, plane, item);
  free(plane);
  for (size_t i = 0; status == UNET_OK && i < tile->mask.width * tile->mask.height; i++) {
    tile->truth[i] = tile->mask.samples[i] >= 32768;
    tile->mask.samples[i] = tile->truth[i] ? 65535 : 0;
  }
  return status;
}

static unet_status make_parts(unet_tile *tile, const unet_figure_item *item) {
  size_t width = 0, height = 0;
  unet_tile_size(&width, &height, item);
  UNET_TRY(unet_image_make(&tile->image, width, height, item->channels, 8));
  UNET_TRY(unet_image_make(&tile->prediction, width, height, 1, 8));
  UNET_TRY(unet_image_make(&tile->mask, width, height, 1, 8));
  UNET_TRY(unet_alloc_array((void *)&tile->predicted, width * height, 1));
  UNET_TRY(make_image(&tile->image, item));
  UNET_TRY(resample(&tile->prediction, item->probability, item));
  for (size_t i = 0; i < width * height; i++) {
    tile->predicted[i] = (float)tile->prediction.samples[i] / 65535.0f > item->threshold;
  }
  if (!item->truth) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&tile->truth, width * height, 1));
  return make_mask(tile, item);
}

unet_status unet_tile_make(unet_tile *out, const unet_figure_item *item) {
  unet_tile tile = {0};
  unet_status status = make_parts(&tile, item);
  if (status == UNET_OK) {
    *out = tile;
  } else {
    unet_tile_free(&tile);
  }
  return status;
}

void unet_tile_free(unet_tile *tile) {
  unet_image_free(&tile->image);
  unet_image_free(&tile->prediction);
  unet_image_free(&tile->mask);
  free(tile->predicted);
  free(tile->truth);
  *tile = (unet_tile){0};
}
