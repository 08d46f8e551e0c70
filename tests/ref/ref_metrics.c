#include "ref/ref_metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static size_t pixels_of(const ref_image *image) { return image->height * image->width; }

/* --- pairs -------------------------------------------------------------------------------------------- */

typedef struct sample {
  double value;
  bool defect;
} sample;

static double auroc(const sample *samples, size_t count) {
  double won = 0.0, pairs = 0.0;
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < count; k++) {
      if (!samples[i].defect || samples[k].defect) continue;
      pairs += 1.0;
      won += samples[i].value > samples[k].value ? 1.0 : samples[i].value == samples[k].value ? 0.5 : 0.0;
    }
  }
  return won / pairs;
}

static sample *samples_of(const ref_image *images, size_t count, size_t *n) {
  *n = 0;
  for (size_t i = 0; i < count; i++) *n += pixels_of(&images[i]);
  sample *samples = calloc(*n + 1, sizeof *samples), *next = samples;
  for (size_t i = 0; i < count; i++) {
    for (size_t p = 0; p < pixels_of(&images[i]); p++)
      *next++ = (sample){(double)images[i].map[p], images[i].mask[p] != 0};
  }
  return samples;
}

double ref_pixel_auroc(const ref_image *images, size_t count) {
  size_t n;
  sample *samples = samples_of(images, count, &n);
  double area = auroc(samples, n);
  free(samples);
  return area;
}

/* --- the image's score -------------------------------------------------------------------------------- */

static double mean_of(const ref_image *image, size_t top, size_t left, size_t rows, size_t columns) {
  double sum = 0.0;
  for (size_t y = top; y < top + rows; y++) {
    for (size_t x = left; x < left + columns; x++) sum += (double)image->map[y * image->width + x];
  }
  return sum / (double)(rows * columns) / 65535.0;
}

double ref_image_score(const ref_image *image) {
  const size_t rows = image->height < 21 ? image->height : 21;
  const size_t columns = image->width < 21 ? image->width : 21;
  double best = 0.0;
  for (size_t top = 0; top + rows <= image->height; top++) {
    for (size_t left = 0; left + columns <= image->width; left++)
      best = fmax(best, mean_of(image, top, left, rows, columns));
  }
  return best;
}

double ref_image_auroc(const ref_image *images, size_t count) {
  sample *samples = calloc(count, sizeof *samples);
  for (size_t i = 0; i < count; i++) {
    samples[i].value = ref_image_score(&images[i]);
    for (size_t p = 0; p < pixels_of(&images[i]); p++) samples[i].defect |= images[i].mask[p] != 0;
  }
  double area = auroc(samples, count);
  free(samples);
  return area;
}

/* --- thresholds --------------------------------------------------------------------------------------- */

static double precision_at(const sample *samples, size_t n, double lowest, double *recall) {
  double marked = 0.0, hit = 0.0, truth = 0.0;
  for (size_t i = 0; i < n; i++) {
    marked += samples[i].value >= lowest;
    hit += samples[i].value >= lowest && samples[i].defect;
    truth += samples[i].defect;
  }
  *recall = hit / truth;
  return hit / marked;
}

static int falling(const void *one, const void *other) {
  const sample *a = one, *b = other;
  return (a->value < b->value) - (a->value > b->value);
}

double ref_average_precision(const ref_image *images, size_t count) {
  size_t n;
  sample *samples = samples_of(images, count, &n);
  double area = 0.0, before = 0.0;
  qsort(samples, n, sizeof *samples, falling);
  for (size_t i = 0; i < n; i++) {
    double recall, precision;
    if (i > 0 && samples[i].value == samples[i - 1].value) continue;
    precision = precision_at(samples, n, samples[i].value, &recall);
    area += (recall - before) * precision;
    before = recall;
  }
  free(samples);
  return area;
}

ref_shares ref_at_threshold(const ref_image *images, size_t count, float threshold) {
  double tp = 0.0, fp = 0.0, fn = 0.0, tn = 0.0;
  for (size_t i = 0; i < count; i++) {
    for (size_t p = 0; p < pixels_of(&images[i]); p++) {
      bool marked = (float)images[i].map[p] / 65535.0f > threshold, defect = images[i].mask[p] != 0;
      tp += marked && defect;
      fp += marked && !defect;
      fn += !marked && defect;
      tn += !marked && !defect;
    }
  }
  return (ref_shares){2.0 * tp / (2.0 * tp + fp + fn), tp / (tp + fn), fp / (fp + tn)};
}

