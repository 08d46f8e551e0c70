/* Masks change size by the exact share of each target pixel that is covered, in whole numbers: a target
 * pixel spans [x*sw, (x+1)*sw) and a source pixel [i*dw, (i+1)*dw) on a common axis, so a target pixel has
 * an area of sw*sh. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/mask.h"
#include "data/resize.h"

typedef struct mask_work {
  size_t dh, dw, sh, sw;
  uint32_t *labels;     /* (sh,sw) */
  uint64_t *covered;    /* per region, of the target pixel in hand */
  uint64_t *most;       /* per region, over the target pixels so far */
  size_t *most_covered; /* where that was */
} mask_work;

/* Length of the overlap of target position t with source position s along an axis. */
static uint64_t overlap(size_t t, size_t target, size_t s, size_t source) {
  uint64_t low = t * source > s * target ? t * source : s * target;
  uint64_t end_t = (t + 1) * source, end_s = (s + 1) * target;
  return (end_t < end_s ? end_t : end_s) - low;
}

/* The covered area of target pixel (y,x); notes it per region. */
static uint64_t cover(mask_work *work, size_t y, size_t x) {
  size_t top = y * work->sh / work->dh, bottom = ((y + 1) * work->sh - 1) / work->dh;
  size_t left = x * work->sw / work->dw, right = ((x + 1) * work->sw - 1) / work->dw;
  uint64_t total = 0;
  for (size_t sy = top; sy <= bottom; sy++) {
    uint64_t high = overlap(y, work->dh, sy, work->sh);
    for (size_t sx = left; sx <= right; sx++) {
      uint32_t label = work->labels[sy * work->sw + sx];
      if (!label) continue;
      uint64_t area = high * overlap(x, work->dw, sx, work->sw);
      work->covered[label] += area;
      total += area;
    }
  }
  if (total == 0) return 0;
  for (size_t sy = top; sy <= bottom; sy++) {
    for (size_t sx = left; sx <= right; sx++) {
      uint32_t label = work->labels[sy * work->sw + sx];
      if (work->covered[label] > work->most[label]) {
        work->most[label] = work->covered[label];
        work->most_covered[label] = y * work->dw + x;
      }
      work->covered[label] = 0;
    }
  }
  return total;
}

static void fill_target(uint8_t *target, mask_work *work, uint32_t regions) {
  uint64_t whole = (uint64_t)work->sw * work->sh;
  for (size_t y = 0; y < work->dh; y++) {
    for (size_t x = 0; x < work->dw; x++) target[y * work->dw + x] = 2 * cover(work, y, x) >= whole;
  }
  for (uint32_t r = 1; r <= regions; r++) target[work->most_covered[r]] = 1;
}

unet_status unet_resize_mask(uint8_t *target, size_t dh, size_t dw, const uint8_t *source, size_t sh,
                             size_t sw) {
  mask_work work = {.dh = dh, .dw = dw, .sh = sh, .sw = sw};
  uint32_t regions = 0;
  size_t count = 0;
  unet_status status = unet_alloc_array((void *)&work.labels, sh * sw, sizeof *work.labels);
  if (status != UNET_OK) return status;
  UNET_TRY_GOTO(done, unet_label_regions(work.labels, &regions, source, sh, sw));
  count = (size_t)regions + 1;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&work.covered, count, sizeof *work.covered));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&work.most, count, sizeof *work.most));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&work.most_covered, count, sizeof *work.most_covered));
  fill_target(target, &work, regions);
done:
  free(work.labels);
  free(work.covered);
  free(work.most);
  free(work.most_covered);
  return status;
}
