#include "metrics/metrics.h"

static void count_pixel(unet_pixel_counts *counts, unsigned predicted, unsigned truth) {
  counts->tp += predicted & truth;
  counts->fp += predicted & ~truth & 1u;
  counts->fn += truth & ~predicted & 1u;
}

unet_pixel_counts unet_count_pixels(const uint8_t *predicted, const uint8_t *truth, size_t pixels) {
  unet_pixel_counts counts = {0};
  for (size_t i = 0; i < pixels; i++) count_pixel(&counts, predicted[i] != 0, truth[i] != 0);
  return counts;
}

unet_pixel_counts unet_count_above(const float *probability, float threshold, const uint8_t *truth,
                                   size_t pixels) {
  unet_pixel_counts counts = {0};
  for (size_t i = 0; i < pixels; i++) count_pixel(&counts, probability[i] > threshold, truth[i] != 0);
  return counts;
}

static double share(uint64_t part, uint64_t whole) { return whole ? (double)part / (double)whole : 1.0; }

double unet_dice_of(unet_pixel_counts counts) {
  return share(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn);
}

double unet_iou_of(unet_pixel_counts counts) { return share(counts.tp, counts.tp + counts.fp + counts.fn); }

double unet_precision_of(unet_pixel_counts counts) { return share(counts.tp, counts.tp + counts.fp); }

double unet_recall_of(unet_pixel_counts counts) { return share(counts.tp, counts.tp + counts.fn); }

void unet_tally_add(unet_tally *tally, unet_pixel_counts image) {
  tally->pooled.tp += image.tp;
  tally->pooled.fp += image.fp;
  tally->pooled.fn += image.fn;
  tally->images++;
  if (image.tp + image.fn == 0) return;
  tally->defect_images++;
  tally->dice_sum += unet_dice_of(image);
}

double unet_tally_dice_mean(const unet_tally *tally) {
  return tally->defect_images ? tally->dice_sum / (double)tally->defect_images : 1.0;
}
