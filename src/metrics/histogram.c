#include "metrics/histogram.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/mask.h"

unet_status unet_histogram_make(unet_histogram **out) {
  return unet_alloc_array((void *)out, 1, sizeof **out);
}

static bool has_defect(const uint8_t *mask, size_t pixels) {
  for (size_t i = 0; i < pixels; i++) {
    if (mask[i]) return true;
  }
  return false;
}

/* Adds 1 / area of its region for each labelled pixel; areas holds `regions` zeros. */
static void add_overlap(unet_histogram *h, const uint16_t *map, const uint32_t *labels, size_t pixels,
                        size_t *areas) {
  for (size_t i = 0; i < pixels; i++) {
    if (labels[i]) areas[labels[i] - 1]++;
  }
  for (size_t i = 0; i < pixels; i++) {
    if (labels[i]) h->overlap[map[i]] += 1.0 / (double)areas[labels[i] - 1];
  }
}

static unet_status add_regions(unet_histogram *h, const uint16_t *map, const uint8_t *mask, size_t height,
                               size_t width) {
  uint32_t *labels = NULL, regions = 0;
  size_t *areas = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&labels, height * width, sizeof *labels));
  UNET_TRY_GOTO(done, unet_label_regions(labels, &regions, mask, height, width));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&areas, regions, sizeof *areas));
  add_overlap(h, map, labels, height * width, areas);
  h->regions += regions;
done:
  free(labels);
  free(areas);
  return status;
}

unet_status unet_histogram_add(unet_histogram *histogram, const uint16_t *map, const uint8_t *mask,
                               size_t height, size_t width) {
  const size_t pixels = height * width;
  if (has_defect(mask, pixels)) UNET_TRY(add_regions(histogram, map, mask, height, width));
  for (size_t i = 0; i < pixels; i++) (mask[i] ? histogram->defect : histogram->good)[map[i]]++;
  return UNET_OK;
}

void unet_histogram_merge(unet_histogram *histogram, const unet_histogram *other) {
  for (size_t v = 0; v < UNET_MAP_LEVELS; v++) {
    histogram->defect[v] += other->defect[v];
    histogram->good[v] += other->good[v];
    histogram->overlap[v] += other->overlap[v];
  }
  histogram->regions += other->regions;
}

uint64_t unet_histogram_sum(const uint64_t counts[UNET_MAP_LEVELS]) {
  uint64_t sum = 0;
  for (size_t v = 0; v < UNET_MAP_LEVELS; v++) sum += counts[v];
  return sum;
}

void unet_count_steps(unet_step_counts *out, const uint16_t *map, const uint8_t *mask, size_t pixels) {
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < pixels; i++) (mask[i] ? out->defect : out->good)[map[i] >> 8]++;
}
