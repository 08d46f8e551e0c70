#include "train/schedule.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* From 1 at t = 0 to 0 at t = 1. */
static double half_cosine(double t) { return 0.5 * (1.0 + cos(pi * (t < 1.0 ? t : 1.0))); }

static double one_cycle(double t) {
  const double rise = 0.3, start = 1.0 / 25.0;
  if (t < rise) return 1.0 - (1.0 - start) * half_cosine(t / rise);
  return half_cosine((t - rise) / (1.0 - rise));
}

double unet_schedule_share(const unet_recipe *recipe, uint64_t step, uint64_t steps) {
  const double all = (double)steps, done = (double)step, warmup = floor(recipe->warmup * all);
  if (recipe->schedule == UNET_SCHEDULE_ONE_CYCLE) return one_cycle(done / all);
  if (done < warmup) return (done + 1.0) / warmup;
  if (recipe->schedule == UNET_SCHEDULE_COSINE) return half_cosine((done - warmup) / (all - warmup));
  return 1.0;
}

unet_plateau unet_plateau_start(void) { return (unet_plateau){.best = INFINITY, .share = 1.0}; }

void unet_plateau_add(unet_plateau *plateau, double loss) {
  const size_t patience = 10;
  const double better = 1e-4; /* of the loss: less is noise */
  if (loss < plateau->best * (1.0 - better)) {
    plateau->best = loss;
    plateau->since = 0;
  } else if (++plateau->since >= patience) {
    plateau->share *= 0.5;
    plateau->since = 0;
  }
}
