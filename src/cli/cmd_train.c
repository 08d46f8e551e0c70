#include <float.h>
#include <math.h>
#include <stdio.h>

#include "cli/architecture_options.h"
#include "cli/augment_options.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"
#include "cli/recipe_options.h"
#include "cli/train_progress.h"
#include "unetcl/train.h"

enum { FILTERS_BYTES = 256 };

static const char *const recipe_names[] = {"default", "article", NULL};

typedef struct train_command {
  unet_train_options train;
  unet_architecture_options network;
  enum { RECIPE_DEFAULT, RECIPE_ARTICLE } recipe;
  unet_augment_words augment;
  const char *platform, *device;
} train_command;

static void print_problem(void *user, const char *line) {
  unet_train_progress_clear(user);
  unet_print_problem(NULL, line);
}

static void print_result(const unet_train_result *result) {
  const char *folder = result->folder;
  if (result->last.epoch > 0 && !isnan(result->last.val_dice))
    printf("held-out dice after epoch %zu: %.4f\n", result->last.epoch, result->last.val_dice);
  printf("the model of epoch %zu is %s/best.safetensors\n", result->best_epoch, folder);
  if (result->n_val > 0) printf("figures are in %s/figures\n", folder);
}

static unet_status train(train_command *command) {
  unet_device *device = NULL;
  unet_train_result result = {0};
  unet_train_progress progress;
  UNET_TRY(unet_check_data_options(&command->train.data));
  UNET_TRY(unet_architecture_from_options(&command->train.architecture, &command->network));
  UNET_TRY(unet_device_open(&device, command->platform, command->device));
  printf("device: %s\n", unet_device_get_info(device)->name);
  unet_watch_interrupts();
  unet_train_progress_start(&progress);
  const unet_train_callbacks callbacks = {.user = &progress,
                                          .on_step = unet_train_progress_step,
                                          .on_epoch = unet_train_progress_epoch,
                                          .on_note = unet_train_progress_note,
                                          .on_problem = print_problem,
                                          .on_tuned = unet_train_progress_tuned,
                                          .stop = unet_was_interrupted};
  unet_status status = unet_train(device, &command->train, &callbacks, &result);
  unet_train_progress_clear(&progress);
  if (status == UNET_OK) print_result(&result);
  unet_train_result_free(&result);
  unet_device_close(device);
  return status;
}