/* --- regions ------------------------------------------------------------------------------------------ */

/* The lowest label among a pixel and its eight neighbours. */
static size_t lowest_near(const size_t *labels, const ref_image *image, size_t y, size_t x) {
  size_t lowest = labels[y * image->width + x];
  for (size_t ny = y > 0 ? y - 1 : 0; ny <= y + 1 && ny < image->height; ny++) {
    for (size_t nx = x > 0 ? x - 1 : 0; nx <= x + 1 && nx < image->width; nx++) {
      size_t label = labels[ny * image->width + nx];
      if (label && label < lowest) lowest = label;
    }
  }
  return lowest;
}

/* Each defect pixel starts with a label of its own; low ones spread until nothing changes. */
static size_t *label(const ref_image *image) {
  size_t *labels = calloc(pixels_of(image), sizeof *labels);
  for (size_t p = 0; p < pixels_of(image); p++) labels[p] = image->mask[p] ? p + 1 : 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t p = 0; p < pixels_of(image); p++) {
      if (!labels[p]) continue;
      size_t lowest = lowest_near(labels, image, p / image->width, p % image->width);
      changed |= lowest != labels[p];
      labels[p] = lowest;
    }
  }
  return labels;
}

/* Adds, for each region, the share of its pixels that are marked. */
static void add_overlaps(const ref_image *image, const size_t *labels, double lowest, double *overlap,
                         double *regions) {
  for (size_t first = 0; first < pixels_of(image); first++) {
    double area = 0.0, hit = 0.0;
    if (labels[first] != first + 1) continue;
    for (size_t p = 0; p < pixels_of(image); p++) {
      area += labels[p] == first + 1;
      hit += labels[p] == first + 1 && (double)image->map[p] >= lowest;
    }
    *overlap += hit / area;
    *regions += 1.0;
  }
}

static double pro_at(const ref_image *images, size_t *const *labels, size_t count, double lowest) {
  double overlap = 0.0, regions = 0.0;
  for (size_t i = 0; i < count; i++) add_overlaps(&images[i], labels[i], lowest, &overlap, &regions);
  return overlap / regions;
}

static double fpr_at(const sample *samples, size_t n, double lowest) {
  double marked = 0.0, good = 0.0;
  for (size_t i = 0; i < n; i++) {
    good += !samples[i].defect;
    marked += !samples[i].defect && samples[i].value >= lowest;
  }
  return marked / good;
}

double ref_aupro(const ref_image *images, size_t count) {
  size_t n;
  sample *samples = samples_of(images, count, &n);
  size_t **labels = calloc(count, sizeof *labels);
  double x = 0.0, y = 0.0, area = 0.0;
  for (size_t i = 0; i < count; i++) labels[i] = label(&images[i]);
  qsort(samples, n, sizeof *samples, falling);
  for (size_t i = 0; i < n && x < 0.3; i++) {
    if (i > 0 && samples[i].value == samples[i - 1].value) continue;
    double fpr = fpr_at(samples, n, samples[i].value);
    double pro = pro_at(images, labels, count, samples[i].value);
    double end = fpr < 0.3 ? fpr : 0.3;
    if (fpr > x) area += (end - x) * (y + y + (pro - y) * (end - x) / (fpr - x)) / 2.0;
    x = fpr;
    y = pro;
  }
  for (size_t i = 0; i < count; i++) free(labels[i]);
  free(labels);
  free(samples);
  return area / 0.3;
}

/* --- calibration -------------------------------------------------------------------------------------- */

double ref_calibration_error(const ref_image *images, size_t count) {
  size_t n;
  sample *samples = samples_of(images, count, &n);
  double error = 0.0;
  for (int k = 0; k < 10; k++) {
    double predicted = 0.0, observed = 0.0;
    for (size_t i = 0; i < n; i++) {
      double p = samples[i].value / 65535.0;
      if (!(p >= k / 10.0 && (p < (k + 1) / 10.0 || k == 9))) continue;
      predicted += p;
      observed += samples[i].defect;
    }
    error += fabs(predicted - observed);
  }
  free(samples);
  return error / (double)n;
}
