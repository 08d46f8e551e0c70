#include <stdio.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/scores_table.h"
#include "cli/train_options.h"
#include "cli/train_progress.h"
#include "unetcl/crossval.h"

typedef struct crossval_command {
  unet_train_arguments arguments;
  unet_crossval_options crossval; /* without its train, which is that of the arguments */
  bool json;
} crossval_command;

static void print_result(const unet_crossval_result *result) {
  puts("");
  unet_print_folds(result);
  printf("report.html, maps, out_of_fold.csv and crossval.json are in %s\n", result->folder);
  printf("the model to use, trained on all of these images:\n  %s\n", result->command);
}

static unet_status crossval(crossval_command *command) {
  unet_train_arguments *arguments = &command->arguments;
  unet_device *device = NULL;
  unet_crossval_result result = {0};
  unet_train_progress progress;
  UNET_TRY(unet_train_arguments_finish(arguments));
  command->crossval.train = arguments->train;
  UNET_TRY(unet_crossval_check(&command->crossval));
  UNET_TRY(unet_device_open(&device, arguments->platform, arguments->device));
  if (!command->json) printf("device: %s\n", unet_device_get_info(device)->name);
  unet_watch_interrupts();
  /* With --json standard output is for the object alone. */
  unet_train_progress_start(&progress, command->json ? stderr : stdout);
  const unet_train_callbacks callbacks = unet_train_progress_callbacks(&progress);
  unet_status status = unet_crossval(device, &command->crossval, &callbacks, &result);
  unet_train_progress_clear(&progress);
  if (status == UNET_OK && command->json) puts(result.json);
  if (status == UNET_OK && !command->json) print_result(&result);
  unet_crossval_result_free(&result);
  unet_device_close(device);
  return status;
}

/* Parses the line, and again over the options of the cross-validation to resume, if there is one. */
static unet_status parse(bool *help, unet_run_options **run, crossval_command *command, int argc,
                         char **argv) {
  unet_train_arguments *arguments = &command->arguments;
  const unet_option options[] = {
      UNET_DATA_OPTIONS(arguments->train.data),
      {"out", UNET_OPTION_TEXT, &arguments->train.folder, "FOLDER",
       "folder of the cross-validation; runs/crossval by default", 0, 0, NULL},
      {"folds", UNET_OPTION_SIZE, &command->crossval.folds, "K",
       "parts that the images of each defect type are dealt out to", 2, 1000, NULL},
      {"json", UNET_OPTION_FLAG, &command->json, NULL,
       "print one JSON object; progress goes to standard error", 0, 0, NULL},
      {"tta", UNET_OPTION_FLAG, &command->crossval.tta, NULL,
       "predict the mean over mirrored and turned pictures: better, and 4 or 8 times slower", 0, 0, NULL},
      UNET_TRAIN_OPTIONS(*arguments),
  };
  const unet_command_line line = {
      .usage = "crossval --data DIR [OPTIONS]",
      .about =
          "Trains a model for each fold on the images of the others, scores every image by the model that "
          "has\n"
          "not seen it, and prints the scores of each fold, their mean and deviation, and those of all "
          "images.\n"
          "Without --select a fold's threshold is chosen on the maps of the other folds. The folder holds a "
          "run\n"
          "for each fold, report.html, maps/, out_of_fold.csv and crossval.json. Ctrl-C stops; --resume goes "
          "on.",
      .examples =
          "  unetcl crossval --data mvtec_ad/metal_nut --defects bent,color,scratch --out runs/nut-5\n"
          "  unetcl crossval --resume --out runs/nut-5",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  UNET_TRY(unet_train_arguments_parse(help, arguments, argc, argv, &line));
  if (*help || !arguments->train.resume) return UNET_OK;
  UNET_TRY(unet_crossval_options_load(&command->crossval, run, arguments->train.folder));
  return unet_train_arguments_parse_resumed(arguments, *run, "runs/crossval", argc, argv, &line);
}

unet_status unet_cmd_crossval(int argc, char **argv) {
  crossval_command command = {.arguments = unet_train_arguments_default(),
                              .crossval = unet_crossval_options_default()};
  unet_run_options *run = NULL;
  bool help = false;
  unet_status status = parse(&help, &run, &command, argc, argv);
  if (status == UNET_OK && !help) status = crossval(&command);
  unet_run_options_free(run);
  return status;
}
