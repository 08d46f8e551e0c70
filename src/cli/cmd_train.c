#include <math.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/scores_table.h"
#include "cli/train_options.h"
#include "cli/train_progress.h"

/* What it is, how it was chosen, and what it reached there. */
static void print_threshold(const unet_train_result *result, const unet_train_options *train) {
  const unet_threshold_reached *reached = &result->reached;
  printf("its threshold is %.4g", (double)result->threshold);
  if (reached->images == 0) {
    puts(isnan(train->threshold) ? ", which was not chosen on pictures (--select)" : ", as given");
    return;
  }
  if (train->target_recall > 0.0)
    printf(", to find %g of the defect pixels", train->target_recall);
  else if (train->target_false_alarms > 0.0)
    printf(", to mark %g of the good pixels at most", train->target_false_alarms);
  else
    printf(", for the highest dice");
  printf(
      "; on the %zu images of --select: dice %.4f, %.4f of the defect pixels found, %.2g of the good ones "
      "marked\n",
      reached->images, reached->dice, reached->recall, reached->false_alarms);
}

static void print_result(const unet_train_result *result, const unet_train_options *train) {
  const char *folder = result->folder;
  printf("the model of epoch %zu is %s/best.safetensors\n", result->best_epoch, folder);
  print_threshold(result, train);
  if (result->n_val > 0) unet_print_held_out(&result->held_out);
  if (result->n_val > 0) printf("how good it is: %s/report.html\n", folder);
}

static unet_status train(unet_train_arguments *arguments) {
  unet_device *device = NULL;
  unet_train_result result = {0};
  unet_train_progress progress;
  UNET_TRY(unet_train_arguments_finish(arguments));
  UNET_TRY(unet_train_check(&arguments->train));
  UNET_TRY(unet_device_open(&device, arguments->platform, arguments->device));
  printf("device: %s\n", unet_device_get_info(device)->name);
  unet_watch_interrupts();
  unet_train_progress_start(&progress, stdout);
  const unet_train_callbacks callbacks = unet_train_progress_callbacks(&progress);
  unet_status status = unet_train(device, &arguments->train, &callbacks, &result);
  unet_train_progress_clear(&progress);
  if (status == UNET_OK) print_result(&result, &arguments->train);
  unet_train_result_free(&result);
  unet_device_close(device);
  return status;
}

/* Parses the line, and again over the options of the run to resume, if there is one. */
static unet_status parse(bool *help, unet_run_options **run, unet_train_arguments *arguments, int argc,
                         char **argv) {
  unet_train_options *t = &arguments->train;
  const unet_option options[] = {
      UNET_DATA_OPTIONS(t->data),
      {"out", UNET_OPTION_TEXT, &t->folder, "RUN",
       "folder of the run; runs/train, runs/train-2, ... by default", 0, 0},
      {"val", UNET_OPTION_REAL, &t->val, "V", "share of each defect type that is held out", 0, 0.9},
      {"split-file", UNET_OPTION_TEXT, &t->split_file, "FILE", "a split as split.json holds it, to be used",
       0, 0},
      UNET_TRAIN_OPTIONS(*arguments),
  };
  const unet_command_line line = {
      .usage = "train --data DIR [OPTIONS]",
      .about =
          "Trains a U-Net on pictures with masks and leaves in the run's folder: best.safetensors (the model "
          "to\n"
          "use), last.safetensors (to go on from), log.csv, config.json, split.json, report.html (how good\n"
          "it is) and figures/. Ctrl-C stops after the step in hand and keeps the last finished epoch.",
      .examples =
          "  unetcl train --data mvtec_ad/metal_nut --defects bent,color,scratch\n"
          "  unetcl train --images pictures --masks labels --size 512 --out runs/labels\n"
          "  unetcl train --resume --out runs/labels",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  UNET_TRY(unet_train_arguments_parse(help, arguments, argc, argv, &line));
  if (*help || !t->resume) return UNET_OK;
  UNET_TRY(unet_run_options_load(run, t->folder));
  return unet_train_arguments_parse_resumed(arguments, *run, "runs/train", argc, argv, &line);
}

unet_status unet_cmd_train(int argc, char **argv) {
  unet_train_arguments arguments = unet_train_arguments_default();
  unet_run_options *run = NULL;
  bool help = false;
  unet_status status = parse(&help, &run, &arguments, argc, argv);
  if (status == UNET_OK && !help) status = train(&arguments);
  unet_run_options_free(run);
  return status;
}
