#include "metrics/curves.h"

#include <math.h>
#include <stdbool.h>

static const double pro_limit = 0.3;

/* Pixels of a value or above: what the next lower threshold marks. */
typedef struct marked {
  double defect, good, overlap;
} marked;

static marked totals_of(const unet_histogram *h) {
  return (marked){.defect = (double)unet_histogram_sum(h->defect),
                  .good = (double)unet_histogram_sum(h->good),
                  .overlap = (double)h->regions};
}

static bool occurs(const unet_histogram *h, size_t value) { return h->defect[value] + h->good[value] > 0; }

static void take(marked *m, const unet_histogram *h, size_t value) {
  m->defect += (double)h->defect[value];
  m->good += (double)h->good[value];
  m->overlap += h->overlap[value];
}

static double share(double part, double whole) { return part < whole ? part / whole : 1.0; }

/* Counts are exact, sums of overlaps round: all that is there is 1. */
static double overlap_share(marked m, marked all) {
  return m.defect < all.defect ? share(m.overlap, all.overlap) : 1.0;
}

/* --- areas -------------------------------------------------------------------------------------------- */

double unet_pixel_auroc(const unet_histogram *histogram) {
  const marked all = totals_of(histogram);
  if (all.defect == 0.0 || all.good == 0.0) return UNET_UNDEFINED;
  double below = 0.0, area = 0.0;
  for (size_t v = 0; v < UNET_MAP_LEVELS; v++) {
    const double good = (double)histogram->good[v];
    area += (double)histogram->defect[v] / all.defect * ((below + 0.5 * good) / all.good);
    below += good;
  }
  return area < 1.0 ? area : 1.0;
}

double unet_average_precision(const unet_histogram *histogram) {
  const marked all = totals_of(histogram);
  if (all.defect == 0.0) return UNET_UNDEFINED;
  marked m = {0};
  double area = 0.0;
  for (size_t v = UNET_MAP_LEVELS; v-- > 0;) {
    if (!occurs(histogram, v)) continue;
    take(&m, histogram, v);
    area += (double)histogram->defect[v] / all.defect * (m.defect / (m.defect + m.good));
  }
  return area < 1.0 ? area : 1.0;
}

/* Area under the line from (x0, y0) to (x1, y1), as far as it lies left of the limit. */
static double piece(double x0, double y0, double x1, double y1) {
  if (x0 >= pro_limit || x1 <= x0) return 0.0;
  if (x1 > pro_limit) {
    y1 = y0 + (y1 - y0) * (pro_limit - x0) / (x1 - x0);
    x1 = pro_limit;
  }
  return (x1 - x0) * 0.5 * (y0 + y1);
}

double unet_aupro(const unet_histogram *histogram) {
  const marked all = totals_of(histogram);
  if (all.defect == 0.0 || all.good == 0.0) return UNET_UNDEFINED;
  marked m = {0};
  double x = 0.0, y = 0.0, area = 0.0;
  for (size_t v = UNET_MAP_LEVELS; v-- > 0 && x < pro_limit;) {
    if (!occurs(histogram, v)) continue;
    take(&m, histogram, v);
    const double next_x = share(m.good, all.good), next_y = overlap_share(m, all);
    area += piece(x, y, next_x, next_y);
    x = next_x;
    y = next_y;
  }
  return fmin(area / pro_limit, 1.0);
}

/* --- calibration -------------------------------------------------------------------------------------- */

void unet_calibrate(unet_calibration_bin bins[UNET_CALIBRATION_BINS], const unet_histogram *histogram) {
  double predicted[UNET_CALIBRATION_BINS] = {0}, observed[UNET_CALIBRATION_BINS] = {0};
  uint64_t count[UNET_CALIBRATION_BINS] = {0};
  for (size_t v = 0; v < UNET_MAP_LEVELS; v++) {
    size_t k = v * UNET_CALIBRATION_BINS / (UNET_MAP_LEVELS - 1);
    if (k == UNET_CALIBRATION_BINS) k--;
    const uint64_t pixels = histogram->defect[v] + histogram->good[v];
    count[k] += pixels;
    predicted[k] += (double)pixels * (double)v;
    observed[k] += (double)histogram->defect[v];
  }
  for (size_t k = 0; k < UNET_CALIBRATION_BINS; k++) {
    const double n = (double)count[k];
    bins[k] = (unet_calibration_bin){.count = count[k],
                                     .predicted = n > 0.0 ? predicted[k] / n / 65535.0 : UNET_UNDEFINED,
                                     .observed = n > 0.0 ? observed[k] / n : UNET_UNDEFINED};
  }
}

double unet_calibration_error(const unet_calibration_bin bins[UNET_CALIBRATION_BINS]) {
  double all = 0.0, sum = 0.0;
  for (size_t k = 0; k < UNET_CALIBRATION_BINS; k++) {
    all += (double)bins[k].count;
    sum += (double)bins[k].count * fabs(bins[k].predicted - bins[k].observed);
  }
  return all > 0.0 ? sum / all : UNET_UNDEFINED;
}

/* --- curves ------------------------------------------------------------------------------------------- */

typedef struct point {
  double x, y;
} point;

static point point_of(unet_curve_kind kind, marked m, marked all) {
  switch (kind) {
    case UNET_CURVE_PRECISION_RECALL: /* nothing marked, nothing wrong */
      return (point){share(m.defect, all.defect), share(m.defect, m.defect + m.good)};
    case UNET_CURVE_ROC:
      return (point){share(m.good, all.good), share(m.defect, all.defect)};
    case UNET_CURVE_PRO:
      break;
  }
  return (point){share(m.good, all.good), overlap_share(m, all)};
}

static void put(unet_curve *curve, point p, double threshold) {
  curve->x[curve->count] = p.x;
  curve->y[curve->count] = p.y;
  curve->threshold[curve->count++] = threshold;
}

/* Walks the curve, keeps a point after each `step` of its way, and gives the way's length. */
static double walk(unet_curve *out, unet_curve_kind kind, const unet_histogram *h, marked all, double step) {
  marked m = {0};
  point last = point_of(kind, m, all);
  double way = 0.0, kept = 0.0;
  size_t left = UNET_MAP_LEVELS;
  put(out, last, 1.0);
  while (left > 0 && !occurs(h, left - 1)) left--;
  for (size_t v = left; v-- > 0;) {
    if (!occurs(h, v)) continue;
    take(&m, h, v);
    const point p = point_of(kind, m, all);
    way += fabs(p.x - last.x) + fabs(p.y - last.y);
    last = p;
    const bool end = m.defect + m.good == all.defect + all.good;
    if (end || (way - kept >= step && out->count < UNET_CURVE_POINTS - 1)) {
      put(out, p, v > 0 ? (double)(v - 1) / 65535.0 : 0.0);
      kept = way;
    }
  }
  return way;
}

void unet_curve_make(unet_curve *out, unet_curve_kind kind, const unet_histogram *histogram) {
  const marked all = totals_of(histogram);
  out->count = 0;
  if (all.defect == 0.0 || (all.good == 0.0 && kind != UNET_CURVE_PRECISION_RECALL)) return;
  const double length = walk(out, kind, histogram, all, INFINITY);
  out->count = 0;
  (void)walk(out, kind, histogram, all, length / (UNET_CURVE_POINTS - 2));
}
