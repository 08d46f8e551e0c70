#include "report/report_levels.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/regions.h"

void unet_levels_make(unet_levels *levels, float threshold) {
  const double share = fmin(fmax((double)threshold, 0.0), 1.0);
  levels->chosen = (size_t)lround(share * (UNET_REPORT_LEVELS - 1));
  /* The last level stays 1, which nothing exceeds: a byte counts up to 255. */
  if (share < 1.0 && levels->chosen == UNET_REPORT_LEVELS - 1) levels->chosen--;
  for (size_t k = 0; k < UNET_REPORT_LEVELS; k++)
    levels->thresholds[k] = (double)k / (UNET_REPORT_LEVELS - 1);
  levels->thresholds[levels->chosen] = (double)threshold;
  size_t passed = 0;
  for (size_t value = 0; value < 65536; value++) {
    while (passed < UNET_REPORT_LEVELS - 1 &&
           unet_map_is_defect((uint16_t)value, (float)levels->thresholds[passed]))
      passed++;
    levels->passed[value] = (uint8_t)passed;
  }
}

void unet_level_counts_of(unet_level_counts *out, const uint8_t *marked, const uint8_t *truth,
                          size_t pixels) {
  *out = (unet_level_counts){0};
  for (size_t i = 0; i < pixels; i++) {
    uint64_t *counts = truth && truth[i] ? out->defect : out->good;
    counts[marked[i]]++;
  }
}

/* --- regions of all levels at once -------------------------------------------------------------------- */

/* The threshold falls level by level, pixels come up like land out of water, and regions grow together:
 * union-find over pixels. The pixels of a region that is still too small hang in a ring, to be marked when
 * it has grown. */
typedef struct rising {
  size_t height, width, min_area;
  uint32_t *order;  /* pixels, highest first */
  uint32_t *parent; /* towards the root; UNSEEN: not up yet */
  uint32_t *ring;   /* the next pixel of the region, while it is small */
  uint32_t *area;   /* at the root */
  uint8_t *marked;
} rising;

static const uint32_t UNSEEN = UINT32_MAX;

static uint32_t root_of(const rising *r, uint32_t pixel) {
  while (r->parent[pixel] != pixel) {
    r->parent[pixel] = r->parent[r->parent[pixel]];
    pixel = r->parent[pixel];
  }
  return pixel;
}

static void mark_ring(const rising *r, uint32_t root, uint8_t level) {
  uint32_t pixel = root;
  do {
    r->marked[pixel] = level;
    pixel = r->ring[pixel];
  } while (pixel != root);
}

static void join(const rising *r, uint32_t a, uint32_t b, uint8_t level) {
  a = root_of(r, a);
  b = root_of(r, b);
  if (a == b) return;
  if (r->area[a] < r->area[b]) {
    const uint32_t smaller = a;
    a = b;
    b = smaller;
  }
  if (r->area[a] + r->area[b] >= r->min_area) {
    if (r->area[a] < r->min_area) mark_ring(r, a, level);
    if (r->area[b] < r->min_area) mark_ring(r, b, level);
  }
  const uint32_t next = r->ring[a];
  r->ring[a] = r->ring[b];
  r->ring[b] = next;
  r->parent[b] = a;
  r->area[a] += r->area[b];
}

static void bring_up(const rising *r, uint32_t pixel, uint8_t level) {
  const size_t x = pixel % r->width, y = pixel / r->width;
  r->parent[pixel] = r->ring[pixel] = pixel;
  r->area[pixel] = 1;
  for (size_t v = y ? y - 1 : 0; v <= y + 1 && v < r->height; v++) {
    for (size_t u = x ? x - 1 : 0; u <= x + 1 && u < r->width; u++) {
      const uint32_t other = (uint32_t)(v * r->width + u);
      if (other != pixel && r->parent[other] != UNSEEN) join(r, other, pixel, level);
    }
  }
}

/* Counting sort by the levels that pixels pass, the highest first. */
static void sort_pixels(const rising *r, const uint8_t *passed) {
  const size_t pixels = r->height * r->width;
  size_t next[UNET_REPORT_LEVELS] = {0}, start = 0;
  for (size_t i = 0; i < pixels; i++) next[passed[i]]++;
  for (size_t k = UNET_REPORT_LEVELS; k-- > 0;) {
    const size_t count = next[k];
    next[k] = start;
    start += count;
  }
  for (size_t i = 0; i < pixels; i++) r->order[next[passed[i]]++] = (uint32_t)i;
}

/* `marked` holds what each pixel passes by itself. */
static unet_status drop_small(uint8_t *marked, size_t height, size_t width, size_t min_area) {
  const size_t pixels = height * width;
  rising r = {.height = height, .width = width, .min_area = min_area, .marked = marked};
  uint8_t *passed = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&r.order, pixels, sizeof *r.order));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&r.parent, pixels, sizeof *r.parent));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&r.ring, pixels, sizeof *r.ring));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&r.area, pixels, sizeof *r.area));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&passed, pixels, sizeof *passed));
  sort_pixels(&r, marked);
  for (size_t i = 0; i < pixels; i++) {
    passed[i] = marked[i];
    marked[i] = 0;
    r.parent[i] = UNSEEN;
  }
  for (size_t i = 0; i < pixels; i++) bring_up(&r, r.order[i], passed[r.order[i]]);
done:
  free(r.order);
  free(r.parent);
  free(r.ring);
  free(r.area);
  free(passed);
  return status;
}

unet_status unet_levels_mark(uint8_t *marked, const unet_levels *levels, const uint16_t *map, size_t height,
                             size_t width, size_t min_area) {
  for (size_t i = 0; i < height * width; i++) marked[i] = levels->passed[map[i]];
  return min_area > 1 ? drop_small(marked, height, width, min_area) : UNET_OK;
}
