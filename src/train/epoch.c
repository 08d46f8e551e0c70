#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "train/training.h"

/* Ends the run with `what` happened and what is left of it. */
static unet_status end_run(const unet_training *t, unet_status status, const char *what) {
  size_t kept = t->progress.epoch;
  if (kept == 0) return unet_fail(status, "%s; no epoch was finished, nothing is kept", what);
  return unet_fail(status, "%s; %s keeps the run up to epoch %zu, go on from there with --resume", what,
                   t->folder.path, kept);
}

static unet_status interrupted(const unet_training *t, size_t epoch) {
  char what[128];
  snprintf(what, sizeof what, "interrupted in epoch %zu of %zu", epoch, t->options->epochs);
  return end_run(t, UNET_INTERRUPTED, what);
}

/* A resumed run would end in the same way, so that is not what is advised. */
static unet_status diverged(const unet_training *t, size_t epoch, const char *loss_name, double loss) {
  const char *what = isnan(loss) ? "not a number" : "infinite";
  size_t kept = t->progress.epoch;
  if (kept == 0) {
    return unet_fail(UNET_USAGE, "the %s is %s in epoch %zu; train anew with a lower --lr than %g", loss_name,
                     what, epoch, t->options->learning_rate);
  }
  return unet_fail(UNET_USAGE,
                   "the %s is %s in epoch %zu; train anew with a lower --lr than %g, or use what %s keeps of "
                   "epoch %zu",
                   loss_name, what, epoch, t->options->learning_rate, t->folder.path, kept);
}

static bool is_stopped(const unet_training *t) {
  return t->callbacks->stop && t->callbacks->stop(t->callbacks->user);
}

/* The whole run's remaining time at the pace of this call, measuring and checkpoints included. */
static double seconds_left(const unet_training *t, size_t epoch, size_t step, size_t steps) {
  double pace = (unet_clock_seconds() - t->started) / (double)t->steps_done;
  size_t left = (t->options->epochs - epoch) * steps + (steps - step);
  return pace * (double)left;
}

typedef struct train_means {
  double loss, dice; /* sums over images, then means */
  size_t images;
} train_means;

static void tell_step(const unet_training *t, const unet_train_epoch *row, size_t step,
                      const train_means *means, double seconds) {
  if (!t->callbacks->on_step) return;
  const size_t steps = unet_batches_count(&t->train);
  const unet_train_step told = {.epoch = row->epoch,
                                .epochs = row->epochs,
                                .step = step,
                                .steps = steps,
                                .loss = means->loss / (double)means->images,
                                .dice = means->dice / (double)means->images,
                                .images_per_second = (double)means->images / seconds,
                                .seconds_left = seconds_left(t, row->epoch, step, steps)};
  t->callbacks->on_step(t->callbacks->user, &told);
}

static unet_status finish_batch(unet_training *t, size_t images, size_t epoch, train_means *means) {
  unet_loss_sums sums = {0};
  UNET_TRY(unet_trainer_finish(&t->trainer, &sums));
  double loss = unet_loss_value(&sums, &t->trainer.loss);
  if (!isfinite(loss)) return diverged(t, epoch, "loss", loss);
  means->loss += loss * (double)images;
  means->dice += unet_loss_dice(&sums) * (double)images;
  means->images += images;
  unet_loss_merge(&t->shown, &sums);
  t->steps_done++;
  return UNET_OK;
}

/* The next batch is made while the device computes. */
static unet_status train_pass(unet_training *t, unet_train_epoch *row) {
  train_means means = {0};
  unet_batch batch;
  double start = unet_clock_seconds(), seconds = 0.0;
  if (t->steps_done == 0) t->started = start;
  t->shown = (unet_loss_sums){0};
  unet_batches_start_epoch(&t->train, t->options->seed, row->epoch);
  bool more = unet_batches_next(&t->train, &batch);
  for (size_t step = 1; more; step++) {
    const size_t images = batch.n;
    if (is_stopped(t)) return interrupted(t, row->epoch);
    UNET_TRY(unet_trainer_start(&t->trainer, UNET_RUN_ALL, &batch));
    more = unet_batches_next(&t->train, &batch);
    UNET_TRY(finish_batch(t, images, row->epoch, &means));
    seconds = unet_clock_seconds() - start;
    tell_step(t, row, step, &means, seconds);
  }
  row->loss = means.loss / (double)means.images;
  row->dice = means.dice / (double)means.images;
  row->images_per_second = (double)means.images / seconds;
  return UNET_OK;
}

/* Pooled over all samples, with the model as fetched; NaN without any samples. */
static unet_status measure(unet_training *t, unet_batches *batches, size_t epoch, double *loss,
                           double *dice) {
  unet_loss_sums sums = {0};
  unet_batch batch;
  *loss = *dice = NAN;
  if (batches->samples->count == 0) return UNET_OK;
  unet_batches_start(batches);
  bool more = unet_batches_next(batches, &batch);
  while (more) {
    if (is_stopped(t)) return interrupted(t, epoch);
    UNET_TRY(unet_trainer_start(&t->trainer, UNET_RUN_FORWARD, &batch));
    more = unet_batches_next(batches, &batch);
    UNET_TRY(unet_trainer_finish(&t->trainer, &sums));
  }
  *loss = unet_loss_value(&sums, &t->trainer.loss);
  *dice = unet_loss_dice(&sums);
  return isfinite(*loss) ? UNET_OK : diverged(t, epoch, "loss on held-out images", *loss);
}

unet_status unet_epoch_run(unet_training *training, size_t epoch, unet_train_epoch *row) {
  double start = unet_clock_seconds(), select_dice = 0.0;
  *row = (unet_train_epoch){.epoch = epoch,
                            .epochs = training->options->epochs,
                            .learning_rate = unet_trainer_rate(&training->trainer)};
  UNET_TRY(train_pass(training, row));
  UNET_TRY(unet_trainer_fetch(&training->trainer));
  UNET_TRY(measure(training, &training->val, epoch, &row->val_loss, &row->val_dice));
  UNET_TRY(measure(training, &training->select, epoch, &row->select_loss, &select_dice));
  row->seconds = unet_clock_seconds() - start;
  return UNET_OK;
}
