#include "metrics/image_score.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "unetcl/evaluate.h"

/* Highest sum of `window` neighbouring columns. */
static uint64_t highest_sum(const uint64_t *columns, size_t width, size_t window) {
  uint64_t sum = 0, best = 0;
  for (size_t x = 0; x < width; x++) {
    sum += columns[x];
    if (x >= window) sum -= columns[x - window];
    if (x + 1 >= window && sum > best) best = sum;
  }
  return best;
}

unet_status unet_image_score(double *score, const uint16_t *map, size_t height, size_t width) {
  const size_t rows = height < UNET_SCORE_WINDOW ? height : UNET_SCORE_WINDOW;
  const size_t window = width < UNET_SCORE_WINDOW ? width : UNET_SCORE_WINDOW;
  uint64_t *columns = NULL, best = 0; /* sums of the last rows, by column */
  UNET_TRY(unet_alloc_array((void *)&columns, width, sizeof *columns));
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width; x++) columns[x] += map[y * width + x];
    for (size_t x = 0; x < width && y >= rows; x++) columns[x] -= map[(y - rows) * width + x];
    if (y + 1 < rows) continue;
    const uint64_t sum = highest_sum(columns, width, window);
    if (sum > best) best = sum;
  }
  free(columns);
  *score = (double)best / (65535.0 * (double)(rows * window));
  return UNET_OK;
}

static int by_score(const void *one, const void *other) {
  const unet_labelled_score *a = one, *b = other;
  return (a->score > b->score) - (a->score < b->score);
}

double unet_image_auroc(unet_labelled_score *scores, size_t count) {
  double defects = 0.0, good_below = 0.0, pairs = 0.0;
  if (count > 1) qsort(scores, count, sizeof *scores, by_score);
  for (size_t first = 0, next = 0; first < count; first = next) {
    double good = 0.0, defect = 0.0; /* of this score */
    for (; next < count && scores[next].score == scores[first].score; next++) {
      defect += scores[next].defect;
      good += !scores[next].defect;
    }
    pairs += defect * (good_below + 0.5 * good);
    good_below += good;
    defects += defect;
  }
  return defects > 0.0 && good_below > 0.0 ? pairs / (defects * good_below) : UNET_UNDEFINED;
}
