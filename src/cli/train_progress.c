#include "cli/train_progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"

enum { BAR_WIDTH = 24, TIME_BYTES = 24 };
static const double redraw_seconds = 0.1;

void unet_train_progress_start(unet_train_progress *progress, FILE *out) {
  *progress = (unet_train_progress){.out = out, .bar = isatty(fileno(out)) == 1, .tune = {.out = out}};
}

void unet_train_progress_clear(unet_train_progress *progress) {
  if (progress->bar_drawn) fprintf(progress->out, "\r\033[K");
  progress->bar_drawn = false;
  fflush(progress->out);
}

/* "2:05", "1:02:05"; "?" for what is no time. */
static void format_time(char text[TIME_BYTES], double seconds) {
  if (!(seconds >= 0.0 && seconds < 1e8)) {
    (void)snprintf(text, TIME_BYTES, "?");
    return;
  }
  long whole = (long)(seconds + 0.5), hours = whole / 3600;
  if (hours > 0) {
    (void)snprintf(text, TIME_BYTES, "%ld:%02ld:%02ld", hours, whole / 60 % 60, whole % 60);
  } else {
    (void)snprintf(text, TIME_BYTES, "%ld:%02ld", whole / 60, whole % 60);
  }
}

static void show_step(void *user, const unet_train_step *step) {
  unet_train_progress *progress = user;
  double now = unet_clock_seconds();
  if (!progress->bar || (progress->bar_drawn && now - progress->drawn_at < redraw_seconds)) return;
  char bar[BAR_WIDTH + 1], left[TIME_BYTES];
  size_t full = step->step * BAR_WIDTH / step->steps;
  memset(bar, '.', BAR_WIDTH);
  memset(bar, '=', full);
  bar[BAR_WIDTH] = '\0';
  format_time(left, step->seconds_left);
  fprintf(progress->out, "\repoch %zu/%zu [%s] loss %.4f  soft dice %.4f  %.1f images/s  %s left\033[K",
          step->epoch, step->epochs, bar, step->loss, step->dice, step->images_per_second, left);
  fflush(progress->out);
  progress->bar_drawn = true;
  progress->drawn_at = now;
}

static void show_epoch(void *user, const unet_train_epoch *epoch) {
  unet_train_progress *progress = user;
  FILE *out = progress->out;
  unet_train_progress_clear(progress);
  fprintf(out, "epoch %zu/%zu  loss %.4f  soft dice %.4f", epoch->epoch, epoch->epochs, epoch->loss,
          epoch->dice);
  if (!isnan(epoch->val_loss))
    fprintf(out, "  held-out loss %.4f  soft dice %.4f", epoch->val_loss, epoch->val_dice);
  if (!isnan(epoch->select_loss)) fprintf(out, "  select loss %.4f", epoch->select_loss);
  fprintf(out, "  %.1f images/s  %.1f s\n", epoch->images_per_second, epoch->seconds);
  fflush(out);
}

static void show_tuned(void *user, const unet_tuned_node *node) {
  unet_train_progress *progress = user;
  unet_train_progress_clear(progress);
  unet_tune_progress_node(&progress->tune, node);
}

static void show_note(void *user, const char *line) {
  unet_train_progress *progress = user;
  unet_train_progress_clear(progress);
  fprintf(progress->out, "%s\n", line);
  fflush(progress->out);
}

static void show_problem(void *user, const char *line) {
  unet_train_progress_clear(user);
  unet_print_problem(NULL, line);
}

unet_train_callbacks unet_train_progress_callbacks(unet_train_progress *progress) {
  return (unet_train_callbacks){.user = progress,
                                .on_step = show_step,
                                .on_epoch = show_epoch,
                                .on_note = show_note,
                                .on_problem = show_problem,
                                .on_tuned = show_tuned,
                                .stop = unet_was_interrupted};
}