static unet_status parse_line(unet_words *words, train_command *command, int argc, char **argv) {
  unet_train_options *t = &command->train;
  const unet_option options[] = {
      UNET_DATA_OPTIONS(t->data),
      {"out", UNET_OPTION_TEXT, &t->folder, "RUN",
       "folder of the run; runs/train, runs/train-2, ... by default", 0, 0},
      UNET_ARCHITECTURE_OPTIONS(command->network),
      {"epochs", UNET_OPTION_SIZE, &t->epochs, "N", "passes over the training images", 1, 1000000},
      {"batch", UNET_OPTION_SIZE, &t->batch, "N", "images in a step", 1, 4096},
      {"lr", UNET_OPTION_REAL, &t->learning_rate, "R", "Adam's learning rate", FLT_MIN, FLT_MAX},
      {"seed", UNET_OPTION_SEED, &t->seed, "K", "of the split, the first weights and the order of images", 0,
       0},
      {"val", UNET_OPTION_REAL, &t->val, "V", "share of each defect type that is held out", 0, 0.9},
      {"select", UNET_OPTION_REAL, &t->select, "V",
       "share of the training images set aside to choose the best epoch and the threshold on", 0, 0.9},
      {"good", UNET_OPTION_SIZE, &t->good, "N", "images of train/good to train on, too", 0, 1000000},
      {"min-area", UNET_OPTION_SIZE, &t->min_area, "A",
       "pixels that a region has at least, at the images' own size, to be taken for a defect", 0, 1e9},
      {"split-file", UNET_OPTION_TEXT, &t->split_file, "FILE", "a split as split.json holds it, to be used",
       0, 0},
      UNET_OPTION_CHOICE_OF("recipe", command->recipe, recipe_names,
                            "default, or article: what the following are unless given"),
      UNET_RECIPE_OPTIONS(t->recipe),
      UNET_AUGMENT_OPTIONS(command->augment, t->augment),
      {"resume", UNET_OPTION_FLAG, &t->resume, NULL,
       "go on from the run's last checkpoint, with the options it was started with", 0, 0},
      {"tune", UNET_OPTION_FLAG, &t->tune, NULL,
       "first find the fastest algorithms for this network and batch, as unetcl tune does", 0, 0},
      {"overwrite", UNET_OPTION_FLAG, &t->overwrite, NULL, "replace the run that the folder holds", 0, 0},
      UNET_DEVICE_OPTIONS(command->platform, command->device),
  };
  const unet_command_line line = {
      .usage = "train --data DIR [OPTIONS]",
      .about =
          "Trains a U-Net on pictures with masks and leaves in the run's folder: best.safetensors (the model "
          "to\n"
          "use), last.safetensors (to go on from), log.csv, config.json, split.json and figures/. Ctrl-C "
          "stops\n"
          "after the step in hand and keeps the last finished epoch.",
      .examples =
          "  unetcl train --data mvtec_ad/metal_nut --defects bent,color,scratch\n"
          "  unetcl train --images pictures --masks labels --size 512 --out runs/labels\n"
          "  unetcl train --resume --out runs/labels",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  return unet_parse_command_line(words, argc, argv, &line);
}

/* A second time over what --recipe and --augment stand for, so that single options may stand before them,
 * too.
 */
static unet_status parse(unet_words *words, train_command *command, int argc, char **argv) {
  UNET_TRY(parse_line(words, command, argc, argv));
  if (words->help || (command->recipe == RECIPE_DEFAULT && !command->augment.preset)) return UNET_OK;
  unet_words_free(words);
  if (command->recipe == RECIPE_ARTICLE) command->train = unet_train_options_article();
  if (command->augment.preset)
    UNET_TRY(unet_augment_preset(&command->train.augment, command->augment.preset));
  UNET_TRY(parse_line(words, command, argc, argv));
  return UNET_OK;
}

/* The command's options as they were when the run to resume was started. `filters` holds their text. */
static train_command started_with(const unet_run_options *run, char filters[FILTERS_BYTES]) {
  train_command command = {.train = unet_run_options_get(run), .network = UNET_ARCHITECTURE_DEFAULTS};
  const unet_architecture *a = &command.train.architecture;
  size_t length = 0;
  for (size_t i = 0; i < a->n_levels; i++) {
    length +=
        (size_t)snprintf(filters + length, FILTERS_BYTES - length, "%s%zu", i ? "," : "", a->filters[i]);
  }
  command.network = (unet_architecture_options){a->height, a->channels, filters};
  return command;
}

/* A second time over the options of the run to resume: what is given again must agree with them. */
static unet_status parse_resumed(train_command *command, unet_run_options *run, char filters[FILTERS_BYTES],
                                 int argc, char **argv) {
  unet_words words;
  *command = started_with(run, filters);
  UNET_TRY(parse(&words, command, argc, argv));
  unet_words_free(&words);
  return UNET_OK;
}

unet_status unet_cmd_train(int argc, char **argv) {
  train_command command = {.train = unet_train_options_default(), .network = UNET_ARCHITECTURE_DEFAULTS};
  char filters[FILTERS_BYTES];
  unet_run_options *run = NULL;
  unet_words words;
  UNET_TRY(parse(&words, &command, argc, argv));
  bool help = words.help;
  unet_words_free(&words);
  if (help) return UNET_OK;
  unet_status status = UNET_OK;
  if (command.train.resume) status = unet_run_options_load(&run, command.train.folder);
  if (status == UNET_OK && run) status = parse_resumed(&command, run, filters, argc, argv);
  if (status == UNET_OK) status = train(&command);
  unet_run_options_free(run);
  return status;
}
