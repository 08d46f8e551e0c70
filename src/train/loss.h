/* Loss and Dice from the sums that the device makes. */
#ifndef UNETCL_TRAIN_LOSS_H
#define UNETCL_TRAIN_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "unetcl/graph.h"

/* Sums over pixels: of the pixel loss, of y p, of y, of p. Pooled by adding. Starts zeroed. */
typedef struct unet_loss_sums {
  double pixel, both, truth, predicted;
  size_t pixels;
} unet_loss_sums;

/* Adds the device's four floats for so many pixels. */
void unet_loss_add(unet_loss_sums *sums, const float values[4], size_t pixels);

/* Adds what `more` holds. */
void unet_loss_merge(unet_loss_sums *sums, const unet_loss_sums *more);

/* (2 sum(y p) + 1) / (sum y + sum p + 1) */
double unet_loss_dice(const unet_loss_sums *sums);
/* The loss that is trained: see unet_loss_form. */
double unet_loss_value(const unet_loss_sums *sums, const unet_loss_form *form);
/* Whether next to no defect pixel is marked although there are some: their mean probability is next to
 * nothing, or below a half and hardly above that of the good pixels, as in a constant map. Says nothing of
 * how large defects are, which Dice depends on. */
bool unet_loss_is_silent(const unet_loss_sums *sums);

#endif
