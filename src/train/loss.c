#include "train/loss.h"

void unet_loss_add(unet_loss_sums *sums, const float values[4], size_t pixels) {
  sums->bce += (double)values[0];
  sums->both += (double)values[1];
  sums->truth += (double)values[2];
  sums->predicted += (double)values[3];
  sums->pixels += pixels;
}

double unet_loss_dice(const unet_loss_sums *sums) {
  return (2.0 * sums->both + 1.0) / (sums->truth + sums->predicted + 1.0);
}

double unet_loss_value(const unet_loss_sums *sums) {
  return sums->bce / (double)sums->pixels + 1.0 - unet_loss_dice(sums);
}
