#include "metrics/threshold.h"

#include <stdlib.h>

#include "data/regions.h"

/* 0.5 lies between the values MIDDLE and MIDDLE + 1, so it marks the same as MIDDLE / 65535 does. */
enum { MIDDLE = UNET_MAP_LEVELS / 2 - 1 };

static float threshold_at(size_t value) { return value == MIDDLE ? 0.5f : (float)value / 65535.0f; }

static size_t distance_to_middle(size_t value) { return (size_t)abs((int)value - MIDDLE); }

static size_t highest_dice(const unet_histogram *h) {
  const uint64_t truth = unet_histogram_sum(h->defect);
  uint64_t hit = 0, marked = 0;
  size_t best = MIDDLE;
  double best_dice = -1.0;
  for (size_t v = UNET_MAP_LEVELS; v-- > 0;) { /* the values above v are marked */
    const double dice = truth + marked ? 2.0 * (double)hit / (double)(truth + marked) : 1.0;
    if (dice > best_dice || (dice == best_dice && distance_to_middle(v) < distance_to_middle(best))) {
      best_dice = dice;
      best = v;
    }
    hit += h->defect[v];
    marked += h->defect[v] + h->good[v];
  }
  return best;
}

static size_t highest_with_recall(const unet_histogram *h, double recall) {
  const double all = (double)unet_histogram_sum(h->defect);
  uint64_t hit = 0;
  size_t v = UNET_MAP_LEVELS - 1;
  if (all == 0.0) return MIDDLE;
  while (v > 0 && (double)hit / all < recall) hit += h->defect[v--];
  return v;
}

static size_t lowest_with_false_alarms(const unet_histogram *h, double share) {
  const double all = (double)unet_histogram_sum(h->good);
  uint64_t wrong = 0;
  size_t v = UNET_MAP_LEVELS - 1;
  if (all == 0.0) return MIDDLE;
  while (v > 0 && (double)(wrong + h->good[v]) / all <= share) wrong += h->good[v--];
  return v;
}

unet_pixel_counts unet_histogram_above(const unet_histogram *histogram, float threshold) {
  unet_pixel_counts counts = {0};
  for (size_t v = 0; v < UNET_MAP_LEVELS; v++) {
    if (unet_map_is_defect((uint16_t)v, threshold)) {
      counts.tp += histogram->defect[v];
      counts.fp += histogram->good[v];
    } else {
      counts.fn += histogram->defect[v];
    }
  }
  return counts;
}

float unet_threshold_from(const unet_histogram *histogram, const unet_threshold_wish *wish) {
  if (wish->recall > 0.0) return threshold_at(highest_with_recall(histogram, wish->recall));
  if (wish->false_alarms > 0.0) return threshold_at(lowest_with_false_alarms(histogram, wish->false_alarms));
  return threshold_at(highest_dice(histogram));
}
