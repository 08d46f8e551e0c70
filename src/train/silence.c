/* A network that learns to mark nothing looks as if it were at work. It is told from the sums of the loss,
 * which are read anyway. */
#include <stdio.h>
#include <string.h>

#include "train/training.h"

enum { ADVICE_BYTES = 512 };

static void add_advice(char text[ADVICE_BYTES], const char *advice) {
  const size_t length = strlen(text);
  (void)snprintf(text + length, ADVICE_BYTES - length, "%s%s", length ? ", " : "", advice);
}

/* What helps and is not being done already. */
static void advise(char text[ADVICE_BYTES], const unet_train_options *options) {
  const unet_train_options usual = unet_train_options_default();
  const unet_recipe *recipe = &options->recipe;
  text[0] = '\0';
  if (recipe->norm == UNET_NORM_NONE) add_advice(text, "--norm batch");
  if (recipe->init != UNET_INIT_HE) add_advice(text, "--init he");
  if (recipe->schedule != UNET_SCHEDULE_ONE_CYCLE) add_advice(text, "--schedule one_cycle");
  if (options->learning_rate > usual.learning_rate) add_advice(text, "a lower --lr");
  if (options->learning_rate < usual.learning_rate / 10.0) add_advice(text, "a higher --lr");
  add_advice(text, recipe->loss == UNET_LOSS_BCE ? "--loss tversky" : "--loss bce");
  if (!options->tile) add_advice(text, "a larger --size or --tile, where defects are small");
  if (options->epochs < usual.epochs) add_advice(text, "more --epochs");
}

void unet_silence_warn(const unet_training *training) {
  const size_t many = 15;
  char advice[ADVICE_BYTES];
  if (training->progress.silent_epochs != many) return;
  advise(advice, training->options);
  unet_training_note(training, "for %zu epochs the network has marked next to nothing; try %s", many, advice);
}

void unet_silence_judge(const unet_training *training) {
  const double next_to_nothing = 0.02;
  const unet_scores *scores = &training->held_out.all;
  const bool measured = scores->defect_images > 0;
  char advice[ADVICE_BYTES];
  advise(advice, training->options);
  if (measured && scores->recall < next_to_nothing)
    unet_training_note(
        training,
        "the model marks next to nothing of the defects on the held-out images, %zu of which have one; "
        "try %s",
        scores->defect_images, advice);
  else if (!measured && training->progress.silent_epochs > 0)
    unet_training_note(training, "the model marks next to nothing on the images it was trained on; try %s",
                       advice);
}
