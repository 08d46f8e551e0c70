#include "train/loss.h"

void unet_loss_add(unet_loss_sums *sums, const float values[4], size_t pixels) {
  sums->pixel += (double)values[0];
  sums->both += (double)values[1];
  sums->truth += (double)values[2];
  sums->predicted += (double)values[3];
  sums->pixels += pixels;
}

void unet_loss_merge(unet_loss_sums *sums, const unet_loss_sums *more) {
  sums->pixel += more->pixel;
  sums->both += more->both;
  sums->truth += more->truth;
  sums->predicted += more->predicted;
  sums->pixels += more->pixels;
}

bool unet_loss_is_silent(const unet_loss_sums *sums) {
  const double nothing = 0.05, marked = 0.5, hardly = 1.5;
  const double good = (double)sums->pixels - sums->truth;
  if (sums->truth <= 0.0) return false;
  const double on_defects = sums->both / sums->truth;
  const double on_good = good > 0.0 ? (sums->predicted - sums->both) / good : 0.0;
  return on_defects < nothing || (on_defects < marked && on_defects < hardly * on_good);
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
