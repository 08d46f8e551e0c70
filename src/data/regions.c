#include "data/regions.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "data/mask.h"

/* Until all pixels are in, mean and centre hold sums; of whole numbers, so that they are exact. */
static void add_pixel(unet_region *region, size_t x, size_t y, double value) {
  if (region->area == 0) *region = (unet_region){.x = x, .y = y};
  size_t right = region->x + region->width;
  if (right < x + 1) right = x + 1;
  if (x < region->x) region->x = x;
  region->width = right - region->x;
  region->height = y + 1 - region->y; /* rows come from the top */
  region->area++;
  if (value > region->score) region->score = value;
  region->mean += value;
  region->centre_x += (double)x;
  region->centre_y += (double)y;
}

static void finish(unet_region *region) {
  const double area = (double)region->area;
  region->score /= 65535.0;
  region->mean /= area * 65535.0;
  region->centre_x /= area;
  region->centre_y /= area;
}

/* regions[label - 1] for each label. */
static void measure(unet_region *regions, const uint32_t *labels, const uint16_t *map, size_t height,
                    size_t width) {
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) {
      const size_t i = y * width + x;
      if (labels[i]) add_pixel(&regions[labels[i] - 1], x, y, (double)map[i]);
    }
  }
}

static void clear_small(uint8_t *defect, const uint32_t *labels, size_t pixels, const unet_region *regions,
                        size_t min_area) {
  for (size_t i = 0; i < pixels; i++) {
    if (labels[i] && regions[labels[i] - 1].area < min_area) defect[i] = 0;
  }
}

static size_t keep_large(unet_region *regions, size_t count, size_t min_area) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (regions[i].area < min_area) continue;
    finish(&regions[i]);
    regions[kept++] = regions[i];
  }
  return kept;
}

/* Largest first; of equal ones, the higher one, then that on the left. */
static int compare(const void *one, const void *other) {
  const unet_region *a = one, *b = other;
  if (a->area != b->area) return a->area > b->area ? -1 : 1;
  if (a->y != b->y) return a->y < b->y ? -1 : 1;
  return (a->x > b->x) - (a->x < b->x);
}

unet_status unet_regions_find(unet_regions *out, uint8_t *defect, const uint16_t *map, size_t height,
                              size_t width, size_t min_area) {
  const size_t pixels = height * width;
  uint32_t *labels = NULL, found = 0;
  unet_status status = UNET_OK;
  out->count = 0;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&labels, pixels, sizeof *labels));
  UNET_TRY_GOTO(done, unet_label_regions(labels, &found, defect, height, width));
  UNET_TRY_GOTO(done, unet_grow_array((void *)&out->items, &out->capacity, found, sizeof *out->items));
  for (size_t i = 0; i < found; i++) out->items[i].area = 0;
  measure(out->items, labels, map, height, width);
  clear_small(defect, labels, pixels, out->items, min_area);
  out->count = keep_large(out->items, found, min_area);
  if (out->count > 1) qsort(out->items, out->count, sizeof *out->items, compare);
done:
  free(labels);
  return status;
}

unet_status unet_map_judge(unet_regions *out, uint8_t *defect, const uint16_t *map, size_t height,
                           size_t width, float threshold, size_t min_area) {
  for (size_t i = 0; i < height * width; i++) defect[i] = (uint8_t)unet_map_is_defect(map[i], threshold);
  return unet_regions_find(out, defect, map, height, width, min_area);
}

void unet_regions_free(unet_regions *regions) {
  free(regions->items);
  *regions = (unet_regions){0};
}
