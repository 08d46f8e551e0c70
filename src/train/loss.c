#include "train/loss.h"

void unet_loss_add(unet_loss_sums *sums, const float values[4], size_t pixels) {
  sums->pixel += (double)values[0];
  sums->both += (double)values[1];
  sums->truth += (double)values[2];
  sums->predicted += (double)values[3];
  sums->pixels += pixels;
}

double unet_loss_dice(const unet_loss_sums *sums) {
  return (2.0 * sums->both + 1.0) / (sums->truth + sums->predicted + 1.0);
}

double unet_loss_value(const unet_loss_sums *sums, const unet_loss_form *form) {
  const double hit = sums->both, false_hit = sums->predicted - hit, missed = sums->truth - hit;
  const double size =
      2.0 * hit + 2.0 * (double)form->alpha * false_hit + 2.0 * (double)form->beta * missed + 1.0;
  return (double)form->pixel * sums->pixel / (double)sums->pixels +
         (double)form->region * (1.0 - (2.0 * hit + 1.0) / size);
}
