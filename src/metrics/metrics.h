/* How well masks agree. */
#ifndef UNETCL_METRICS_METRICS_H
#define UNETCL_METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels: predicted and true, predicted only, true only. */
typedef struct unet_pixel_counts {
  uint64_t tp, fp, fn;
} unet_pixel_counts;

/* Masks of `pixels` bytes, defect where not 0. */
unet_pixel_counts unet_count_pixels(const uint8_t *predicted, const uint8_t *truth, size_t pixels);
/* The same of a probability map, which marks what is above the threshold. */
unet_pixel_counts unet_count_above(const float *probability, float threshold, const uint8_t *truth,
                                   size_t pixels);

/* 2 TP / (2 TP + FP + FN); 1 where neither mask has a pixel. (Dice 1945) */
double unet_dice_of(unet_pixel_counts counts);
/* TP / (TP + FP + FN); 1 where neither mask has a pixel. */
double unet_iou_of(unet_pixel_counts counts);
/* TP / (TP + FP); 1 where nothing is predicted: nothing that was said is wrong. */
double unet_precision_of(unet_pixel_counts counts);
/* TP / (TP + FN); 1 where nothing is there to be found. */
double unet_recall_of(unet_pixel_counts counts);

/* Sums over images. Starts zeroed. */
typedef struct unet_tally {
  unet_pixel_counts pooled;
  double dice_sum; /* over the images with a defect */
  size_t images, defect_images;
} unet_tally;

void unet_tally_add(unet_tally *tally, unet_pixel_counts image);
/* Mean Dice of the images with a defect; 1 where there are none. */
double unet_tally_dice_mean(const unet_tally *tally);

#endif
